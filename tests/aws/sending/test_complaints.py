"""Who left and then presses "spam" has done both: SES sends them nothing more, so no page promises a mail to them."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.readers.export_readers import export
from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status
from tests.support.readers.site import ID, READER, acts, heading, link, post, reader, shows, text
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import Cloud


def leave(cloud: Cloud) -> None:
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})["statusCode"] == 200


def complain(cloud: Cloud) -> None:
    cloud.ses.act(cloud.mails(READER)[-1].id, "complain")
    assert cloud.drain() == []


def test_who_left_and_complained_is_offered_no_mail_that_ses_would_not_deliver(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    leave(cloud)
    path = link(LinkPurpose.UNSUBSCRIBE)
    assert shows(cloud.http("GET", path), "unsubscribed.back_submit")
    left_at = reader().left_at
    complain(cloud)
    for answer in (cloud.http("GET", path), post(cloud, path, {"back": "yes"}), post(cloud, path, {})):
        assert heading(answer) == text("unsubscribed.heading")
        assert not shows(answer, "unsubscribed.back_submit")
    assert cloud.messages("TransactionalQueue") == []
    assert (reader().status, reader().left_at) == (Status.COMPLAINED, left_at)
    assert acts()[1:] == [("withdrawn", "page")]


def test_who_complains_before_their_leaving_was_recorded_has_one_record_of_it(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.subscribe(READER)
    cloud.drain()

    def died(*_: Any) -> Any:
        raise RuntimeError("the process died")

    with monkeypatch.context() as crash:
        crash.setattr(app.consents, "append", died)
        assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})["statusCode"] == 500
    complain(cloud)
    assert reader().status is Status.COMPLAINED
    for _ in range(2):
        leave(cloud)
        assert acts()[1:] == [("withdrawn", "page")]


def test_the_profile_and_the_export_tell_of_the_complaint_and_when_and_how_they_left(
    cloud: Cloud, tmp_path: Path
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    leave(cloud)
    before = stored_profile(app.subscribers, ID) or {}
    for _ in range(2):
        complain(cloud)
        assert stored_profile(app.subscribers, ID) == {**before, "status": Status.COMPLAINED}
    assert export(tmp_path / "readers.csv") == 0
    (row,) = csv.DictReader((tmp_path / "readers.csv").read_text("utf-8").splitlines())
    assert (row["status"], row["left_at"], row["left_how"]) == ("complained", before["left_at"], "page")
    cloud.ses.act(cloud.mails(READER)[-1].id, "bounce")
    assert cloud.drain() == []
    assert reader().status is Status.COMPLAINED


def test_a_complaint_from_before_they_last_confirmed_says_nothing_of_who_left_after_it(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    leave(cloud)
    confirmed_at = reader().confirmed_at
    for seconds, status in ((-1, Status.UNSUBSCRIBED), (0, Status.COMPLAINED)):
        at = confirmed_at + timedelta(seconds=seconds)
        app.bounces.stop(ID, Status.COMPLAINED, "x", valid_at=at, now=app.now(), forget_after=timedelta(days=365))
        assert reader().status is status


def test_who_left_and_complained_is_forgotten_when_who_left_is(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    leave(cloud)
    left_at = reader().left_at
    assert left_at is not None
    complain(cloud)
    over = left_at + app.templates.publication.retention.left
    cloud.run("nurture", over - timedelta(minutes=1))
    assert reader().status is Status.COMPLAINED
    cloud.run("nurture", over)
    assert app.subscribers.get(ID) is None
