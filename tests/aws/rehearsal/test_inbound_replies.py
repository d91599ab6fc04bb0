"""The mailbox answers a mail as mail programs do, unsubscribes as Apple's does, and shows what was forwarded."""

from __future__ import annotations

import email
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP, default
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
import urllib3

from rehearsal.cloud import LocalCloud
from rehearsal.ses import Mail
from tests.aws.rehearsal.test_inbound import notices, stored
from tests.support.mailings.templates import REPLY_DOMAIN, templates_with_replies

READER = "maija@example.com"
REPLY_TO = f"reply.abc@{REPLY_DOMAIN}"
LEAVE = f"leave.abc@{REPLY_DOMAIN}"
SENDER = "Sanaharju <uutiskirje@sanaharju.example>"
BROWSER = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(templates=templates_with_replies(tmp_path_factory.mktemp("replies")), ingest=False) as started:
        started.pollers.stop()
        yield started


def ses(cloud: LocalCloud) -> Any:
    return boto3.client("sesv2", endpoint_url=f"{cloud.url}/_local/ses")


def sent(
    cloud: LocalCloud, language: str = "fi", reply_to: str = REPLY_TO, unsubscribe: str = f"<mailto:{LEAVE}>"
) -> Mail:
    simple = {
        "Subject": {"Data": "Viisi päivää", "Charset": "utf-8"},
        "Body": {
            "Text": {"Data": "Hei!\nÄäkköset näkyvät.", "Charset": "utf-8"},
            "Html": {"Data": f'<html lang="{language}"><p>Hei!</p></html>', "Charset": "utf-8"},
        },
        "Headers": [{"Name": "List-Unsubscribe", "Value": unsubscribe}],
    }
    answer = ses(cloud).send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": [READER]},
        ReplyToAddresses=[reply_to],
        Content={"Simple": simple},
    )
    mail = cloud.ses.mailbox.get(answer["MessageId"])
    assert mail is not None
    return mail


def press(cloud: LocalCloud, mail: Mail, what: str, **fields: str) -> urllib3.BaseHTTPResponse:
    body = urlencode({name.rstrip("_"): value for name, value in fields.items()})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return urllib3.request(
        "POST", f"{cloud.url}/_local/mail/{mail.id}/{what}", body=body, headers=headers, retries=False
    )


def came(cloud: LocalCloud) -> tuple[dict[str, Any], EmailMessage]:
    (notice,) = notices(cloud)
    return notice, email.message_from_bytes(stored(cloud, notice), policy=default)


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def test_an_answer_is_what_a_mail_program_writes(cloud: LocalCloud) -> None:
    mail = sent(cloud)
    answer = press(cloud, mail, "reply", text="Kiitos, voisimmeko sparrata tästä? 🙂")
    assert answer.status == 202
    notice, message = came(cloud)
    assert f"In-Reply-To: {mail.headers['Message-ID']}\r\n".encode() in stored(cloud, notice)
    assert answer.json() == {"id": notice["mail"]["messageId"], "to": REPLY_TO}
    assert (notice["mail"]["source"], notice["receipt"]["recipients"]) == (READER, [REPLY_TO])
    assert (message["From"], message["To"], message["Subject"]) == (READER, REPLY_TO, "VS: Viisi päivää")
    assert message["In-Reply-To"] == message["References"] == mail.headers["Message-ID"]
    assert message["Message-ID"].endswith("@example.com>")
    assert message["Content-Transfer-Encoding"] == "quoted-printable"
    own, _, quoted = text_of(message).partition("\n\n")
    assert own == "Kiitos, voisimmeko sparrata tästä? 🙂"
    assert quoted.partition("\n\n") == (quoted.splitlines()[0], "\n\n", "> Hei!\n> Ääkköset näkyvät.\n")
    assert quoted.startswith(f"{SENDER} kirjoitti ")


