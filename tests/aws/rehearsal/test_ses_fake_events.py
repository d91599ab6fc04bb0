"""The events of the local SES: in SES's own JSON, for what happened, and to those who asked for that type."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from rehearsal.ses import ConfigurationSet, EventDestination, FakeSes, SesSettings
from tests.support.ses import ses_account
from tests.support.ses.ses_account import ALL_TYPES, SENDER, START, TOPIC, SesAccount

SEND_TOPIC = "arn:aws:sns:eu-north-1:123456789012:send"
SETS = {
    "mail": ConfigurationSet((EventDestination(TOPIC, ALL_TYPES),)),
    "some": ConfigurationSet(
        (
            EventDestination(SEND_TOPIC, frozenset({"send", "renderingFailure"})),
            EventDestination(TOPIC, frozenset({"RENDERING_FAILURE", "deliveryDelay"})),
        )
    ),
    "silent": ConfigurationSet(),
}


@pytest.fixture(scope="module")
def running() -> Iterator[SesAccount]:
    """One server and one client for all tests of the file."""
    with SesAccount(configuration_sets=SETS) as account:
        yield account


account = ses_account.account


# Every event carries the mail


def test_the_mail_object_says_who_sent_what_to_whom(account: SesAccount) -> None:
    mail_id = account.send_tracked("aino@lukija.example", ReplyToAddresses=["hei@sanaharju.example"])
    mail = account.last()["mail"]
    headers = {header["name"]: header["value"] for header in mail.pop("headers")}
    assert mail == {
        "timestamp": "2026-11-24T08:00:00.000Z",
        "source": SENDER,
        "sourceArn": "arn:aws:ses:eu-north-1:123456789012:identity/sanaharju.example",
        "sendingAccountId": "123456789012",
        "messageId": mail_id,
        "destination": ["aino@lukija.example"],
        "headersTruncated": False,
        "commonHeaders": {
            "from": [SENDER],
            "replyTo": ["hei@sanaharju.example"],
            "to": ["aino@lukija.example"],
            "messageId": mail_id,
            "subject": "Hei Aino",
        },
        "tags": {
            "ses:source-ip": ["127.0.0.1"],
            "ses:configuration-set": ["mail"],
            "ses:from-domain": ["sanaharju.example"],
            "ses:caller-identity": ["local"],
            "ses:outgoing-ip": ["127.0.0.1"],
            "mailing": ["m1"],
            "position": ["0"],
        },
    }
    assert list(headers) == [
        "From",
        "Reply-To",
        "To",
        "Subject",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
    ]


def test_the_send_event_of_a_template_knows_no_subject_yet(account: SesAccount) -> None:
    account.send_tracked("aino@lukija.example")
    send = account.published[0][1]
    assert send["send"] == {}
    assert "subject" not in send["mail"]["commonHeaders"]
    assert "Subject" not in [header["name"] for header in send["mail"]["headers"]]


def test_the_send_event_of_a_simple_mail_knows_its_subject(account: SesAccount) -> None:
    simple = {"Subject": {"Data": "Päivää", "Charset": "UTF-8"}, "Body": {"Text": {"Data": "t"}}}
    account.send_tracked("aino@lukija.example", Content={"Simple": simple})
    assert account.published[0][1]["mail"]["commonHeaders"]["subject"] == "Päivää"


def test_a_long_header_section_is_cut_and_says_so(account: SesAccount) -> None:
    headers = [{"Name": f"X-Long-{number}", "Value": "v" * 900} for number in range(15)]
    content = {"Subject": {"Data": "S"}, "Body": {"Text": {"Data": "t"}}, "Headers": headers}
    account.send_tracked("aino@lukija.example", Content={"Simple": content})
    mail = account.last()["mail"]
    size = sum(len(header["name"]) + len(header["value"]) for header in mail["headers"])
    assert mail["headersTruncated"] is True
    assert 9 * 1024 < size <= 10 * 1024


@pytest.mark.parametrize("identity", ["uutiskirje@sanaharju.example", "sanaharju.example", "example"])
def test_the_nearest_verified_identity_is_the_source(account: SesAccount, identity: str) -> None:
    account.open(identities=frozenset({identity}))
    account.send_tracked("aino@lukija.example")
    assert account.last()["mail"]["sourceArn"].rpartition("/")[2] == identity


# What happens by itself


def test_delivery_follows_send(account: SesAccount) -> None:
    account.send_tracked("aino@lukija.example", "eero@lukija.example")
    assert account.happened() == ["Send", "Delivery"]
    assert account.last()["delivery"] == {
        "timestamp": "2026-11-24T08:00:00.000Z",
        "processingTimeMillis": 0,
        "recipients": ["aino@lukija.example", "eero@lukija.example"],
        "smtpResponse": "250 2.6.0 Message received",
        "reportingMTA": "a1.smtp-out.eu-north-1.amazonses.com",
    }


def test_delivery_can_be_left_to_the_test(account: SesAccount) -> None:
    account.open(auto_deliver=False)
    mail_id = account.send_tracked("aino@lukija.example")
    assert account.happened() == ["Send"]
    account.clock += timedelta(seconds=2.5)
    account.ses.act(mail_id, "deliver")
    assert account.last()["delivery"]["processingTimeMillis"] == 2500


def test_a_rendering_failure_carries_the_tags_but_no_headers(account: SesAccount) -> None:
    account.send_tracked("aino@lukija.example", data="{}")
    event = account.last()
    assert event["failure"] == {
        "errorMessage": "Attribute 'name' is not present in the rendering data.",
        "templateName": None,
    }
    assert (event["mail"]["tags"]["mailing"], "headers" in event["mail"]) == (["m1"], False)


SIMULATED = {
    "success": ["Send", "Delivery"],
    "ooto": ["Send", "Delivery", "Bounce"],
    "complaint": ["Send", "Delivery", "Complaint"],
    "bounce": ["Send", "Bounce"],
    "suppressionlist": ["Send", "Bounce"],
}


@pytest.mark.parametrize(
    "shape", ["{}@simulator.amazonses.com", "{}+m1.7@simulator.amazonses.com", "{}@SIMULATOR.amazonses.COM"]
)
@pytest.mark.parametrize("name", list(SIMULATED))
def test_the_simulator_answers_whatever_the_label_and_case(account: SesAccount, name: str, shape: str) -> None:
    account.send_tracked(shape.format(name.title()))
    assert account.happened() == SIMULATED[name]
    assert account.suppressed() == {}


@pytest.mark.parametrize("name", list(SIMULATED))
def test_the_simulator_answers_even_where_deliveries_are_left_to_the_test(account: SesAccount, name: str) -> None:
    account.open(auto_deliver=False)
    account.send_tracked(f"{name}@simulator.amazonses.com")
    assert account.happened() == SIMULATED[name]


def test_a_name_that_the_simulator_does_not_have_bounces(account: SesAccount) -> None:
    account.send_tracked("sucess@simulator.amazonses.com")
    assert account.happened() == ["Send", "Bounce"]


def test_the_simulated_bounces_say_which_kind_they_are(account: SesAccount) -> None:
    account.send_tracked("bounce@simulator.amazonses.com")
    bounce = account.last()["bounce"]
    assert bounce.pop("feedbackId")
    assert bounce == {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [
            {
                "emailAddress": "bounce@simulator.amazonses.com",
                "action": "failed",
                "status": "5.1.1",
                "diagnosticCode": "smtp; 550 5.1.1 user unknown",
            }
        ],
        "timestamp": "2026-11-24T08:00:00.000Z",
        "reportingMTA": "dns; a1.smtp-out.eu-north-1.amazonses.com",
    }
    account.send_tracked("suppressionlist@simulator.amazonses.com")
    assert account.last()["bounce"]["bounceSubType"] == "Suppressed"


def test_what_bounces_at_once_does_not_arrive(account: SesAccount) -> None:
    account.send_tracked("bounce@simulator.amazonses.com", "complaint@simulator.amazonses.com", "aino@lukija.example")
    (mail,) = account.mails()
    assert mail.recipients == ("complaint@simulator.amazonses.com", "aino@lukija.example")
    assert account.published[2][1]["delivery"]["recipients"] == list(mail.recipients)
    account.send_tracked("bounce@simulator.amazonses.com")
    assert len(account.mails()) == 1


# Who hears of it


def test_only_destinations_of_the_set_that_want_the_type_hear_of_it(account: SesAccount) -> None:
    account.send_tracked("aino@lukija.example", ConfigurationSetName="some")
    account.send_tracked("aino@lukija.example", ConfigurationSetName="some", data="{}")
    heard = [(topic, event["eventType"]) for topic, event in account.published]
    assert heard == [
        (SEND_TOPIC, "Send"),
        (SEND_TOPIC, "Send"),
        (SEND_TOPIC, "Rendering Failure"),
        (TOPIC, "Rendering Failure"),
    ]


def test_without_destinations_nothing_is_published(account: SesAccount) -> None:
    account.send_tracked("aino@lukija.example", ConfigurationSetName="silent")
    mail_id = account.client.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["aino@lukija.example"]},
        Content={"Simple": {"Subject": {"Data": "S"}, "Body": {"Text": {"Data": "t"}}}},
    )["MessageId"]
    account.ses.act(mail_id, "bounce")
    assert account.published == []
    assert account.suppressed() == {"aino@lukija.example": "BOUNCE"}


def test_both_spellings_of_the_types_mean_the_same() -> None:
    api = EventDestination(TOPIC, ALL_TYPES)
    camel = {"send", "bounce", "complaint", "delivery", "open", "click", "renderingFailure", "deliveryDelay"}
    assert EventDestination(TOPIC, frozenset(camel)) == api


def test_an_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'sent' is not an SES event type"):
        EventDestination(TOPIC, frozenset({"sent"}))


def test_a_topic_that_fails_does_not_fail_the_mail(account: SesAccount, caplog: pytest.LogCaptureFixture) -> None:
    def broken(topic: str, text: str) -> None:
        del topic, text
        raise RuntimeError("no such topic")

    account.ses = FakeSes(
        SesSettings(identities=frozenset({"sanaharju.example"}), configuration_sets=SETS),
        publish=broken,
        now=lambda: START,
    )
    assert account.send_tracked("aino@lukija.example")
    assert len(account.mails()) == 1
    assert "did not reach topic" in caplog.text
    assert "aino@" not in caplog.text


def test_a_listener_may_use_the_account_while_it_hears_of_it(account: SesAccount) -> None:
    heard: list[tuple[int, float]] = []

    def listen(topic: str, text: str) -> None:
        del topic, text
        quota = account.client.get_account()["SendQuota"]
        heard.append((len(account.mails()), quota["SentLast24Hours"]))

    settings = SesSettings(identities=frozenset({"sanaharju.example"}), configuration_sets=SETS)
    account.ses = FakeSes(settings, publish=listen, now=lambda: START)
    account.send_tracked("aino@lukija.example")
    assert heard == [(1, 1.0), (1, 1.0)]
