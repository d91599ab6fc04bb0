"""A person's answer goes on to the mailbox, ends sequences, is counted and makes a lead; a program's does nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from newsletter.container import Container, app
from newsletter.leads.lead import LeadState, Temperature
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.errors import SendingStopped
from newsletter.publication.sequences import Exit
from newsletter.readers.subscriber import Status
from newsletter.replies.reply import Held, Reply, ReplyOutcome
from rehearsal.ses import Mail
from tests.aws.replies.conftest import FORWARD_TO, MAIJA, PEKKA
from tests.support.replies.answers import receive, receiver, reply_to, written
from tests.support.stack.cloud import Cloud

RAW_WITHOUT_SENDER = b"From: Ryhmae:;\r\nSubject: x\r\n\r\nKiitos!\r\n"
KIND = "Kiitos! Voisimmeko sparrata tästä? ä 🙂"


def forwarded(cloud: Cloud) -> list[Mail]:
    return cloud.mails(FORWARD_TO)


def events_of(reader: str) -> set[str]:
    return {
        what
        for record in app.deliveries.records("campaign-kevat")
        for position, each in enumerate(record.batch.recipients)
        for what, positions in record.positions.items()
        if each == reader and position in positions
    }


def last() -> Reply:
    return app.replies.newest(1, app.now())[0]


def webhooks(cloud: Cloud) -> list[dict[str, object]]:
    assert cloud.drain() == []
    return [json.loads(each.body) for each in cloud.webhooks]


def in_sequence(reader: str) -> Enrollment:
    (found,) = app.enrollments.of(reader)
    return found


def test_a_persons_answer_is_in_the_mailbox_and_an_answer_to_it_reaches_the_reader(cloud: Cloud, mail: Mail) -> None:
    receive(cloud, written(f"Maija <{MAIJA}>", KIND), reply_to(mail))
    (arrived,) = forwarded(cloud)
    assert arrived.sender.text == "Maija / Sanaharju <uutiskirje@sanaharju.example>"
    assert MAIJA in arrived.headers["Reply-To"]
    assert arrived.subject == "VS: Kevät"
    assert KIND in (arrived.text or "")
    assert last().forwarded


def test_it_makes_a_lead_with_the_verdict_of_a_person_and_their_own_words(cloud: Cloud, maija: str, mail: Mail) -> None:
    receive(cloud, written(MAIJA, f"{KIND}\n\n> Moi."), reply_to(mail))
    (told,) = webhooks(cloud)
    data = told["data"]
    assert told["type"] == "lead.created"
    assert data["lead"]["how"] == "answer"  # type: ignore[index]
    assert data["contact"]["subscriber"] == maija  # type: ignore[index]
    assert data["verdict"]["kind"] == "person"  # type: ignore[index]
    assert "Vastasi viestiin itse." in data["verdict"]["reasons"]  # type: ignore[index]
    assert data["answers"] == {"reply": KIND}  # type: ignore[index]
    assert data["score"]["value"] == 40  # type: ignore[index]
    lead = app.leads.get(last().lead)
    assert lead is not None
    assert (lead.state, lead.temperature) == (LeadState.HANDED_OFF, Temperature.HOT)
    assert {"replied", "lead"} <= events_of(maija)


def test_an_answer_ends_the_sequence_that_has_that_exit(cloud: Cloud, maija: str, mail: Mail) -> None:
    app.triggers.joined(maija, "sparraus", app.now())
    assert in_sequence(maija).active
    receive(cloud, written(MAIJA, "Kiitos, hyvä kirje."), reply_to(mail))
    assert in_sequence(maija).ended is Exit.ANSWERED


def test_the_lead_of_an_answer_begins_no_sequence_since_a_person_answers_it(
    cloud: Cloud, maija: str, mail: Mail
) -> None:
    receive(cloud, written(MAIJA, KIND), reply_to(mail))
    assert len(webhooks(cloud)) == 1
    assert app.enrollments.of(maija) == []


def test_a_second_answer_updates_the_lead_and_tells_the_crm_at_once(cloud: Cloud, mail: Mail) -> None:
    receive(cloud, written(MAIJA, KIND), reply_to(mail))
    receive(cloud, written(MAIJA, "Ja vielä: tiistai sopii."), reply_to(mail))
    assert [each["type"] for each in webhooks(cloud)] == ["lead.created", "lead.updated"]
    assert len(forwarded(cloud)) == 2


@pytest.mark.parametrize("check", ["spf", "dkim", "dmarc"])
def test_a_mail_that_fails_a_check_goes_on_with_a_warning_and_makes_nothing(
    cloud: Cloud, maija: str, mail: Mail, check: str
) -> None:
    receive(cloud, written(MAIJA, "Poista minut listalta."), reply_to(mail), **{check: "FAIL"})
    (arrived,) = forwarded(cloud)
    assert "ei voitu varmistaa" in (arrived.text or "")
    assert "Poista minut listalta." in (arrived.text or "")
    assert webhooks(cloud) == []
    assert events_of(maija) <= {"sent", "delivered"}
    reader = app.subscribers.get(maija)
    assert reader is not None
    assert reader.status is Status.ACTIVE


def test_somebody_who_is_no_reader_is_forwarded_and_makes_no_record(cloud: Cloud, mail: Mail) -> None:
    receive(cloud, written("vieras@example.net", KIND), reply_to(mail))
    assert len(forwarded(cloud)) == 1
    assert webhooks(cloud) == []
    assert last().subscriber == ""


def test_from_another_address_the_quoted_mail_says_whose_answer_it_is(cloud: Cloud, maija: str, mail: Mail) -> None:
    quoted = "\n".join(f"> {line}" for line in (mail.text or "").splitlines())
    receive(cloud, written("maija.koti@example.net", f"{KIND}\n\n{quoted}"), reply_to(mail))
    (told,) = webhooks(cloud)
    assert told["data"]["contact"]["subscriber"] == maija  # type: ignore[index]
    assert told["data"]["verdict"]["reasons"][1:3] == [  # type: ignore[index]
        "Vastasi viestiin itse.", "Vastaus tuli eri osoitteesta kuin siitä, johon viesti lähetettiin."
    ]  # fmt: skip


def test_a_reader_who_answers_with_the_mail_of_another_is_taken_for_themselves(cloud: Cloud, mail: Mail) -> None:
    quoted = "\n".join(f"> {line}" for line in (mail.text or "").splitlines())
    receive(cloud, written(PEKKA, f"{KIND}\n\n{quoted}"), reply_to(mail))
    (told,) = webhooks(cloud)
    assert told["data"]["contact"]["email"] == PEKKA  # type: ignore[index]


def test_a_wish_to_leave_from_the_own_address_ends_the_subscription_and_goes_on(
    cloud: Cloud, maija: str, mail: Mail
) -> None:
    receive(cloud, written(MAIJA, "Poista minut listalta"), reply_to(mail))
    reader = app.subscribers.get(maija)
    assert reader is not None
    assert reader.status is Status.UNSUBSCRIBED
    assert [each.consent.how for each in app.consents.chain(maija) if each.consent.act == "withdrawn"] == ["answer"]
    (arrived,) = forwarded(cloud)
    assert "tilaus on päätetty" in (arrived.text or "")
    assert webhooks(cloud) == []


def test_a_program_changes_nothing_and_is_in_the_list(cloud: Cloud, maija: str, mail: Mail) -> None:
    receive(cloud, written(MAIJA, "Olen lomalla.", Auto_Submitted="auto-replied"), reply_to(mail), sender="<>")
    assert forwarded(cloud) == []
    assert webhooks(cloud) == []
    assert events_of(maija) <= {"sent", "delivered"}
    assert (last().outcome, last().reasons) == (ReplyOutcome.PROGRAM, ("auto_submitted", "null_return_path"))


@pytest.mark.parametrize("check", ["spam", "virus"])
def test_spam_and_viruses_do_not_go_on_and_are_counted(cloud: Cloud, mail: Mail, check: str) -> None:
    receive(cloud, written(MAIJA, KIND), reply_to(mail), **{check: "FAIL"})
    assert forwarded(cloud) == []
    assert webhooks(cloud) == []
    assert last().outcome.value == check


def test_what_we_sent_on_never_goes_round(cloud: Cloud, mail: Mail) -> None:
    receive(cloud, written(MAIJA, KIND), reply_to(mail))
    (arrived,) = forwarded(cloud)
    receive(cloud, arrived.raw, reply_to(mail))
    assert len(forwarded(cloud)) == 1
    assert last().outcome is ReplyOutcome.OWN


def test_while_ses_sends_nothing_the_lead_is_made_and_the_answer_goes_on_later(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise SendingStopped("the account is paused")

    with monkeypatch.context() as patched:
        patched.setattr(type(app.mailer), "send_raw", stopped)
        received = receiver(cloud).receive(written(MAIJA, KIND), [reply_to(mail)], given={})
        assert len(cloud.drain()) == 1  # the queue has it again
    assert [each["type"] for each in webhooks(cloud)] == ["lead.created"]
    receiver(cloud).tell_again(received)
    assert cloud.drain() == []
    assert len(forwarded(cloud)) == 1
    assert [each["type"] for each in webhooks(cloud)] == ["lead.created"]
    assert last().forwarded


def test_a_mail_that_is_tried_again_counts_once_for_the_limits(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise SendingStopped("the account is paused")

    monkeypatch.setattr("newsletter.replies.forwarding.send_on.MOST_OF_A_SENDER", 2)
    received = receiver(cloud).receive(written(MAIJA, KIND), [reply_to(mail)], given={})
    with monkeypatch.context() as patched:
        patched.setattr(type(app.mailer), "send_raw", stopped)
        for _ in range(3):
            assert len(cloud.drain()) == 1
            receiver(cloud).tell_again(received)
    assert cloud.drain() == []
    assert (last().forwarded, last().held) == (True, Held.NOT)


def test_our_own_people_make_no_lead_and_no_exit(cloud: Cloud, mail: Mail) -> None:
    receive(cloud, written("myynti@sanaharju.example", "Hei Maija, palaan tähän."), reply_to(mail))
    assert webhooks(cloud) == []
    assert last().outcome is ReplyOutcome.OWN


def test_the_same_mail_goes_on_once_however_often_it_comes(cloud: Cloud, mail: Mail) -> None:
    raw = written(MAIJA, KIND)
    first = receive(cloud, raw, reply_to(mail))
    receiver(cloud).tell_again(first)
    assert cloud.drain() == []
    receive(cloud, raw, reply_to(mail))
    assert len(forwarded(cloud)) == 1
    assert [each["type"] for each in webhooks(cloud)] == ["lead.created"]
    assert last().outcome is ReplyOutcome.COPY


def test_a_sender_who_writes_without_end_is_held_back(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.replies.forwarding.send_on.MOST_OF_A_SENDER", 2)
    for number in range(3):
        receive(cloud, written("vieras@example.net", f"{KIND} {number}"), reply_to(mail))
    assert len(forwarded(cloud)) == 2
    assert last().held is Held.SENDER
    receive(cloud, written(MAIJA, KIND), reply_to(mail))
    assert len(forwarded(cloud)) == 3


def test_a_mail_that_is_too_large_goes_on_without_its_files_and_says_so(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.replies.forwarding.send_on.LARGEST", 2_000)
    monkeypatch.setattr("newsletter.replies.take_reply.LARGEST", 2_000)
    receive(cloud, written(MAIJA, f"{KIND}\n\n> " + "x " * 3000), reply_to(mail))
    (arrived,) = forwarded(cloud)
    assert "liitteet jäivät pois" in (arrived.text or "")
    assert KIND in (arrived.text or "")


def test_answers_are_the_readers_to_see_and_go_with_them(cloud: Cloud, maija: str, mail: Mail) -> None:
    receive(cloud, written(MAIJA, KIND), reply_to(mail))
    records = app.reader_data.of(maija).shown()
    (kept,) = [each for each in records if each["record"].startswith("reply#")]
    assert (kept["mailing"], kept["words"]) == ("campaign-kevat", KIND)


def test_readers_in_the_domain_of_the_mailbox_are_readers_and_the_mailbox_itself_is_ours(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small firm has its mailbox where its readers have theirs."""
    settings = replace(app.reply_settings, forward_to="firma@example.com")
    monkeypatch.setattr(Container, "publication", replace(app.publication, replies=settings))
    receive(cloud, written(MAIJA, KIND), reply_to(mail))
    assert last().outcome is ReplyOutcome.PERSON
    receive(cloud, written("Firma@Example.com", "Palaan tähän."), reply_to(mail))
    assert last().outcome is ReplyOutcome.OWN


def test_of_a_sender_without_a_readable_address_the_mailbox_is_told_what_stood_there(cloud: Cloud, mail: Mail) -> None:
    receive(cloud, RAW_WITHOUT_SENDER, reply_to(mail), sender="x@example.net")
    (arrived,) = forwarded(cloud)
    assert "osoitetta ei voitu lukea" in (arrived.text or "")
    assert "Reply-To" not in arrived.headers


def test_readers_at_a_large_provider_are_no_people_of_ours(
    cloud: Cloud, mail: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    sender = replace(app.publication.sender, reply_to="firma@proton.me")
    monkeypatch.setattr(Container, "publication", replace(app.publication, sender=sender))
    receive(cloud, written("lukija@proton.me", KIND), reply_to(mail))
    assert last().outcome is ReplyOutcome.PERSON
