"""Feeds are read, digests, campaigns and steps go out, and sending is in trouble."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.digests.digest import Digest, Window
from newsletter.mailings.planning.manifests_store import Manifests
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.nurture.enrollments.retimed_store import Retimed
from newsletter.platform.messages import SendBatch, SendNotice, SettleDoubt, StartCampaign
from newsletter.platform.times import iso
from newsletter.publication import sending_limits
from newsletter.publication.sequences import Nurture
from rehearsal import events
from tests.support.articles.pictures import gif
from tests.support.console.console_calls import MARKETING, Browser, Program, trust
from tests.support.console.issuer import issuing
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud, earlier
from tests.template.year.people import ASKED, DAY, KALLE, LIISA, MAIJA, NOW
from tests.template.year.readers import subscribe


def write_feed(path: Path) -> None:
    ages = {"uusi": DAY, "vanha": 40 * DAY}
    items = "".join(
        f"<item><title>{slug}</title><link>https://b.example/{slug}</link><category>LinkedIn</category>"
        f"<pubDate>{format_datetime(NOW - age)}</pubDate></item>"
        for slug, age in ages.items()
    )
    path.write_text(f"<rss version='2.0'><channel><title>b</title>{items}</channel></rss>", encoding="utf-8")


def feeds_and_digests(cloud: Cloud, feed: Path) -> None:
    feed.write_text("huolto")
    cloud.run("feed_ingest", NOW - DAY / 24)
    write_feed(feed)
    cloud.run("feed_ingest", NOW)
    subscribe(cloud, MAIJA, topics="linkedin", name="Maija")
    subscribe(cloud, KALLE)
    subscribe(cloud, LIISA)
    for week in ("2020-W01", "2020-W02"):
        until = NOW if week == "2020-W01" else NOW + 3650 * DAY
        digest = Digest(week, Window(NOW - DAY, NOW - DAY), ("x",), deadline=until, sent_unanswered=True)
        app.digests.create(digest)
    for _ in range(2):
        cloud.run("planner", NOW)
        cloud.drain()
    cloud.ses.act(cloud.mails(KALLE)[-1].id, "bounce")
    cloud.ses.act(cloud.mails(LIISA)[-1].id, "complain")
    cloud.drain()
    # Who bounced fills in the form again, so SES's list is asked and left.
    app.sign_up_limits.reset_confirmation_mails(app.ids.of(KALLE))
    assert cloud.http("POST", "/subscribe", urlencode({"email": KALLE, "language": "fi", "consent": "yes"}))
    cloud.drain()
    opened = cloud.mails(MAIJA)[-1]
    tags = {name: [value] for name, value in opened.tags.items()}
    about = {"timestamp": NOW.isoformat(), "messageId": opened.id, "tags": tags}
    body = events.ses_report("Open", about, {})
    assert not cloud.invoke("feedback", events.sqs(body))["batchItemFailures"]


OF_THE_PAST = {"exclude": [{"clicked_in_days": 7}, {"score_at_least": 100}]}


def audiences(api: Program) -> None:
    """A rule that asks of the past is saved, counted, asked about an address, sent to and forgotten."""
    rule = {"exclude": {"score_at_least": 100}, "signed_up_from": "2020-01-01"}
    assert api("POST", "/audiences", {"name": "Kevään lukijat", "rule": rule}).status == 201
    assert api("POST", "/audiences/count", OF_THE_PAST | {"addresses": [MAIJA, KALLE]}).status == 200
    assert api("POST", "/audiences/why", {"audience": "Kevään lukijat", "address": MAIJA}).status == 200
    text = {"name": "valitut", "subject": "Valitut", "body": "Hei.", "language": "fi", "audience": "Kevään lukijat"}
    assert api("POST", "/campaigns", text).status == 201
    assert api("DELETE", "/audiences/Kevään%20lukijat").status == 200


def campaign(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        marketing = Browser(cloud, issuer)
        marketing.sign_in(**MARKETING)
        draft = {"name": "kevat", "subject": "Kevät", "body": "Hei.", "language": "fi", "step": "check"}
        form = [("form_token", marketing.form_token()), *draft.items()]
        assert marketing.post("/console/campaigns/new", *form).status == 200
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        a_picture(cloud, api)
        text = {"name": "kevat", "subject": "Kevät", "body": "Hei.", "language": "fi", "offer": "sparraus"}
        assert [api("POST", "/campaigns", text).status for _ in range(2)] == [201, 200]
        cloud.drain()
        audiences(api)
        cloud.drain()
        # The lane is taken for a minute, so a batch that comes again goes back to its queue.
        again = next(each for _, page in app.manifests.of_mailing("campaign-kevat") for each in page.batches)
        app.rate_limiter.reserve("bulk", 60, datetime.now(UTC).timestamp())
        queues = app.queues
        queues.send(queues.batch, SendBatch(again.mailing, again.id, again.variant, again.recipients))
        cloud.drain()
        # So is the other lane, and for longer than slots are given.
        app.rate_limiter.reserve("transactional", 400, datetime.now(UTC).timestamp())
        queues.send(queues.transactional, SendNotice("welcome", app.ids.of(MAIJA), "again"))
        cloud.drain()
        for lane in ("bulk", "transactional"):
            key = {"key": {"S": f"lane#{lane}"}}
            cloud.client("dynamodb").delete_item(TableName=app.settings.guards_table, Key=key)
        assert [api("POST", f"/mailings/campaign-kevat/{act}").status for act in ("pause", "resume")] == [200, 200]
        cloud.drain()
        # A campaign that the queue has no room for waits in its manifests; the tick has it go on.
        now = datetime.now(UTC).timestamp()
        app.rate_limiter.reserve("queued", 700, now)
        assert api("POST", "/campaigns", text | {"name": "pitka"}).status == 201
        cloud.drain()
        assert list(app.backlog.shards()) != []
        app.rate_limiter.release("queued", now)
        cloud.run("nurture", NOW)
        cloud.drain()
        assert list(app.backlog.shards()) == []
        assert api("POST", "/digests/2020-W02/approve").status == 200
        cloud.drain()
        for path in (
            "/digests",
            "/mailings",
            "/mailings/campaign-kevat",
            "/decisions",
            "/articles",
            "/sequences/sparraus",
        ):
            assert api("GET", path).status == 200
        digest = next(
            mailing["id"] for mailing in api("GET", "/mailings").json["mailings"] if "digest" in mailing["id"]
        )
        assert len(api("GET", f"/mailings/{digest}/recipients").json["recipients"]) == 3
        drafts_of_campaigns(cloud, api)
        subjects_tried_and_sent_again(cloud, api)
        readers_in_the_console(api, marketing)
        lists_come_and_go(cloud, api)


def a_picture(cloud: Cloud, api: Program) -> None:
    """Uploaded by a program, shown to everybody."""
    headers = (("authorization", f"Bearer {api.token}"), ("content-type", "image/gif"))
    request = events.Request("POST", "/api/v1/pictures", "", headers, gif(3, 2), "192.0.2.7")
    answer = cloud.invoke("console", events.http(request, "ANY /api/v1/{proxy+}"))
    assert answer["statusCode"] == 201
    assert cloud.http("GET", json.loads(answer["body"])["picture"]["url"])["statusCode"] == 200


def readers_in_the_console(api: Program, marketing: Browser) -> None:
    """One who asks by telephone is found, changed and ended."""
    add_reader(ASKED, "linkedin")
    asked = api("POST", "/subscribers/find", {"address": ASKED}).json["subscriber"]["id"]
    assert api("PUT", f"/subscribers/{asked}", {"language": "sv"}).status == 200
    assert [api("POST", f"/subscribers/{asked}/end").status for _ in range(2)] == [200, 200]
    for path in ("/subscribers", "/subscribers/count", "/overview", "/audit"):
        assert api("GET", path).status == 200
    assert marketing.get("/console").status == 200


def lists_come_and_go(cloud: Cloud, api: Program) -> None:
    """One list of people who agreed and left elsewhere, one of people who are asked, and an export."""
    confirmed = "email,status\nlists.a@example.com,active\nlists.b@example.com,unsubscribed\n"
    how = {"as": "confirmed", "evidence": "fair", "dry_run": False}
    assert api("POST", "/imports", {"csv": confirmed, **how}).status == 202
    assert cloud.drain() == []
    asked = "email\nlists.c@example.com\n"
    job = api("POST", "/imports", {"csv": asked, "as": "pending", "dry_run": False}).json["import"]["id"]
    assert cloud.drain() == []
    assert api("GET", f"/imports/{job}/lines").status == 200
    ends = "email\nlists.a@example.com\nlists.c@example.com\n"
    assert api("POST", "/imports", {"csv": ends, "as": "left", "dry_run": False}).status == 202
    assert cloud.drain() == []
    export = api("POST", "/exports", {}).json["export"]["id"]
    assert cloud.drain() == []
    assert api("GET", f"/exports/{export}/files/1").status == 200


def subjects_tried_and_sent_again(cloud: Cloud, api: Program) -> None:
    """An A/B test is decided and its winner sent; another campaign goes once more to those who did not click."""
    test = {"subjects": ["Yksi", "Kaksi"], "share": 0.5, "hours": 1}
    assert api("POST", "/campaigns", {"name": "koe", "body": "Hei.", "language": "fi", "ab": test}).status == 201
    cloud.drain()
    for hours in (0, 2, 2, 2):
        cloud.run("nurture", app.now() + timedelta(hours=hours))
        cloud.drain()
    told = api("GET", "/mailings/campaign-koe").json
    assert (told["ab"]["state"], told["mailing"]["state"]) == ("decided", "complete")
    two_days_ago = app.now().replace(microsecond=0) - timedelta(days=2)
    start_campaign(Campaign(name="toissa", subject="Toissapäivänä", body="Hei.", language="fi"), app, now=two_days_ago)
    cloud.drain()
    cloud.run("nurture", two_days_ago + timedelta(hours=1))
    path, text = "/mailings/campaign-toissa/send-again", {"subject": "Vielä ehdit"}
    assert [api("POST", path, text).status for _ in range(2)] == [201, 409]
    cloud.drain()
    assert api("GET", "/mailings/campaign-toissa-again").json["certificate"]["accepted"] > 0


def drafts_of_campaigns(cloud: Cloud, api: Program) -> None:
    """Written, changed by two people, tried, taken back, deleted; one starts by the tick and one by the queue."""
    text = {"subject": "Myöhemmin", "body": "Hei.", "language": "fi", "audience": OF_THE_PAST}
    later = app.now() + timedelta(minutes=5)
    first = api("POST", "/campaigns", text | {"draft": True}).json["campaign"]["id"]
    assert api("PUT", f"/campaigns/{first}", text | {"body": "Moi."}).status == 200
    for wish, statuses in ((text, [201, 201]), ({"audience": "nobody saved it"}, [422, 422])):
        twice = [api("POST", "/campaigns", wish | {"draft": True}, key=f"year-{statuses[0]}") for _ in range(2)]
        assert [answer.status for answer in twice] == statuses
    assert api("GET", f"/campaigns/{first}/versions").status == 200
    assert api("POST", f"/campaigns/{first}/test", {"to": ["oma@example.com"]}).status == 202
    assert api("POST", f"/campaigns/{first}/send", {"send_at": iso(later)}).status == 200
    assert api("POST", f"/campaigns/{first}/unschedule").status == 200
    assert api("POST", f"/campaigns/{first}/send", {"send_at": iso(later)}).status == 200
    second = api("POST", f"/campaigns/{first}/duplicate").json["campaign"]["id"]
    assert api("POST", f"/campaigns/{second}/send", {"send_at": iso(later)}).status == 200
    third = api("POST", f"/campaigns/{first}/duplicate").json["campaign"]["id"]
    assert {first, second, third} <= {each["id"] for each in api("GET", "/campaigns").json["campaigns"]}
    assert api("DELETE", f"/campaigns/{third}").status == 204
    cloud.drain()
    cloud.run("nurture", later)
    fourth = api("POST", "/campaigns", text | {"send_at": iso(app.now() + timedelta(seconds=30))})
    with earlier(-60):
        cloud.invoke("planner", events.sqs(StartCampaign(fourth.json["campaign"]["id"]).to_json()))
    cloud.drain()
    requested_by_events(cloud, text)
    states = [api("GET", f"/campaigns/{each}").json["campaign"]["state"] for each in (first, second)]
    assert states == ["started", "started"]


def requested_by_events(cloud: Cloud, text: dict[str, Any]) -> None:
    """Another system asks for a campaign, and for one that cannot be sent, until the message is given up."""
    for detail, subject in ((text | {"subject": "Tapahtumasta"}, True), ({"subject": "Vajaa"}, False)):
        event = {"id": f"event-{subject}", "time": iso(app.now()), "source": "newsletter-local", "detail": detail}
        answer = cloud.invoke("console", events.sqs(json.dumps(event), receives=3))
        assert bool(answer["batchItemFailures"]) is not subject
    cloud.drain()


def sending_in_trouble(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign that waits for the quota, a bounce that opens the breaker, and what people do about it."""
    with issuing() as issuer, monkeypatch.context() as strict:
        trust(issuer, monkeypatch)
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        text = {"name": "syksy", "subject": "Syksy", "body": "Hei.", "language": "fi"}
        assert api("POST", "/campaigns", text).status == 201
        statuses, mailing = app.statuses, "campaign-syksy"
        status = statuses.status(mailing)
        assert status is not None
        assert statuses.compare_and_set(
            mailing, status, MailingStatus(MailingState.WAITING, NOW, reason="quota", until=NOW)
        )
        tick(cloud, 31)
        for name in ("BREAKER_VOLUME", "LEAST_BOUNCED", "LEAST_COMPLAINED"):
            strict.setattr(sending_limits, name, 0)
        status = statuses.status(mailing)
        assert status is not None
        assert status.state.is_sending
        cloud.ses.act(cloud.mails(KALLE)[-1].id, "bounce")
        cloud.drain()
        assert api("POST", f"/mailings/{mailing}/resume").status == 409
        assert app.reputation.close(app.now())
        assert api("POST", f"/mailings/{mailing}/resume").status == 200
        cloud.drain()
        tick(cloud, 32)
        strict.setattr(Manifests, "are_more_than", lambda *_: True)
        report = api("GET", f"/mailings/{mailing}").json
        assert (report["mailing"]["state"], report["ended"]["balanced"]) == ("complete", True)
        cloud.ses.faults.set_entry_status("ACCOUNT_SENDING_PAUSED")
        assert api("POST", "/campaigns", text | {"name": "talvi"}).status == 201
        cloud.drain()
        assert api("GET", "/mailings/campaign-talvi").json["mailing"]["state"] == "held"
        assert api("POST", "/mailings/campaign-talvi/resume").status == 200
        tick(cloud, 32)


def poisoned_messages(cloud: Cloud) -> None:
    body = '{"type": "surprise", "version": 1}'
    for folder in ("planner", "sender", "feedback", "transfers", "lead_handoff"):
        event = events.sqs("not JSON" if folder == "feedback" else body, receives=3)
        assert cloud.invoke(folder, event)["batchItemFailures"]


def doubt_looked_into(cloud: Cloud) -> None:
    """Of a batch that was settled meanwhile: the sender reads its record, and that is all."""
    tags = next(mail.tags for mail in cloud.mails(MAIJA) if mail.tags["mailing"].startswith("digest"))
    body = SettleDoubt(tags["mailing"], tags["batch"]).to_json()
    assert cloud.invoke("sender", events.sqs(body))["batchItemFailures"] == []


def tick(cloud: Cloud, days: int) -> None:
    cloud.run("nurture", NOW + days * DAY)
    cloud.drain()


def sequence_edited(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick after an edit of the sequence, with a cap on mails a week."""
    with monkeypatch.context() as capped:
        capped.setitem(vars(app.publication), "nurture", Nurture(mails_per_week=50))
        app.retimed_sequences.put("sparraus", Retimed("before"))
        tick(cloud, 3)
