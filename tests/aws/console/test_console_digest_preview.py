"""The next digest as one reader would get it: on a page, for a program and on the command line; nothing is kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.readers.manage.change import change_choices
from newsletter.readers.subscriber import Status
from tests.aws.console.test_console_api import _conforms
from tests.aws.console.test_console_articles import add
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token(scope="campaigns:send"))


def ask(api: Program, **whom: Any) -> Any:
    answer = api("POST", "/digests/preview", whom)
    _conforms(answer.json, {"$ref": "#/components/schemas/DigestPreview"}, "DigestPreview")
    return answer.json["digest"]


def test_a_reader_is_found_by_address_and_their_digest_is_shown_and_nothing_kept(
    cloud: Cloud, marketing: Browser
) -> None:
    add()
    reader = add_reader(READER, "linkedin")
    change_choices(reader, {"name": "Maija"}, app.now(), app)
    before = [cloud.items(table) for table in ("Content", "Deliveries", "Guards", "Subscribers")]

    found = marketing.post("/console/digests/next", ("form_token", marketing.form_token()), ("address", READER.upper()))
    assert found.location == f"/console/digests/next?reader={reader}"
    page = marketing.get(found.location)
    assert "1 in full" in page.text
    mail = marketing.get(f"/console/digests/next/mail?reader={reader}")
    assert "Kirjoitus &lt;" in mail.body
    assert "Maija" in mail.body
    assert "frame-ancestors 'self'" in mail.headers["Content-Security-Policy"]
    assert "sandbox" in mail.headers["Content-Security-Policy"]

    assert cloud.mails() == []
    assert [cloud.items(table) for table in ("Content", "Deliveries", "Guards", "Subscribers")] == before


def test_what_they_would_not_get_is_said_with_the_reason(cloud: Cloud, api: Program, marketing: Browser) -> None:
    assert cloud.url
    assert ask(api, topics=["linkedin"])["why_none"] == "there is no new article yet"
    add()
    reader = add_reader(READER, next(topic.key for topic in app.publication.topics if topic.key != "linkedin"))
    assert ask(api, address=READER)["why_none"] == "no new article is on their topics and in their language"
    app.subscribers.deactivate(reader, Status.UNSUBSCRIBED, "page", app.now())
    assert ask(api, subscriber=reader)["why_none"] == "they get no mail: they are unsubscribed"
    assert "No mail: they get no mail" in marketing.get(f"/console/digests/next?reader={reader}").text
    assert marketing.get(f"/console/digests/next/mail?reader={reader}").status == 404


def test_somebody_with_given_choices_gets_what_a_reader_with_them_would(
    cloud: Cloud, api: Program, marketing: Browser
) -> None:
    assert cloud.url
    add()
    shown = ask(api, topics=["linkedin"], language="fi", frequency="weekly")
    assert (shown["articles"], shown["topics"], shown["why_none"]) == (["a" * 16], ["linkedin"], "")
    assert "Kirjoitus &lt;" in shown["html"]
    answer = marketing.post(
        "/console/digests/next",
        ("form_token", marketing.form_token()),
        ("topics", "linkedin"),
        ("language", "fi"),
        ("frequency", "monthly"),
    )
    page = marketing.get(answer.location)
    assert page.status == 200
    assert "1 in full" in page.text


@pytest.mark.parametrize(
    ("whom", "field"),
    [
        ({"topics": ["x"]}, "topics"),
        ({"language": "xx"}, "language"),
        ({"frequency": "daily"}, "frequency"),
        ({"address": "maija"}, "address"),
        ({"topics": "linkedin"}, "topics"),
    ],
)
def test_what_nobody_can_choose_is_refused_by_field(cloud: Cloud, api: Program, whom: Any, field: str) -> None:
    assert cloud.url
    answer = api("POST", "/digests/preview", whom)
    assert answer.status == 422
    assert field in answer.json["errors"]
    assert api("POST", "/digests/preview", {"address": "nobody@example.com"}).status == 404


def test_the_command_shows_it_and_writes_the_mail(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cloud.url
    add()
    add_reader(READER, "linkedin")
    assert main(["digest", "preview", READER, "--html", str(tmp_path / "mail.html")]) == 0
    assert "In full: Kirjoitus" in capsys.readouterr().out
    assert "Kirjoitus" in (tmp_path / "mail.html").read_text("utf-8")
    assert main(["digest", "preview", "--topics", "linkedin", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["articles"] == ["a" * 16]
    assert main(["digest", "preview", READER, "--topics", "linkedin"]) == 1
