"""Least rights where answers are received: what that adds to a function's rights is what it needs for them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.times import whole_seconds
from tests.support.mailings.templates import templates_with_replies
from tests.support.readers.readers import add_reader
from tests.support.replies.answers import leave_by, receive, reply_to, written
from tests.support.stack.cloud import Cloud, running
from tests.template.recorded import Uses, recording
from tests.template.rights import granted

READERS = tuple(f"{name}@example.com" for name in ("maija", "pekka", "aino", "eino"))


@pytest.fixture(scope="module")
def before() -> set[str]:
    """What feedback may do where nothing is received, by the names of the statements."""
    with running() as cloud:
        return {right.sid for right in granted(cloud, "feedback")}


@pytest.fixture(scope="module")
def answered(before: set[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cloud, Uses]]:
    """A stack whose readers answered and left, and what each function used."""
    assert before  # there is one stack at a time
    folder = templates_with_replies(tmp_path_factory.mktemp("replies"), keep_words=True)
    with pytest.MonkeyPatch.context() as monkeypatch, running(folder) as cloud, recording(cloud, monkeypatch) as uses:
        for email in READERS:
            add_reader(email)
        app.triggers.joined(app.ids.of(READERS[0]), "sparraus", app.now())
        start_campaign(Campaign("kevat", "Kevät", "Moi.", "fi"), app, now=whole_seconds(app.now()))
        assert cloud.drain() == []
        mail = cloud.mails(READERS[0])[0]
        receive(cloud, written(READERS[0], "Voisimmeko sparrata?"), reply_to(mail))
        receive(cloud, written(READERS[0], "Tiistai sopii."), reply_to(mail))
        receive(cloud, written(READERS[1], "Poista minut listalta."), reply_to(mail))
        receive(cloud, written(READERS[2], "Olen lomalla.", Auto_Submitted="auto-replied"), reply_to(mail), sender="<>")
        receive(cloud, written("vieras@example.net", "Hei!"), reply_to(mail))
        receive(cloud, written(READERS[3], ""), leave_by(cloud.mails(READERS[3])[0]))
        receive(cloud, written(READERS[3], ""), f"leave.x.y@{app.reply_settings.domain}")
        yield cloud, uses


@pytest.mark.parametrize("folder", ["feedback", "sender", "planner", "lead_handoff"])
def test_a_function_may_do_all_that_it_does(answered: tuple[Cloud, Uses], folder: str) -> None:
    cloud, uses = answered
    rights = granted(cloud, folder)
    assert uses[folder] != set()
    refused = [use for use in uses[folder] if not any(right.allows(use) for right in rights)]
    assert sorted({f"{use.action} on {use.resource}, e.g. {sorted(use.keys)}" for use in refused}) == []


def test_what_receiving_adds_to_rights_is_needed_for_it(before: set[str], answered: tuple[Cloud, Uses]) -> None:
    cloud, uses = answered
    added = [right for right in granted(cloud, "feedback") if right.sid not in before]
    assert added
    assert [part for right in added for part in right.unused(uses["feedback"])] == []
