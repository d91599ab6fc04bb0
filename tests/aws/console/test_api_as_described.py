"""The API against its own description (schemathesis): whatever is sent, the answer is one that is described.

Requests are drawn from the description, some as it wants them and some not; ids that exist are among them, so that acts
are carried out, too. The seed is fixed, as of all our properties.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.platform.web.answer import Answer
from tests.support.console.console_calls import Program, trust
from tests.support.console.described import console_as_wsgi, document, faults, operations
from tests.support.console.issuer import Issuer, issuing
from tests.support.leads.kept_leads import add_lead
from tests.support.mailings.mails import FIRST
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud, running

EXAMPLES = {GenerationMode.POSITIVE: 4, GenerationMode.NEGATIVE: 3}
"""Requests of each operation that are as described, and that are not."""
SEED = 20261128
MANY = 10_000
"""Requests a second that are let in: that there may be too many is another test's."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CASES = [
    pytest.param(method, path, mode, id=f"{method}-{path}-{mode.value}")
    for method, path, said in operations()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or said.get("parameters") or said.get("security") != []
]
KNOWN: dict[str, list[str]] = {}


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Any, dict[str, str]]]:
    """The API of a stack in which something of everything is there, and the headers of a program that may do all."""
    with running() as cloud, issuing() as issuer, pytest.MonkeyPatch.context() as patched:
        trust(issuer, patched)
        access = replace(app.publication.access, requests_a_second=MANY)
        patched.setitem(vars(app.templates), "publication", replace(app.publication, access=access))
        _fill(cloud, issuer)
        schema = schemathesis.openapi.from_dict(document())
        schema.app = console_as_wsgi(cloud)
        yield schema, {"Authorization": f"Bearer {issuer.token(scope='campaigns:send')}"}


def _fill(cloud: Cloud, issuer: Issuer) -> None:
    program = Program(cloud, issuer.token(scope="campaigns:send"))
    now = datetime.now(UTC).replace(microsecond=0)
    reader = add_reader("maija@example.com")
    app.articles.put(FIRST)
    sent = {"name": "kevat", "subject": "Kevät", "body": "Moi [täällä](https://www.example.com/)", "language": "fi"}
    assert program("POST", "/campaigns", sent).status == 201
    drafts = [program("POST", "/campaigns", sent | {"name": f"n{n}", "draft": True}).json for n in range(12)]
    imported = {"csv": "email\nliisa@example.com\n", "as": "pending"}
    uploading = program("POST", "/imports", {"size": 30}).json["import"]["id"]
    checked = program("POST", "/imports", imported).json["import"]["id"]
    exported = program("POST", "/exports", {}).json["export"]["id"]
    for name in ("all", "weekly"):
        assert program("POST", "/audiences", {"name": name, "rule": {}}).status == 201
    cloud.drain()
    app.mailings.create(
        Mailing("campaign-toinen", Kind.CAMPAIGN, now - timedelta(1), Audience(), subject="S", body="B", language="fi")
    )
    lead = add_lead(reader, LeadState.HELD)
    KNOWN.update(
        mailing=["campaign-kevat", "campaign-toinen"],
        campaign=[draft["campaign"]["id"] for draft in drafts],
        lead=[lead.id],
        job=[uploading, checked, exported],
        audience=["all", "weekly"],
        subscriber=[reader],
        article=[FIRST.id],
        which=["weekly", "monthly"],
        period=["2026-W48"],
        sequence=list(app.publication.sequences),
    )


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_every_answer_is_described(
    api: tuple[Any, dict[str, str]], method: str, path: str, mode: GenerationMode
) -> None:
    schema, headers = api
    operation = schema[path][method]
    said = document()["paths"][path][method.lower()].get("parameters", ())
    in_path = {each["name"]: each["schema"] for each in said if each["in"] == "path"}
    positive = mode is GenerationMode.POSITIVE

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES[mode],
        phases=[Phase.explicit, Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def answers(case: Any, data: st.DataObject) -> None:
        for name, value in (case.path_parameters or {}).items():
            may_be_known = name in KNOWN and not ("pattern" in in_path[name] and faults(value, in_path[name]))
            if may_be_known and (positive or data.draw(st.booleans(), label=f"a known {name}")):
                case.path_parameters[name] = data.draw(st.sampled_from(KNOWN[name]))
        case.call_and_validate(headers=headers, checks=[*CHECKS, negative_data_rejection])

    answers()


def test_an_answer_that_is_not_described_is_found(api: tuple[Any, dict[str, str]]) -> None:
    schema, headers = api
    case = schema["/mailings"]["GET"].Case()
    told: dict[str, Any] = {"mailings": [], "cursor": None, "more": 1}
    for status, body in ((200, told), (418, told), (500, {})):
        answer = Answer(status, {"Content-Type": "application/json"}, json.dumps(body))
        # By its name: a local cloud in this process may have had the handlers imported anew.
        with patch("console.handler.respond", return_value=answer), pytest.raises(FailureGroup):
            case.call_and_validate(headers=headers, checks=CHECKS)
    case.call_and_validate(headers=headers, checks=CHECKS)