@pytest.mark.parametrize(
    ("language", "prefix", "word"), [("sv", "SV:", " skrev "), ("en", "Re:", " wrote:"), ("xx", "Re:", " wrote:")]
)
def test_an_answer_speaks_the_language_of_its_mail(cloud: LocalCloud, language: str, prefix: str, word: str) -> None:
    press(cloud, sent(cloud, language), "reply", text="x")
    _, message = came(cloud)
    assert message["Subject"] == f"{prefix} Viisi päivää"
    assert word in text_of(message)


def test_somebody_else_writes_a_mail_of_their_own(cloud: LocalCloud) -> None:
    mail = sent(cloud)
    assert press(cloud, mail, "reply", text="Hei", from_="kollega@example.com").status == 202
    notice, message = came(cloud)
    assert message["From"] == notice["mail"]["source"] == "kollega@example.com"
    assert text_of(message) == "Hei\n"
    assert message["In-Reply-To"] is message["References"] is None
    press(cloud, mail, "reply", text="Hei", from_=READER.title())
    assert "> Hei!" in text_of(came(cloud)[1]), "the reader, spelled otherwise"


def test_a_browser_gets_a_page_and_the_mail_has_the_forms(cloud: LocalCloud) -> None:
    mail = sent(cloud)
    address = f"{cloud.url}/_local/mail/{mail.id}"
    page = urllib3.request("GET", address).data.decode()
    assert f'action="/_local/mail/{mail.id}/reply"' in page
    assert f'action="/_local/mail/{mail.id}/leave"' in page
    headers = {"content-type": "application/x-www-form-urlencoded", **BROWSER}
    shown = urllib3.request("POST", f"{address}/reply", body=urlencode({"text": "<b>Hei"}), headers=headers)
    assert shown.status == 202
    assert "&lt;b&gt;Hei" in shown.data.decode()
    assert notices(cloud)


def test_apple_unsubscribes_with_a_mail_of_its_own(cloud: LocalCloud) -> None:
    mail = sent(cloud, unsubscribe=f"<mailto:{LEAVE}>, <https://www.sanaharju.example/u>")
    assert press(cloud, mail, "leave").status == 202
    notice, message = came(cloud)
    assert (notice["receipt"]["recipients"], message["From"], message["Subject"]) == ([LEAVE], READER, "")
    sentence = 'Apple Mail sent this email to unsubscribe from the message "Viisi päivää".\n'
    assert text_of(message) == sentence
    without = sent(cloud, unsubscribe="<https://www.sanaharju.example/u>")
    assert press(cloud, without, "leave").status == 409
    page = urllib3.request("GET", f"{cloud.url}/_local/mail/{without.id}").data.decode()
    assert "/leave" not in page


def test_an_answer_to_a_mailbox_of_people_goes_there_and_not_here(cloud: LocalCloud) -> None:
    mail = sent(cloud, reply_to="hei@sanaharju.example")
    answer = press(cloud, mail, "reply", text="Hei")
    assert answer.status == 409
    assert "goes to hei@sanaharju.example" in answer.json()["error"]
    page = urllib3.request("GET", f"{cloud.url}/_local/mail/{mail.id}").data.decode()
    assert "To hei@sanaharju.example, a mailbox outside of this" in page
    assert notices(cloud) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "text is missing"),
        ({"text": "x", "from_": "nobody"}, "from is 'nobody'"),
        (
            {"text": "x", "from_": "pöllö@example.com"},
            "from is 'pöllö@example.com' and must be a mail address, in ASCII",
        ),
        ({"text": "x", "to": "y"}, "'to' is"),
    ],
)
def test_bad_fields_are_named(cloud: LocalCloud, fields: dict[str, str], says: str) -> None:
    answer = press(cloud, sent(cloud), "reply", **fields)
    assert answer.status == 400
    assert says in answer.json()["error"]
    assert notices(cloud) == []


