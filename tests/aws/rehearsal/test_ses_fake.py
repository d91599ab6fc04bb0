"""What the local SES accepts arrives, rendered and headed as SES would send it."""

from __future__ import annotations

import email
import email.policy
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.ses.message.template import inline_template
from tests.support.ses import ses_account
from tests.support.ses.ses_account import SENDER, START, SesAccount, entry
from tests.support.strategies import whole_without

account = ses_account.account
running = ses_account.running


# What is accepted arrives


def test_a_simple_mail_arrives_with_everything_it_was_sent_with(account: SesAccount) -> None:
    sent = account.send(
        "eeva@lukija.example",
        ReplyToAddresses=["hei@sanaharju.example"],
        EmailTags=[{"Name": "mailing", "Value": "m1"}],
        ConfigurationSetName="mail",
    )
    mail = account.mail()
    seen = (mail.id, mail.at, mail.to, mail.from_, mail.reply_to, mail.subject, mail.html, mail.text, mail.tags)
    assert seen == (
        sent,
        START,
        ("eeva@lukija.example",),
        SENDER,
        ("hei@sanaharju.example",),
        "Hei",
        "<p>Hei</p>",
        "Hei",
        {"mailing": "m1"},
    )
    assert (mail.configuration_set, mail.events) == ("mail", ["Send", "Delivery"])


def test_headers_come_in_sending_order_with_those_of_mime_and_ses(account: SesAccount) -> None:
    account.send_bulk(
        entry("a@lukija.example", ReplacementHeaders=[{"Name": "List-Unsubscribe", "Value": "<https://x>"}])
    )
    headers = account.mail().headers
    assert list(headers) == [
        "From",
        "To",
        "Subject",
        "MIME-Version",
        "Content-Type",
        "List-Unsubscribe",
        "Message-ID",
        "Date",
        "Feedback-ID",
    ]
    assert headers["Message-ID"] == f"<{account.mail().id}@eu-north-1.amazonses.com>"
    assert headers["Date"] == "Tue, 24 Nov 2026 08:00:00 +0000"


def test_ses_writes_feedback_id_itself_and_takes_two_values_of_it_from_tags(account: SesAccount) -> None:
    own = [{"Name": "Feedback-ID", "Value": "m1:digest:sanaharju"}]
    tags = [{"Name": "ses:feedback-id-a", "Value": "m1"}, {"Name": "ses:feedback-id-b", "Value": "digest"}]
    account.send_bulk(entry("a@lukija.example"), entry("b@lukija.example", ReplacementTags=tags), Headers=own)
    tagged, plain = account.mails()
    assert plain.headers["Feedback-ID"] == "::1.eu-north-1.local:AmazonSES"
    assert tagged.headers["Feedback-ID"] == "m1:digest:1.eu-north-1.local:AmazonSES"
    assert plain.raw.count(b"Feedback-ID") == 1


