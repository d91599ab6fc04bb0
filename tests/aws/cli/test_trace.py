"""`newsletter trace` tells from form to CRM what tables and logs have of an id, and never an address."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.main import main
from cli.trace.find import LOOKS
from newsletter.container import app
from newsletter.leads.lead import lead_id
from newsletter.platform.times import parse_iso
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import BROWSER
from tests.support.stack.log_lines import told_of_readers
from tests.support.stack.product_over_http import Product, link_to

Captured = pytest.CaptureFixture[str]
READER, OTHER = "maija@example.com", "olli@example.com"


def traced(product: Product, name: str, *more: str) -> dict[str, Any]:
    """The story as the command tells it, in a process of its own: without an address, in the order of time."""
    done = product.newsletter("trace", name, "--json", *more)
    assert done.returncode == 0, done.stderr
    story: dict[str, Any] = json.loads(done.stdout)
    texts = [line["text"] for line in story["lines"]] + story["left_out"]
    assert told_of_readers(texts, product.mails()) == []
    moments = [parse_iso(line["at"]) for line in story["lines"]]
    assert moments == sorted(moments)
    return story


def texts(story: dict[str, Any], what: str) -> list[str]:
    return [line["text"] for line in story["lines"] if line["what"] == what]


def test_a_reader_is_followed_from_the_form_to_the_crm(product: Product) -> None:
    product.subscribe(READER, "linkedin", name="Maija")
    product.subscribe(OTHER, "linkedin")
    digest = product.digest_for(READER)
    product.wait(minutes=10)
    assert product.get(link_to("c", digest), **BROWSER).status == 302
    assert product.press(link_to("offer", digest)).status == 200
    assert product.cloud.drain()
    reader = app.ids.of(READER)
    lead = lead_id(reader, "sparraus", 1)

    story = traced(product, reader)
    assert (story["kind"], story["id"]) == ("subscriber", reader)
    parts = [line["what"] for line in story["lines"] if line["what"] != "log"]
    order = [parts.index(part) for part in ("consent", "visit", "lead", "CRM")]
    assert order == sorted(order)
    assert [text for text in texts(story, "consent") if "consent given" in text]
    mails = texts(story, "mail")
    assert [[text for text in mails if text.startswith(name)] for name in ("confirmation, batch", product.digest)]
    assert [text for text in texts(story, "event") if text.endswith("delivered")]
    assert [text for text in texts(story, "visit") if "button of an offer pressed" in text and text.endswith("person")]
    assert [text for text in texts(story, "sequence") if text.startswith("sparraus, round 1: began (lead)")]
    assert [text for text in texts(story, "CRM") if "lead.created: taken" in text]
    assert [text for text in texts(story, "CRM") if "attempt 1: HTTP 204" in text]

    # Each function on the way has logged it under the same ids.
    logged = texts(story, "log")
    assert {text.partition(":")[0] for text in logged} >= {"public_site", "sender", "lead_handoff"}
    for said in ("confirmation requested", "form confirmed", "press queued", "press judged", "the CRM took an event"):
        assert [text for text in logged if said in text], said
    assert all(reader in text or lead in text for text in logged)
    assert not [line for line in story["lines"] if app.ids.of(OTHER) in line["text"]]

    of_lead = traced(product, lead)
    assert (of_lead["kind"], of_lead["id"]) == ("lead", lead)
    assert {line["what"] for line in of_lead["lines"]} >= {"consent", "mail", "visit", "lead", "CRM", "log"}
    assert {"CRM", "log"} <= {line["what"] for line in traced(product, f"{lead}-1")["lines"]}, "a webhook's id will do"

    of_mailing = traced(product, product.digest)
    assert of_mailing["kind"] == "mailing"
    certificate = "as of now: SES accepted every one of 2 mails"
    assert [text for text in texts(of_mailing, "mailing") if certificate in text]
    assert [text for text in texts(of_mailing, "mail") if ": done, " in text and "1 clicked" in text]
    assert [text for text in texts(of_mailing, "decision") if text.startswith(f"{product.digest}: sent")]
    assert [text for text in texts(of_mailing, "log") if "batch sent" in text]

    batch = digest["tags"]["batch"]
    of_batch = traced(product, f"{product.digest}/{batch}")
    assert of_batch["kind"] == "batch"
    assert [text for text in texts(of_batch, "mail") if f"to {reader}: sent, now clicked" in text]
    assert of_batch["lines"] == traced(product, batch)["lines"], "no other mailing has such a batch"
    assert [text for text in texts(of_batch, "log") if "batch sent" in text]

    late = traced(product, reader, "--since", "9m")
    assert 0 < len(late["lines"]) < len(story["lines"])
    in_words = product.newsletter("trace", reader)
    assert in_words.stdout.startswith(f"subscriber {reader}\n")
    assert told_of_readers(in_words.stdout.splitlines(), product.mails()) == []


def test_an_automated_mailing_is_no_word_of_a_message(product: Product) -> None:
    """`confirmation requested` is not about the mailing `confirmation`."""
    product.subscribe(READER)
    story = traced(product, "confirmation")
    assert [text for text in texts(story, "log") if "mailing=confirmation" in text]
    assert not [text for text in texts(story, "log") if "requested" in text]


def fault(capsys: Captured, *arguments: str) -> str:
    assert main(["trace", *arguments]) == 1
    return capsys.readouterr().err


@pytest.mark.usefixtures("cloud")
def test_an_unknown_id_is_answered_with_the_kinds_of_ids_and_how_they_look(capsys: Captured) -> None:
    for unknown in ("nothing", "a" * 26, "a" * 16, "digest-2026-W48", "a0-0", "ääkköset", "a" * 300, " "):
        assert LOOKS in fault(capsys, unknown), unknown


@pytest.mark.usefixtures("cloud")
def test_an_address_is_sent_to_the_command_that_takes_one_and_not_repeated(capsys: Captured) -> None:
    said = fault(capsys, READER)
    assert "newsletter subscribers show" in said
    assert "maija" not in said


@pytest.mark.usefixtures("cloud")
def test_a_batch_without_its_mailing_and_one_that_is_not_there_are_told_apart(capsys: Captured) -> None:
    assert "there is no mailing campaign-kevat" in fault(capsys, "campaign-kevat/a0-0")
    for half in ("/a0-0", "campaign-kevat/", "/"):
        assert f"{half!r} is half the id of a batch" in fault(capsys, half)


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("since", ["yesterday", "3w", "2026-13-01", "2026-11-20T08:00"])
def test_a_time_that_cannot_be_read_is_named(capsys: Captured, since: str) -> None:
    assert f"--since is {since!r} and must be like 3d" in fault(capsys, add_reader(READER), "--since", since)


@pytest.mark.usefixtures("cloud")
def test_without_a_right_to_read_logs_the_tables_are_told_and_the_right_is_named(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DescribeLogGroups")

    monkeypatch.setattr("cli.trace.log_lines_client._groups", refuses)
    reader = add_reader(READER)
    assert main(["trace", reader, "--json"]) == 0
    story = json.loads(capsys.readouterr().out)
    assert story["id"] == reader
    (left_out,) = story["left_out"]
    assert "AccessDeniedException" in left_out
    assert "allow logs:DescribeLogGroups and logs:FilterLogEvents" in left_out