def test_half_of_a_letter_is_no_text(cloud: LocalCloud) -> None:
    address = f"{cloud.url}/_local/mail/{sent(cloud).id}/reply"
    answer = urllib3.request("POST", address, body=rb'{"text": "\ud83d"}', retries=False)
    assert (answer.status, answer.json()["error"]) == (400, "text has half of a surrogate pair, which is no text.")
    assert notices(cloud) == []


# --- what was forwarded ----------------------------------------------------------------------------------------------


def forwarded(cloud: LocalCloud, message: bytes) -> Mail:
    answer = ses(cloud).send_email(
        Destination={"ToAddresses": ["markkinointi@example.com"]}, Content={"Raw": {"Data": message}}
    )
    mail = cloud.ses.mailbox.get(answer["MessageId"])
    assert mail is not None
    return mail


def test_a_forwarded_mail_shows_who_wrote_what_and_the_files(cloud: LocalCloud) -> None:
    message = EmailMessage(SMTP)
    message["From"] = "Maija Mäkelä <uutiskirje@sanaharju.example>"
    message["To"], message["Reply-To"] = "markkinointi@example.com", READER
    message["Subject"] = "VS: Viisi päivää"
    message.set_content("Huom: lähettäjää ei voitu varmistaa.\n")
    alternative = EmailMessage(SMTP)
    alternative.set_content("Kiitos 🙂\n", cte="8bit")
    alternative.add_alternative("<p>Kiitos 🙂</p>", subtype="html")
    message.make_mixed()
    message.attach(alternative)
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="tarjous ä.pdf")
    mail = forwarded(cloud, message.as_bytes())
    (shown,) = [
        each for each in urllib3.request("GET", f"{cloud.url}/_local/mail.json").json() if each["id"] == mail.id
    ]
    assert shown["to"] == "markkinointi@example.com"
    assert shown["from"] == "Maija Mäkelä <uutiskirje@sanaharju.example>"
    assert shown["subject"] == "VS: Viisi päivää"
    assert shown["headers"]["Reply-To"] == READER
    assert shown["text"] == "Huom: lähettäjää ei voitu varmistaa.\n\nKiitos 🙂\n"
    assert shown["html"].strip() == "<p>Kiitos 🙂</p>"
    assert shown["attachments"] == [{"name": "tarjous ä.pdf", "media_type": "application/pdf", "size": 4}]
    page = urllib3.request("GET", f"{cloud.url}/_local/mail/{mail.id}").data.decode()
    assert "tarjous ä.pdf" in page
    assert f"To {READER}, a mailbox outside of this" in page


def test_eight_bits_unknown_character_sets_and_mails_within_mails_are_shown_as_far_as_can_be(cloud: LocalCloud) -> None:
    head = b"From: uutiskirje@sanaharju.example\r\nMIME-Version: 1.0\r\n"
    latin = (
        head + b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\nt\xe4m\xe4\r\n"
    )
    assert forwarded(cloud, latin).text == "tämä\n"
    unknown = (
        head + b"Content-Type: text/plain; charset=x-nobody\r\nContent-Transfer-Encoding: 8bit\r\n\r\nt\xe4m\xe4\r\n"
    )
    assert forwarded(cloud, unknown).text == "tämä\n"
    within = EmailMessage(SMTP)
    within["From"] = "uutiskirje@sanaharju.example"
    within.set_content("See below.\n")
    inner = EmailMessage(SMTP)
    inner["Subject"] = "inner"
    inner.set_content("The inner text.\n")
    within.add_attachment(inner)
    mail = forwarded(cloud, within.as_bytes())
    assert mail.text == "See below.\n"
    (file,) = mail.content.attachments
    assert (file.name, file.media_type) == ("", "message/rfc822")
    assert file.size > len("The inner text.")
    nested = head + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000)
    )
    mail = forwarded(cloud, nested)
    assert mail.text is mail.html is None
    assert [file.media_type for file in mail.content.attachments] == ["multipart/mixed"]
