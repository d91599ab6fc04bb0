"""`newsletter doctor` looks at what is outside of the stack: site, feeds, CRM, issuer and clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from werkzeug.wrappers import Response

from newsletter.articles.feeds.feed_state import Failure, Hold
from newsletter.container import Container, app
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from tests.support.doctor.local_doctor import Doctor, doctor_of
from tests.support.stack.cloud import Cloud

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def doctor(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Iterator[Doctor]:
    """Everything works."""
    with doctor_of(cloud, tmp_path, monkeypatch, capsys) as made:
        yield made


def test_a_feed_is_looked_at_now_and_as_the_stack_sees_it(doctor: Doctor) -> None:
    assert doctor.is_fine("feeds")
    doctor.write_feed(datetime.now(UTC) - timedelta(days=100))
    assert "has nothing new since" in doctor.line("feeds")[1]
    doctor.feed.write_text("<html>Not found</html>")
    state, message, mend = doctor.line("feeds")
    assert (state, "cannot be read" in message, "newsletter feeds check file://" in mend) == ("fault", True, True)
    doctor.write_feed(datetime.now(UTC))
    url, now = doctor.feed.as_uri(), app.now()
    for state_of, said in (
        ({"failure": Failure(now - timedelta(days=2), "HTTP 500")}, "cannot read"),
        ({"hold": Hold(now, "only 1 of 9 entries are left")}, "is held since"),
        ({"read_at": now - timedelta(hours=5)}, "and should every hour"),
    ):
        kept = app.feed_states.get(url)
        base = replace(kept, failure=None, hold=None, read_at=now)
        assert app.feed_states.put(url, replace(base, **state_of))
        found, message, mend = doctor.line("feeds")
        assert (found, said in message, "newsletter " in mend) == ("warning", True, True), message


def test_without_the_stacks_tables_a_feed_and_the_crm_are_still_asked(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetItem")

    monkeypatch.setattr(type(app.feed_states), "get", refuse)
    monkeypatch.setattr(type(app.crm_endpoint), "health", refuse)
    for key in ("feeds", "crm"):
        state, message, mend = doctor.line(key)
        assert (state, "AWS refused GetItem" in message, "allow dynamodb:GetItem" in mend) == ("unknown", True, True)
    doctor.feed.write_text("<html>Not found</html>")
    doctor.cloud.crm_status = 500
    assert doctor.line("feeds")[0] == doctor.line("crm")[0] == "fault"


def test_a_crm_that_refuses_is_off_or_verifies_nothing_is_said_to(doctor: Doctor) -> None:
    state, message, _ = doctor.line("crm")
    assert (state, message.startswith("it has taken a signed test event (HTTP 200")) == ("fine", True)
    (event,) = doctor.cloud.webhooks
    assert event.json["data"]["test"] is True
    assert "webhook-signature" in event.headers
    state, message, mend = doctor.line("crm", "--send")
    assert (state, "wrong signature too" in message) == ("warning", True)
    assert "webhook-signature" in mend
    doctor.cloud.crm_answers = lambda _: Response("no contact maija.lukija@example.com", 500)
    state, message, _ = doctor.line("crm")
    assert (state, "HTTP 500: no contact" in message, "maija" in message) == ("fault", True, False)
    doctor.cloud.crm_answers = None
    app.crm_endpoint.change(lambda _: EndpointHealth(resting_until=app.now() + timedelta(minutes=9)))
    state, message, _ = doctor.line("crm")
    assert (state, "it rests until" in message) == ("warning", True)
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=app.now(), off_why="HTTP 410"))
    state, message, mend = doctor.line("crm")
    assert (state, "is switched off" in message) == ("fault", True)
    assert mend == "newsletter leads endpoint --on --local"


def test_a_site_that_misses_something_or_is_another_is_a_fault(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.is_fine("site")
    doctor.cloud.client("ssm").delete_parameter(Name=f"{app.settings.secrets_path}/pepper")
    app.reset()
    state, message, mend = doctor.line("site")
    assert (state, "HTTP 503 (pepper: " in message) == ("fault", True)
    assert "newsletter secrets check --local" in mend
    monkeypatch.setenv("NEWSLETTER_PUBLIC_URL", doctor.issuer.url)
    app.reset()
    state, message, _ = doctor.line("site")
    assert (state, "is not the newsletter" in message) == ("fault", True)
    monkeypatch.setenv("NEWSLETTER_PUBLIC_URL", "http://127.0.0.1:1")
    app.reset()
    assert "nobody reaches http://127.0.0.1:1/health" in doctor.line("site")[1]


def test_an_issuer_that_is_down_or_without_keys_is_a_fault(doctor: Doctor) -> None:
    assert doctor.is_fine("issuer")
    doctor.issuer.published = []
    state, message, _ = doctor.line("issuer")
    assert (state, "publishes no key" in message) == ("fault", True)
    doctor.issuer.down = True
    state, message, mend = doctor.line("issuer")
    assert (state, message.startswith("nobody can sign in")) == ("fault", True)
    assert "/.well-known/openid-configuration" in mend


def test_a_clock_that_is_wrong_is_told_from_that_of_aws(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.is_fine("clock")
    monkeypatch.setattr(Container, "wall_clock", lambda _: datetime.now(UTC) - timedelta(minutes=7))
    state, message, mend = doctor.line("clock")
    assert (state, "seconds behind AWS" in message, "timedatectl" in mend) == ("fault", True, True)
