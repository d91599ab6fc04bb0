"""A link of an old mail acts on the reader as they are now: tracking refused, moved, paused, left."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.subscriber import Status
from tests.support.readers import old_mails
from tests.support.readers.moves import NEW, NEW_ID, move
from tests.support.readers.old_mails import NOON, OFFER, TARGET, leave, refuse, stop
from tests.support.readers.site import ID, READER, Clock, link, post, reader, shows, stored, text
from tests.support.stack.cloud import Cloud, link_to

mailing = old_mails.mailing


def click(cloud: Cloud, method: str = "GET") -> Any:
    path = f"/c/{app.links.token(LinkPurpose.CLICK, LinkClaims(ID, 'm', 'b'))}/k"
    answer = cloud.http(method, path)
    assert (answer["statusCode"], answer["headers"].get("Location")) == (302, TARGET)
    cloud.work("feedback")
    return answer


def visits(cloud: Cloud) -> list[dict[str, Any]]:
    return [item for item in cloud.items("Subscribers") if item["record"]["S"].startswith("visit#")]


def clicked(mailing: str = "m", batch: str = "b") -> bool:
    record = app.deliveries.record(mailing, batch)
    assert record is not None
    return record.has_event("clicked", 0)


# --- evidence --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [refuse, leave, stop(Status.COMPLAINED), stop(Status.BOUNCED)])
def test_who_does_not_let_us_see_what_they_open_is_not_seen_in_old_mails_either(
    cloud: Cloud, act: Callable[[Cloud], None]
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    act(cloud)
    before = stored(cloud)
    for method in ("GET", "HEAD"):
        click(cloud, method)
        assert cloud.http(method, link(LinkPurpose.OFFER, **OFFER))["statusCode"] == 200
    cloud.work("feedback")
    assert stored(cloud) == before
    assert not clicked()
    page = cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    assert text("my_data.clicks_none") in page


def test_the_page_to_confirm_is_not_counted_for_a_reader_who_refused_tracking(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    confirm = link_to("confirm", cloud.mails(READER)[0])
    (mail,) = app.deliveries.records("confirmation")
    refuse(cloud)
    cloud.http("GET", confirm)
    record = app.deliveries.record("confirmation", mail.batch.id)
    assert record is not None
    assert not record.has_event("shown", 0)


def test_who_moved_is_seen_under_the_id_of_today_and_as_they_allow_it_today(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    click(cloud)
    assert [item["id"]["S"] for item in visits(cloud)] == [NEW_ID]
    own = f"/preferences/{app.links.token(LinkPurpose.PREFERENCES, LinkClaims(NEW_ID))}"
    assert post(cloud, own, {"topics": "linkedin", "language": "fi"})["statusCode"] == 200
    before = stored(cloud)
    click(cloud)
    assert stored(cloud) == before


def test_an_article_opens_whatever_is_wrong_with_the_reader_or_the_tables(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER)
    profile = {"TableName": app.settings.subscribers_table, "Key": {"id": {"S": ID}, "record": {"S": "profile"}}}
    cloud.client("dynamodb").update_item(
        **profile, UpdateExpression="REMOVE #s", ExpressionAttributeNames={"#s": "status"}
    )
    click(cloud)
    assert visits(cloud) == []

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("throttled")

    parts = (("subscribers", "profile"), ("visits", "keep"), ("deliveries", "moments"), ("visit_marks", "put"))
    for owner, name in (*parts, ("quick_queues", "hand_over")):
        with monkeypatch.context() as trouble:
            trouble.setattr(getattr(app, owner), name, broken)
            click(cloud)
            if owner != "subscribers":
                assert cloud.http("GET", link(LinkPurpose.OFFER, **OFFER))["statusCode"] == 200


def test_opening_a_link_again_and_again_is_one_record_an_hour(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, NOON)
    cloud.subscribe(READER)
    for _ in range(20):
        click(cloud)
        clock.forward(seconds=1)
    (visit,) = visits(cloud)
    assert (len(visit["seen"]["SS"]), len(visit["sources"]["SS"])) == (20, 1)
    trace = app.visits.trace_of(ID, "m")
    assert [each.at for each in trace.visits] == [NOON + timedelta(seconds=second) for second in range(20)]
    assert text("my_data.clicks_counted", count=20) in cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    clock.forward(hours=1)
    click(cloud)
    assert len(visits(cloud)) == 2


# --- my data ---------------------------------------------------------------------------------------------------------


def test_the_data_of_a_reader_who_moved_are_not_shown_or_erased_from_the_old_mailbox(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    old = link(LinkPurpose.MY_DATA)
    before = stored(cloud)
    answers = [cloud.http("GET", old), cloud.http("GET", f"{old}?format=json"), post(cloud, old, {})]
    for answer in answers:
        assert answer["statusCode"] == 410
        assert NEW not in answer["body"]
    assert stored(cloud) == before


def test_who_moved_and_left_is_erased_everywhere_from_any_mail(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    move(cloud)
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"})
    assert reader(NEW_ID).status is Status.UNSUBSCRIBED
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert {item["status"]["S"] for item in cloud.items("Subscribers")} == {"erased"}


def test_a_reader_whose_consent_cannot_be_proved_sees_it(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    path = link(LinkPurpose.MY_DATA)
    address = app.templates.publication.sender.reply_to
    assert not shows(cloud.http("GET", path), "my_data.chain_broken", address=address)
    cloud.client("dynamodb").delete_item(
        TableName=app.settings.subscribers_table, Key={"id": {"S": ID}, "record": {"S": "consent#00001"}}
    )
    assert shows(cloud.http("GET", path), "my_data.chain_broken", address=address)
    chain = json.loads(cloud.http("GET", f"{path}?format=json")["body"])["consent_chain"]
    assert not chain["whole"]
    assert "there is no record of what the reader agreed to, and yet they are active" in chain["faults"]
