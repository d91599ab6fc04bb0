"""The other half of the way over HTTP: marketing's campaigns, and readers who leave or whose address is gone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3

from tests.support.articles.pictures import gif
from tests.support.stack.product_over_http import CAMPAIGN, Product, get_digest, header, link_to

# --- campaigns -------------------------------------------------------------------------------------------------------


def test_a_campaign_through_the_api_goes_out_once_and_its_report_names_every_recipient(
    product: Product,
) -> None:
    for number in range(3):
        product.subscribe(f"reader{number}@example.com", "linkedin")
    product.subscribe("muu@example.com", "mittaaminen")
    campaign = CAMPAIGN | {"topics": ["linkedin"]}

    first, second = product.api("POST", "/campaigns", campaign), product.api("POST", "/campaigns", campaign)
    assert (first.status, second.status) == (201, 200)
    mailing = first.json["mailing"]["id"]
    got = [mail["to"] for mail in product.mails(mailing=mailing)]
    assert sorted(got) == [f"reader{number}@example.com" for number in range(3)]
    assert product.standings(mailing) == {f"reader{number}@example.com": "delivered" for number in range(3)}
    certificate = product.certificate(mailing)
    assert (certificate["planned"], certificate["accepted"], certificate["balanced"]) == (3, 3, True)

    other = product.api("POST", "/campaigns", campaign | {"body": "Toinen teksti"})
    assert other.status == 409
    wrong = product.api("POST", "/campaigns", campaign | {"name": "kesa", "topics": ["golf"]})
    assert (wrong.status, list(wrong.json["errors"])) == (422, ["topics"])
    assert product.call("POST", "/api/v1/campaigns", json.dumps(campaign)).status == 401


def test_an_event_of_another_system_starts_a_campaign_in_the_local_cloud(product: Product) -> None:
    product.subscribe("eka@example.com", "linkedin")
    there: Any = {
        "endpoint_url": f"{product.cloud.url}/_local/aws",
        "region_name": product.cloud.stack.account.region,
        "aws_access_key_id": "x",
        "aws_secret_access_key": "x",
    }
    bus = boto3.client("events", **there)
    entry = {"Source": "newsletter-local", "DetailType": "newsletter.campaign.requested"}
    answer = bus.put_events(Entries=[entry | {"Detail": json.dumps(CAMPAIGN)}])
    assert answer["FailedEntryCount"] == 0
    assert product.cloud.drain()
    assert [mail["to"] for mail in product.mails(mailing=f"campaign-{CAMPAIGN['name']}")] == ["eka@example.com"]


def test_a_campaign_from_a_file_goes_out_once_with_the_operators_command(product: Product, tmp_path: Path) -> None:
    product.subscribe("eka@example.com", "linkedin")
    product.subscribe("toka@example.com", "mittaaminen")
    file = tmp_path / "kevaan-kurssit.md"
    file.write_text("---\nsubject: Kevään kurssit\nlanguage: fi\ntopics: [linkedin]\n---\nTervetuloa!\n", "utf-8")

    asked = product.newsletter("campaign", "send", str(file))
    assert (asked.returncode, product.mails(mailing="campaign-")) == (1, []), "nobody could answer, so nothing is sent"
    assert "--yes" in asked.stderr

    first, second = (product.newsletter("campaign", "send", str(file), "--yes") for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert "nothing is sent again" in second.stdout
    assert product.cloud.drain()
    assert [mail["to"] for mail in product.mails(mailing="campaign-kevaan-kurssit")] == ["eka@example.com"]

    shown = product.newsletter("mailing", "show", "campaign-kevaan-kurssit", "--addresses")
    assert shown.returncode == 0, shown.stderr
    assert "eka@example.com" in shown.stdout
    assert "delivered" in shown.stdout
    assert "toka@example.com" not in shown.stdout

    file.write_text(file.read_text("utf-8").replace("Tervetuloa!", "Toinen teksti."), "utf-8")
    other = product.newsletter("campaign", "send", str(file), "--yes")
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


def test_one_click_in_the_mail_program_ends_all_mail(product: Product) -> None:
    for reader in (*ONE_CLICK, "pysyja@example.com"):
        product.subscribe(reader)
    product.run("planner", product.now)
    for reader, (content_type, body) in ONE_CLICK.items():
        (mail,) = product.mails(reader, product.digest)
        product.press(link_to("offer", mail))
        address = header(mail, "List-Unsubscribe").split(">")[0].removeprefix("<")
        assert product.get(address).status == 200
        assert product.standings(product.digest)[reader] in ("delivered", "clicked"), "a scanner opened it, nobody left"
        for _ in range(2):
            answer = product.call("POST", address, body, content_type=content_type)
            assert (answer.status, "set-cookie" in answer.headers) == (200, False)

    before = {reader: len(product.mails(reader)) for reader in ONE_CLICK}
    next_week = product.now + timedelta(days=7)
    product.publish("Seuraavan viikon kirjoitus", at=next_week)
    product.run("planner", next_week + timedelta(hours=1))
    product.run("nurture", next_week)
    assert product.api("POST", "/campaigns", CAMPAIGN).status == 201
    assert {reader: len(product.mails(reader)) for reader in ONE_CLICK} == before
    assert set(product.standings(get_digest(next_week))) == {"pysyja@example.com"}
    assert product.certificate(product.digest)["unsubscribed"] == 2


def test_an_address_that_bounces_is_never_mailed_again(product: Product) -> None:
    product.subscribe("vanha@example.com")
    product.subscribe("uusi@example.com")
    mail = product.digest_for("vanha@example.com")
    for _ in range(2):
        assert product.post(f"/_local/mail/{mail['id']}/act", what="bounce").status == 303
    assert product.standings(product.digest) == {
        "vanha@example.com": "bounced",
        "uusi@example.com": "delivered",
    }
    assert product.certificate(product.digest)["bounced"] == 1

    before = len(product.mails("vanha@example.com"))
    mailing = product.api("POST", "/campaigns", CAMPAIGN).json["mailing"]["id"]
    product.publish("Seuraavan viikon kirjoitus", at=product.now + timedelta(days=7))
    product.run("planner", product.now + timedelta(days=7, hours=1))
    assert len(product.mails("vanha@example.com")) == before
    assert product.standings(mailing) == {"uusi@example.com": "delivered"}


def test_a_picture_from_a_file_is_seen_by_everybody_and_kept_in_the_bucket(product: Product, tmp_path: Path) -> None:
    file = tmp_path / "kuva.gif"
    file.write_bytes(gif(3, 2))
    added = product.newsletter("picture", "add", str(file), "--json")
    assert added.returncode == 0, added.stderr
    picture = json.loads(added.stdout)["picture"]
    shown = product.call("HEAD", picture["url"].removeprefix(product.cloud.url))
    assert (shown.status, shown.headers["content-type"]) == (200, "image/gif")
    listed = product.api("GET", "/pictures").json["pictures"]
    assert [each["name"] for each in listed] == [picture["name"]]
