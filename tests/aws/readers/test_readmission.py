"""Who bounced or complained once can come back: by a fresh sign-up, or by asking a person."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.platform.messages import ConfirmSignUp
from newsletter.readers.subscriber import Status, subscriber_id
from newsletter.sending import send_confirmation
from tests.support.stack.cloud import PEPPER, Cloud, link_to

READER = "maija@example.com"


def sign_up(cloud: Cloud, address: str = READER) -> int:
    """Fill in the form and work the queues off; how many mails the address has got by now."""
    form = f"email={quote(address)}&language=fi&consent=yes"
    assert cloud.http("POST", "/subscribe", form)["statusCode"] == 200
    assert cloud.drain() == []
    return len(cloud.mails(address))


def forget_recent_mails(address: str = READER) -> None:
    """As if the last confirmation mails were a day old."""
    app.sign_up_limits.reset_confirmation_mails(subscriber_id(PEPPER.encode(), address))


def listed(address: str = READER) -> str:
    entry = app.suppression.entry(address)
    return entry.reason if entry else ""


def status(address: str = READER) -> Status:
    reader = subscriber_id(PEPPER.encode(), address)
    return app.subscribers.statuses([reader])[reader]


def gone_wrong(cloud: Cloud, what: str) -> int:
    """A reader whose mail bounced or who complained; how many mails they have got."""
    cloud.subscribe(READER)
    cloud.ses.act(cloud.mails(READER)[-1].id, what)
    assert cloud.drain() == []
    forget_recent_mails()
    return len(cloud.mails(READER))


def test_who_bounced_comes_back_with_a_fresh_sign_up(cloud: Cloud) -> None:
    before = gone_wrong(cloud, "bounce")
    assert (status(), listed()) == (Status.BOUNCED, "BOUNCE")

    assert sign_up(cloud) == before + 1

    assert listed() == ""
    answer = cloud.http("POST", link_to("confirm", cloud.mails(READER)[-1]), "confirm=yes")
    assert answer["statusCode"] == 200
    assert cloud.drain() == []
    assert status() is Status.ACTIVE
    assert len(cloud.mails(READER)) == before + 2  # the welcome


def test_an_address_that_bounces_again_is_let_go_once_in_thirty_days(cloud: Cloud) -> None:
    before = gone_wrong(cloud, "bounce")
    assert sign_up(cloud) == before + 1
    cloud.ses.act(cloud.mails(READER)[-1].id, "bounce")
    forget_recent_mails()

    assert sign_up(cloud) == before + 1
    assert listed() == "BOUNCE"

    reader = subscriber_id(PEPPER.encode(), READER)
    form = app.sign_ups.get(reader, app.now())
    assert form is not None
    later = app.now() + timedelta(days=30, seconds=1)
    assert not app.sign_up_limits.readmission(reader, form.nonce, later - timedelta(minutes=1))
    assert app.sign_up_limits.readmission(reader, form.nonce, later)
    assert app.sign_up_limits.readmission(reader, form.nonce, later), "the same form once more"


def test_a_form_never_undoes_a_complaint_and_the_page_says_the_same_to_everybody(cloud: Cloud) -> None:
    before = gone_wrong(cloud, "complain")
    assert (status(), listed()) == (Status.COMPLAINED, "COMPLAINT")
    pages = {
        cloud.http("POST", "/subscribe", f"email={quote(address)}&language=fi&consent=yes")["body"]
        for address in (READER, "uusi@example.com")
    }
    assert cloud.drain() == []
    assert len(cloud.mails(READER)) == before
    assert listed() == "COMPLAINT"
    (page,) = pages
    assert app.templates.publication.sender.reply_to in page
    assert "roskapostiksi" in page


def test_a_person_lets_who_complained_come_back_and_it_is_kept_who_and_why(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    before = gone_wrong(cloud, "complain")
    assert main(["subscribers", "show", READER]) == 1
    assert "its owner called a mail spam" in capsys.readouterr().out
    why = f"asked by phone, as {READER}"
    assert main(["subscribers", "unsuppress", READER, "--because", why, "--yes"]) == 0
    assert "gets its mail (at most one in 10 minutes and 3 in 24 hours)." in capsys.readouterr().out
    assert listed() == ""
    (line,) = (each for each in app.decisions.newest(100) if each["decision"] == "unsuppressed")
    assert line["run"] == f"subscriber {subscriber_id(PEPPER.encode(), READER)}"
    assert "COMPLAINT of " in line["why"]
    assert "asked by phone" in line["why"]
    assert READER not in line["why"]
    assert main(["subscribers", "show", READER, "--json"]) == 0
    assert sign_up(cloud) == before + 1


def test_nothing_is_lifted_that_is_not_there_or_without_a_reason(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cloud.mails() == []
    assert main(["subscribers", "unsuppress", READER, "--because", "x", "--yes"]) == 1
    assert "does not have" in capsys.readouterr().err
    assert main(["subscribers", "unsuppress", READER, "--because", " ", "--yes"]) == 1
    assert "--because" in capsys.readouterr().err
    assert main(["subscribers", "show", "nobody"]) == 1
    assert "not a mail address" in capsys.readouterr().err


def test_neither_imports_nor_reminders_take_an_address_off_the_list(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(send_confirmation, "lift_suppression", lambda form, *_: asked.append(form.nonce))
    assert sign_up(cloud) == 1
    assert len(asked) == 1
    reader = subscriber_id(PEPPER.encode(), READER)
    form = app.sign_ups.get(reader, app.now())
    assert form is not None
    for message in (
        ConfirmSignUp(reader, form.nonce, reminder=True),
        ConfirmSignUp(reader, form.nonce, invited=True),
    ):
        app.queues.send(app.settings.transactional_queue, message)
    assert cloud.drain() == []
    assert len(asked) == 1


def test_a_list_that_does_not_answer_costs_nobody_the_confirmation(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Unwilling:
        def entry(self, address: str) -> None:
            raise ValueError(address)

    monkeypatch.setattr(app, "suppression", Unwilling())
    assert sign_up(cloud) == 1