def test_the_raw_mail_is_a_mime_message_that_any_reader_understands(account: SesAccount) -> None:
    subject = "Näkyvyys ja työntekijälähettiläät: 10 € ja vähän päälle, pitkä otsikko joka taittuu riveille"
    html, text = "<p>Hyvää päivää, Åsa</p>", "Hyvää päivää, Åsa.\nToinen rivi"
    link = f"<https://www.sanaharju.example/unsubscribe/{'t' * 300}>"
    account.send_bulk(
        entry("asa@lukija.example", ReplacementHeaders=[{"Name": "List-Unsubscribe", "Value": link}]),
        TemplateContent={"Subject": subject, "Html": html, "Text": text},
    )
    mail = account.mail()
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    parts = [(part.get_content_type(), "\n".join(part.get_content().splitlines())) for part in message.iter_parts()]
    assert message.get_content_type() == "multipart/alternative"
    assert parts == [("text/plain", text), ("text/html", html)]
    assert (str(message["Subject"]), message["List-Unsubscribe"], message["To"]) == (
        subject,
        link,
        "asa@lukija.example",
    )
    assert mail.raw.isascii()
    assert max(map(len, mail.raw.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert mail.headers["Subject"].startswith("=?utf-8?")
    assert mail.raw == mail.raw


@pytest.mark.parametrize(("kind", "content_type"), [("Html", "text/html"), ("Text", "text/plain")])
def test_a_mail_with_one_body_is_not_multipart(account: SesAccount, kind: str, content_type: str) -> None:
    account.send_bulk(entry("a@lukija.example"), TemplateContent={"Subject": "S", kind: "Ääni"})
    message = email.message_from_bytes(account.mail().raw, policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    assert (message.get_content_type(), message.get_content().strip()) == (content_type, "Ääni")


def test_a_raw_mail_keeps_the_callers_message_but_gets_a_date_and_id_of_ses(account: SesAccount) -> None:
    source = (
        b"From: uutiskirje@sanaharju.example\r\nTo: a@lukija.example\r\nBcc: b@lukija.example\r\n"
        b"Subject: =?utf-8?q?P=C3=A4iv=C3=A4?=\r\nMessage-ID: <own@sanaharju.example>\r\n"
        b"Date: Mon, 1 Jan 2024 00:00:00 +0000\r\n"
        b"List-Unsubscribe: <https://a>,\r\n <https://b>\r\nX-SES-CONFIGURATION-SET: mail\r\n"
        b"X-SES-MESSAGE-TAGS: mailing=m1, batch=b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHei\r\n"
    )
    sent = account.client.send_email(Content={"Raw": {"Data": source}})["MessageId"]
    mail = account.mail()
    assert (mail.subject, mail.text, mail.html) == ("Päivä", "Hei\n", None)
    assert (mail.to, mail.bcc) == (("a@lukija.example",), ("b@lukija.example",))
    assert (mail.tags, mail.configuration_set) == ({"mailing": "m1", "batch": "b2"}, "mail")
    assert mail.headers["List-Unsubscribe"] == "<https://a>, <https://b>"
    assert mail.headers["Message-ID"] == f"<{sent}@eu-north-1.amazonses.com>"
    assert b"\r\nList-Unsubscribe: <https://a>,\r\n <https://b>\r\n" in mail.raw
    assert b"Bcc" not in mail.raw
    assert mail.raw.endswith(b"\r\n\r\nHei\r\n")


def test_the_mailbox_shows_the_newest_first_and_can_be_cleared(account: SesAccount) -> None:
    ids = [account.send(f"{name}@lukija.example") for name in "abc"]
    mailbox = account.ses.mailbox
    assert [mail.id for mail in mailbox.all()] == ids[::-1]
    assert (mailbox.get(ids[0]) or mailbox.all()[0]).to == ("a@lukija.example",)
    mailbox.clear()
    assert (mailbox.all(), mailbox.get(ids[0])) == ((), None)


# Templates are rendered as SES renders them


def test_values_are_put_in_unescaped_and_never_rendered_again(account: SesAccount) -> None:
    account.send_bulk(entry("a@lukija.example", {"name": "<b>{{secret}}</b> & co"}), TemplateData='{"secret": "no"}')
    mail = account.mail()
    assert (mail.subject, mail.html) == ("Hei <b>{{secret}}</b> & co", "<p>Hei <b>{{secret}}</b> & co</p>")


def test_replacement_data_goes_over_the_default_key_by_key_and_into_objects(account: SesAccount) -> None:
    content = {"Subject": "{{a}}{{b}}{{c}}", "Text": "t"}
    account.send_bulk(
        entry("x@lukija.example", {"b": "B", "deep": {"n": 2}}),
        entry("y@lukija.example"),
        entry("z@lukija.example", {}),
        TemplateData='{"a": "1", "b": "2", "c": "3", "deep": {"m": 1}}',
        TemplateContent=content,
    )
    assert [mail.subject for mail in account.mails()] == ["123", "123", "1B3"]


def test_numbers_and_booleans_are_written_as_json_writes_them(account: SesAccount) -> None:
    account.send_bulk(entry("x@lukija.example", {"name": 3.5}), entry("y@lukija.example", {"name": True}))
    assert [mail.subject for mail in account.mails()] == ["Hei true", "Hei 3.5"]


def test_a_missing_variable_is_accepted_and_the_mail_never_arrives(account: SesAccount) -> None:
    results = account.send_bulk(
        entry("a@lukija.example", {"other": "x"}), TemplateData="{}", ConfigurationSetName="mail"
    )
    assert [(result["Status"], bool(result["MessageId"])) for result in results] == [("SUCCESS", True)]
    assert account.mails() == ()
    assert account.happened() == ["Send", "Rendering Failure"]
    assert (
        account.published[1][1]["failure"]["errorMessage"] == "Attribute 'name' is not present in the rendering data."
    )
    assert account.published[1][1]["mail"]["messageId"] == results[0]["MessageId"]


@pytest.mark.parametrize("value", [None, ["a"], {"a": "b"}])
def test_a_value_that_is_no_text_counts_as_missing(account: SesAccount, value: object) -> None:
    account.send_bulk(entry("a@lukija.example", {"name": value}), TemplateData="{}", ConfigurationSetName="mail")
    assert account.happened() == ["Send", "Rendering Failure"]


@pytest.mark.parametrize(
    "source", ["{{{name}}}", "{{#if name}}x{{/if}}", "{{a.b}}", "{{> p}}", "{{", "{{ two words }}"]
)
def test_anything_but_a_simple_substitution_fails_to_render(account: SesAccount, source: str) -> None:
    account.send_bulk(
        entry("a@lukija.example"), TemplateContent={"Subject": "S", "Text": source}, ConfigurationSetName="mail"
    )
    assert account.happened() == ["Send", "Rendering Failure"]


def test_a_line_break_that_data_brings_into_the_subject_fails_to_render(account: SesAccount) -> None:
    account.send_bulk(entry("a@lukija.example", {"name": "x\r\nBcc: y"}), ConfigurationSetName="mail")
    assert account.mails() == ()
    assert account.published[1][1]["failure"]["errorMessage"] == "The subject contains a line break."


@given(st.lists(st.tuples(st.text(whole_without("{}"), max_size=20), st.text(max_size=20)), max_size=8))
def test_rendering_is_the_literals_and_the_values_in_order(pieces: list[tuple[str, str]]) -> None:
    source = "".join(f"{literal}{{{{v{number}}}}}" for number, (literal, _) in enumerate(pieces))
    template = inline_template({"Subject": "S", "Text": source or "-"})
    values = {f"v{number}": value for number, (_, value) in enumerate(pieces)}
    assert template.failure(values) is None
    expected = "".join(literal + value for literal, value in pieces) if pieces else "-"
    assert template.text is not None
    assert template.text.render(values) == expected


def test_send_email_renders_an_inline_template_too(account: SesAccount) -> None:
    template = {
        "TemplateContent": {"Subject": "Hei {{name}}", "Html": "<p>{{name}}</p>"},
        "TemplateData": '{"name": "Aino"}',
    }
    account.send("a@lukija.example", Content={"Template": template})
    assert (account.mail().subject, account.mail().html) == ("Hei Aino", "<p>Aino</p>")


# Headers and tags of bulk entries


def test_replacement_headers_take_the_place_of_same_named_ones_and_add_others(account: SesAccount) -> None:
    account.send_bulk(
        entry(
            "a@lukija.example",
            ReplacementHeaders=[{"Name": "list-unsubscribe", "Value": "<own>"}, {"Name": "X-New", "Value": "n"}],
        ),
        entry("b@lukija.example"),
        Headers=[{"Name": "List-Unsubscribe", "Value": "<all>"}, {"Name": "List-Id", "Value": "<id>"}],
    )
    second, first = account.mails()
    own = {name: value for name, value in first.headers.items() if name.lower().startswith(("list", "x-"))}
    assert list(own.items()) == [("list-unsubscribe", "<own>"), ("List-Id", "<id>"), ("X-New", "n")]
    assert second.headers["List-Unsubscribe"] == "<all>"


def test_replacement_tags_go_over_the_default_tags_by_name(account: SesAccount) -> None:
    account.send_bulk(
        entry("a@lukija.example", ReplacementTags=[{"Name": "position", "Value": "7"}, {"Name": "kind", "Value": "b"}]),
        DefaultEmailTags=[{"Name": "mailing", "Value": "m1"}, {"Name": "kind", "Value": "a"}],
    )
    assert account.mail().tags == {"mailing": "m1", "kind": "b", "position": "7"}


def test_many_threads_lose_nothing_and_count_right(account: SesAccount) -> None:
    def send(number: int) -> list[str]:
        return [
            result["MessageId"]
            for result in account.send_bulk(*(entry(f"r{number}-{k}@lukija.example") for k in range(10)))
        ]

    with ThreadPoolExecutor(8) as pool:
        ids = [mail_id for batch in pool.map(send, range(40)) for mail_id in batch]
    assert len(set(ids)) == 400
    assert {mail.id for mail in account.mails()} == set(ids)
    assert account.client.get_account()["SendQuota"]["SentLast24Hours"] == 400


def test_time_passes_between_mails(account: SesAccount) -> None:
    account.send("a@lukija.example")
    account.clock += timedelta(hours=1)
    account.send("b@lukija.example")
    assert [mail.at for mail in account.mails()] == [START + timedelta(hours=1), START]
