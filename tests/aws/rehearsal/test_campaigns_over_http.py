"""The other half of the way over HTTP: marketing's campaigns, and readers who leave or whose address is gone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from tests.support.outside import CAMPAIGN, Outside, digest_of, header, link_to

# --- campaigns -------------------------------------------------------------------------------------------------------


def test_a_campaign_through_the_api_goes_out_once_and_its_report_names_every_recipient(outside: Outside) -> None:
    for number in range(3):
        outside.subscribe(f"reader{number}@example.com", "linkedin")
    outside.subscribe("muu@example.com", "mittaaminen")
    campaign = CAMPAIGN | {"topics": ["linkedin"]}

    first, second = outside.api("POST", "/campaigns", campaign), outside.api("POST", "/campaigns", campaign)
    assert (first.status, second.status) == (201, 200)
    mailing = first.json["mailing"]["id"]
    got = [mail["to"] for mail in outside.mails(mailing=mailing)]
    assert sorted(got) == [f"reader{number}@example.com" for number in range(3)]
    assert outside.standings(mailing) == {f"reader{number}@example.com": "delivered" for number in range(3)}
    certificate = outside.certificate(mailing)
    assert (certificate["planned"], certificate["accepted"], certificate["balanced"]) == (3, 3, True)

    other = outside.api("POST", "/campaigns", campaign | {"body": "Toinen teksti"})
    assert other.status == 409
    wrong = outside.api("POST", "/campaigns", campaign | {"name": "kesa", "topics": ["golf"]})
    assert (wrong.status, list(wrong.json["errors"])) == (422, ["topics"])
    assert outside.call("POST", "/api/v1/campaigns", json.dumps(campaign)).status == 401


def test_a_campaign_from_a_file_goes_out_once_with_the_operators_command(outside: Outside, tmp_path: Path) -> None:
    outside.subscribe("eka@example.com", "linkedin")
    outside.subscribe("toka@example.com", "mittaaminen")
    file = tmp_path / "kevaan-kurssit.md"
    file.write_text("---\nsubject: Kevään kurssit\nlanguage: fi\ntopics: [linkedin]\n---\nTervetuloa!\n", "utf-8")

    asked = outside.newsletter("campaign", "send", str(file))
    assert (asked.returncode, outside.mails(mailing="campaign-")) == (1, []), "nobody could answer, so nothing is sent"
    assert "--yes" in asked.stderr

    first, second = (outside.newsletter("campaign", "send", str(file), "--yes") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "nothing is sent again" in second.stdout
    assert outside.cloud.drain()
    assert [mail["to"] for mail in outside.mails(mailing="campaign-kevaan-kurssit")] == ["eka@example.com"]

    shown = outside.newsletter("mailing", "show", "campaign-kevaan-kurssit", "--addresses")
    assert shown.returncode == 0, shown.stderr
    assert "eka@example.com" in shown.stdout
    assert "delivered" in shown.stdout
    assert "toka@example.com" not in shown.stdout

    file.write_text(file.read_text("utf-8").replace("Tervetuloa!", "Toinen teksti."), "utf-8")
    other = outside.newsletter("campaign", "send", str(file), "--yes")
    assert other.returncode == 1
    assert "kevaan-kurssit.md" in other.stderr


# --- leaving ---------------------------------------------------------------------------------------------------------


ONE_CLICK = {
    "lahtija@example.com": ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
    "toinen@example.com": (
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    ),
}
"""RFC 8058, 3.1: mail programs send the POST in either encoding."""


def test_one_click_in_the_mail_program_ends_all_mail(outside: Outside) -> None:
    for reader in (*ONE_CLICK, "pysyja@example.com"):
        outside.subscribe(reader)
    outside.run("planner", outside.now)
    for reader, (content_type, body) in ONE_CLICK.items():
        (mail,) = outside.mails(reader, outside.digest)
        outside.press(link_to("offer", mail))
        address = header(mail, "List-Unsubscribe").split(">")[0].removeprefix("<")
        assert outside.get(address).status == 200
        assert outside.standings(outside.digest)[reader] in ("delivered", "clicked"), "a scanner opened it, nobody left"
        for _ in range(2):
            answer = outside.call("POST", address, body, content_type=content_type)
            assert (answer.status, "set-cookie" in answer.headers) == (200, False)

    before = {reader: len(outside.mails(reader)) for reader in ONE_CLICK}
    next_week = outside.now + timedelta(days=7)
    outside.publish("Seuraavan viikon kirjoitus", at=next_week)
    outside.run("planner", next_week + timedelta(hours=1))
    outside.run("nurture", next_week)
    assert outside.api("POST", "/campaigns", CAMPAIGN).status == 201
    assert {reader: len(outside.mails(reader)) for reader in ONE_CLICK} == before
    assert set(outside.standings(digest_of(next_week))) == {"pysyja@example.com"}
    assert outside.certificate(outside.digest)["unsubscribed"] == 2


def test_an_address_that_bounces_is_never_mailed_again(outside: Outside) -> None:
    outside.subscribe("vanha@example.com")
    outside.subscribe("uusi@example.com")
    mail = outside.digest_for("vanha@example.com")
    for _ in range(2):
        assert outside.post(f"/_local/mail/{mail['id']}/act", what="bounce").status == 303
    assert outside.standings(outside.digest) == {
        "vanha@example.com": "bounced",
        "uusi@example.com": "delivered",
    }
    assert outside.certificate(outside.digest)["bounced"] == 1

    before = len(outside.mails("vanha@example.com"))
    mailing = outside.api("POST", "/campaigns", CAMPAIGN).json["mailing"]["id"]
    outside.publish("Seuraavan viikon kirjoitus", at=outside.now + timedelta(days=7))
    outside.run("planner", outside.now + timedelta(days=7, hours=1))
    assert len(outside.mails("vanha@example.com")) == before
    assert outside.standings(mailing) == {"uusi@example.com": "delivered"}
