"""Least rights, proven by use: what the functions did in a year with the product is allowed, and little else is."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from fnmatch import fnmatchcase
from hashlib import sha256
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlencode

import pytest
from werkzeug.wrappers import Response

from newsletter.container import Container, app
from newsletter.leads.lead import Lead, LeadState
from newsletter.leads.leads_store import Leads
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.mailings.digests.digest import Digest, Window
from newsletter.mailings.planning.manifests_store import Manifests
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.nurture.enrollments.retimed_store import Retimed
from newsletter.platform.aws.queues_client import NotQueued, Queues
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import SendBatch, SendNotice, SettleDoubt, StartCampaign
from newsletter.platform.times import iso
from newsletter.publication import sending_limits
from newsletter.publication.crm import CrmAuth, CrmFormat, CrmSettings
from newsletter.publication.sequences import Nurture
from newsletter.readers.imports.import_subscribers import Imported, ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from newsletter.readers.subscriber import subscriber_id
from rehearsal import events
from tests.support.cloud import BROWSER, PEPPER, PUBLIC_URL, Cloud, earlier, link_to, running
from tests.support.console_calls import MARKETING, Browser, Program, trust
from tests.support.issuer import issuing
from tests.support.kept_leads import add_lead
from tests.support.leads import enqueue, make_lead, tell
from tests.support.presses import Judge
from tests.support.site import hidden
from tests.template.recorded import Use, Uses, recording
from tests.template.stacks import as_list

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
MAIJA, KALLE, LIISA, PEKKA, MOVED, INVITED, NEVER, HASTY, DOUBTED, CURIOUS = (
    f"{name}@example.com"
    for name in ("maija", "kalle", "liisa", "pekka", "muuttanut", "kutsuttu", "never", "kiire", "epavarma", "utelias")
)
POLICIES = {
    # AWS: SAM policy templates. What a poller may do, Lambda does, so no code of ours shows it.
    "SQSSendMessagePolicy": "sqs:SendMessage",
    "SQSPollerPolicy": None,
}


class Statement:
    """One IAM statement of a function."""

    def __init__(self, sid: str, actions: list[str], resources: list[str], condition: dict[str, Any]) -> None:
        self.sid = sid
        self.actions = actions
        self.resources = resources
        match condition:
            case {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": keys, **others}, **more} | {
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys, **others},
                **more,
            }:
                assert not others | more, f"{sid}: a condition this test cannot judge"
                assert not any("*" in key for key in keys) or "ForAllValues:StringLike" in condition
                self.leading_keys: set[str] | None = set(keys)
            case _:
                assert not condition, f"{sid}: a condition this test cannot judge"
                self.leading_keys = None

    def allows(self, use: Use) -> bool:
        """Whether the statement is enough for the use. A query's key is not known here, so any condition refuses it."""
        if use.action not in self.actions or use.resource not in self.resources:
            return False
        return self.leading_keys is None or bool(use.keys and all(self._covers(key) for key in use.keys))

    def _covers(self, key: str) -> bool:
        return any(fnmatchcase(key, pattern) for pattern in self.leading_keys or ())

    def unused(self, uses: set[Use]) -> Iterator[str]:
        """Actions that nobody took under this statement, and resources that nobody touched."""
        mine = [use for use in uses if self.allows(use)]
        for part in {*self.actions} - {use.action for use in mine} | {*self.resources} - {use.resource for use in mine}:
            yield f"{self.sid}: {part}"
        keys = {key for use in mine for key in use.keys}
        for pattern in self.leading_keys or ():
            if not any(fnmatchcase(key, pattern) for key in keys):
                yield f"{self.sid}: {pattern}"


def granted(cloud: Cloud, folder: str) -> list[Statement]:
    """What the template allows the function, as written for this very stack."""
    name = cloud.function(folder).logical_id
    functions = {each.logical_id: each for each in cloud.stack.of_type("AWS::Serverless::Function")}
    found = []
    for policy in functions[name].properties["Policies"]:
        ((kind, content),) = policy.items()
        if kind == "Statement":
            found += [
                Statement(
                    each["Sid"], as_list(each["Action"]), as_list(each["Resource"]), dict(each.get("Condition", {}))
                )
                for each in content
            ]
        elif action := POLICIES[kind]:
            queue = cloud.stack.account.arn("sqs", content["QueueName"])
            found.append(Statement(f"{kind} {content['QueueName']}", [action], [queue], {}))
    return found


# --- a year with the product -----------------------------------------------------------------------------------------


def write_feed(path: Path) -> None:
    ages = {"uusi": DAY, "vanha": 40 * DAY}
    items = "".join(
        f"<item><title>{slug}</title><link>https://b.example/{slug}</link><category>LinkedIn</category>"
        f"<pubDate>{format_datetime(NOW - age)}</pubDate></item>"
        for slug, age in ages.items()
    )
    path.write_text(f"<rss version='2.0'><channel><title>b</title>{items}</channel></rss>", encoding="utf-8")


def fill_in(cloud: Cloud, email: str, **more: str) -> int:
    """Send the form that was opened a minute ago; the status of the answer."""
    opened = app.forms.token("subscribe", datetime.now(UTC) - timedelta(minutes=1))
    form = {"email": email, "language": "fi", "consent": "yes", "form": opened, **more}
    status: int = cloud.http("POST", "/subscribe", urlencode(form), headers={"origin": PUBLIC_URL})["statusCode"]
    return status


def subscribe(cloud: Cloud, email: str, **more: str) -> None:
    assert fill_in(cloud, email, **more) == 200
    cloud.drain()
    confirm = link_to("confirm", cloud.mails(email)[-1])
    assert [cloud.http(method, confirm)["statusCode"] for method in ("GET", "POST")] == [200, 200]
    cloud.drain()


def crm_has_bad_days_and_tells_us(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of leads wait for a CRM that does not take them, that rests, and works again; and it has webhooks too."""
    now = app.now()
    crm = CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BOTH)
    with monkeypatch.context() as patched:
        patched.setitem(vars(app.templates), "publication", replace(app.publication, crm=crm))
        lead = make_lead(PEKKA, now)
        cloud.crm_answers = lambda _: Response('{"data": {"id": 7}}', 503)
        enqueue(lead, PEKKA, now)
        cloud.drain()
        later = now + timedelta(hours=1)
        patched.setattr(Container, "now", lambda _: later)
        cloud.run("nurture", later)  # wakes it
        cloud.drain()
        app.crm_endpoint.change(lambda health: replace(health, resting_until=later))
        cloud.crm_answers = lambda _: Response('{"data": {"id": 7}}', 200)
        later += timedelta(hours=4)
        cloud.run("nurture", later)  # asks for a probe
        cloud.drain()
        assert [each.state for each in app.outbox.of(lead)] == ["taken"]
    cloud.crm_answers = None
    for kind, data in (
        ("lead.won", {"lead": {"id": lead}}),
        ("contact.do_not_mail", {"contact": {"email": HASTY}}),
        ("contact.do_not_mail", {"contact": {"subscriber": app.ids.of(HASTY)}}),
    ):
        assert tell(cloud, kind, data)["statusCode"] == 200
    cloud.drain()


def list_bombing(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    with monkeypatch.context() as broken:
        broken.setattr(Queues, "send", Mock(side_effect=NotQueued))
        assert fill_in(cloud, NEVER) == 500
    app.sign_up_limits.start_attack_mode(now + DAY, now)
    assert fill_in(cloud, NEVER) == 428
    challenge = app.challenges.challenge(now)
    solved = (n for n in count() if sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"])
    answer = base64.b64encode(json.dumps({**challenge, "number": next(solved)}).encode()).decode()
    assert fill_in(cloud, NEVER, altcha=answer) == 200


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


def offer_taken_up(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a person who says more, and by one of whom nobody is sure until the tick, and who was a machine after all."""
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    assert cloud.http("GET", link_to("c", digest), headers=BROWSER)["statusCode"] == 302
    assert cloud.drain() == []
    offer = link_to("offer", digest)
    page = cloud.press(offer)
    assert page["statusCode"] == 200
    assert cloud.drain() == []
    assert cloud.http("GET", offer, headers=BROWSER)["statusCode"] == 200
    form = hidden(page["body"], 0) | {"phone": "040 123 4567"}
    assert cloud.http("POST", offer, urlencode(form), headers=BROWSER)["statusCode"] == 200
    assert cloud.drain() == []
    with monkeypatch.context() as unsure:
        Judge(unsure, VerdictKind.UNSURE)
        subscribe(cloud, DOUBTED)
        claims = LinkClaims(app.ids.of(DOUBTED), digest.tags["mailing"], digest.tags["batch"], extra="sparraus")
        assert cloud.press(f"/offer/{app.links.token(LinkPurpose.OFFER, claims)}")["statusCode"] == 200
        assert cloud.drain() == []
        cloud.run("nurture", datetime.now(UTC) + timedelta(minutes=10))
        assert cloud.drain() == []
        Judge(unsure, VerdictKind.MACHINE)
        click = app.links.token(LinkPurpose.CLICK, claims._replace(extra=""))
        assert cloud.http("GET", f"/c/{click}/{link_to('c', digest).rpartition('/')[2]}")["statusCode"] == 302
        assert cloud.drain() == []


def leads_are_looked_at(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the console: the list, one lead with what its reader did, every decision, and the CRM switched on again."""
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    assert cloud.http("GET", link_to("c", digest), headers=BROWSER)["statusCode"] == 302
    cloud.drain()
    kept = add_lead(app.ids.of(MAIJA), LeadState.KEPT, episode=9, at=NOW)
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        marketing = Browser(cloud, issuer)
        marketing.sign_in(**MARKETING)
        assert kept.id in [lead["id"] for lead in api("GET", "/leads").json["leads"]]
        for act, status in (("drop", 200), ("send", 202), ("rejudge", 200)):
            assert api("POST", f"/leads/{kept.id}/{act}").status == status
            cloud.drain()
        assert api("POST", f"/leads/{kept.id}/replay").status == 202
        assert marketing.get(f"/console/leads/{kept.id}").status == 200
        app.crm_endpoint.change(lambda _: EndpointHealth(off_at=NOW, off_why="HTTP 401"))
        assert marketing.post("/console/leads/endpoint", ("form_token", marketing.form_token())).status == 303
        cloud.drain()


def click_makes_a_warm_lead(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    subscribe(cloud, CURIOUS)
    offers = tuple(replace(offer, warm_topics=("linkedin",)) for offer in app.publication.offers)
    with monkeypatch.context() as warm:
        warm.setattr(app.templates, "publication", replace(app.publication, offers=offers))
        claims = LinkClaims(app.ids.of(CURIOUS), digest.tags["mailing"], digest.tags["batch"], 0)
        slug = link_to("c", digest).rpartition("/")[2]
        path = f"/c/{app.links.token(LinkPurpose.CLICK, claims)}/{slug}"
        with earlier(-3600):  # an hour after the mail came
            assert cloud.http("GET", path, headers=BROWSER)["statusCode"] == 302
            assert cloud.drain() == []
    assert app.lead_pointers.of(app.ids.of(CURIOUS)) != []


def reader_erased_while_their_lead_is_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lead is there by then, and must not stay."""
    subscribe(cloud, HASTY)
    hasty = subscriber_id(PEPPER.encode(), HASTY)
    mark = {"id": {"S": hasty}, "record": {"S": "profile"}, "status": {"S": "erased"}, "erased_at": {"S": iso(NOW)}}
    create = Leads.create

    def erased_then(self: Leads, lead: Lead) -> bool:
        done = create(self, lead)
        cloud.client("dynamodb").put_item(TableName=app.settings.subscribers_table, Item=mark)
        return done

    with monkeypatch.context() as slow:
        slow.setattr(Leads, "create", erased_then)
        offer = app.links.token(LinkPurpose.OFFER, LinkClaims(hasty, "m", "b", extra="sparraus"))
        assert cloud.press(f"/offer/{offer}")["statusCode"] == 200
        assert cloud.drain() == []
    assert app.lead_pointers.of(hasty) != []


def campaign(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        marketing = Browser(cloud, issuer)
        marketing.sign_in(**MARKETING)
        draft = {"name": "kevat", "subject": "Kevät", "body": "Hei.", "language": "fi", "step": "check"}
        form = [("form_token", marketing.form_token()), *draft.items()]
        assert marketing.post("/console/campaigns/new", *form).status == 200
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        text = {"name": "kevat", "subject": "Kevät", "body": "Hei.", "language": "fi", "offer": "sparraus"}
        assert [api("POST", "/campaigns", text).status for _ in range(2)] == [201, 200]
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


def drafts_of_campaigns(cloud: Cloud, api: Program) -> None:
    """Written, changed by two people, tried, taken back, deleted; one starts by the tick and one by the queue."""
    text = {"subject": "Myöhemmin", "body": "Hei.", "language": "fi"}
    later = app.now() + timedelta(minutes=5)
    first = api("POST", "/campaigns", text | {"draft": True}).json["campaign"]["id"]
    assert api("PUT", f"/campaigns/{first}", text | {"body": "Moi."}).status == 200
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
    fourth = api("POST", "/campaigns", text | {"send_at": iso(app.now() + timedelta(seconds=1))})
    with earlier(-60):
        cloud.invoke("planner", events.sqs(StartCampaign(fourth.json["campaign"]["id"]).to_json()))
    cloud.drain()
    states = [api("GET", f"/campaigns/{each}").json["campaign"]["state"] for each in (first, second)]
    assert states == ["started", "started"]


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
    for folder in ("planner", "sender", "feedback", "lead_handoff"):
        event = events.sqs("not JSON" if folder == "feedback" else body, receives=3)
        assert cloud.invoke(folder, event)["batchItemFailures"]


def doubt_looked_into(cloud: Cloud) -> None:
    """Of a batch that was settled meanwhile: the sender reads its record, and that is all."""
    tags = next(mail.tags for mail in cloud.mails(MAIJA) if mail.tags["mailing"].startswith("digest"))
    body = SettleDoubt(tags["mailing"], tags["batch"]).to_json()
    assert cloud.invoke("sender", events.sqs(body))["batchItemFailures"] == []


def reader_changes_and_leaves(cloud: Cloud) -> None:
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    preferences, leave = link_to("preferences", digest), link_to("unsubscribe", digest)
    page = cloud.http("GET", preferences)["body"]
    (mine,) = {unescape(link) for link in re.findall(r'href="[^"]*(/my-data/[^"?]+)', page)}
    for method, path, body in (
        ("POST", preferences, "topics=linkedin&language=sv&name=Maija&frequency=monthly"),
        ("GET", link_to("letter", digest), ""),
        ("GET", f"{preferences}/less", ""),
        ("GET", mine, ""),
        ("GET", leave, ""),
        ("POST", leave, "List-Unsubscribe=One-Click"),
        ("POST", mine, "erase=yes"),
    ):
        assert cloud.http(method, path, body)["statusCode"] in (200, 303)
    cloud.drain()


def readers_are_invited_and_move(cloud: Cloud) -> None:
    subscribe(cloud, PEKKA)
    preferences = link_to("preferences", cloud.mails(PEKKA)[-1])
    assert fill_in(cloud, PEKKA) == 200
    cloud.drain()
    assert cloud.mails(PEKKA)[-1].tags["mailing"] == "already"
    assert cloud.http("POST", preferences, urlencode({"new_email": MOVED}))["statusCode"] == 200
    cloud.drain()
    assert cloud.http("POST", link_to("confirm", cloud.mails(MOVED)[-1]))["statusCode"] == 200
    assert import_rows([Row(INVITED)], ImportList("messut", Mode.PENDING), NOW, app) == [Imported.ASKED]
    cloud.drain()
    assert [mail.tags["mailing"] for mail in cloud.mails(INVITED)] == ["invitation"]


def passer_by(cloud: Cloud) -> None:
    for path in ("/archive", "/archive/campaign-kevat", "/archive/campaign-kevat/share", "/archive/feed.xml"):
        assert cloud.http("GET", path)["statusCode"] == 200


def tick(cloud: Cloud, days: int) -> None:
    cloud.run("nurture", NOW + days * DAY)
    cloud.drain()


def sequence_edited(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick after an edit of the sequence, with a cap on mails a week."""
    with monkeypatch.context() as capped:
        capped.setitem(vars(app.publication), "nurture", Nurture(mails_per_week=50))
        app.retimed_sequences.put("sparraus", Retimed("before"))
        tick(cloud, 3)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cloud, Uses]]:
    """The stack after it all, and what each function used."""
    feed = tmp_path_factory.mktemp("blog") / "feed.xml"
    with pytest.MonkeyPatch.context() as monkeypatch, running() as cloud, recording(cloud, monkeypatch) as uses:
        monkeypatch.setenv("NEWSLETTER_FEED_URL", str(feed))
        app.reset()
        feeds_and_digests(cloud, feed)
        readers_are_invited_and_move(cloud)
        offer_taken_up(cloud, monkeypatch)
        leads_are_looked_at(cloud, monkeypatch)
        click_makes_a_warm_lead(cloud, monkeypatch)
        reader_erased_while_their_lead_is_made(cloud, monkeypatch)
        crm_has_bad_days_and_tells_us(cloud, monkeypatch)
        list_bombing(cloud, monkeypatch)
        sequence_edited(cloud, monkeypatch)
        tick(cloud, 30)
        campaign(cloud, monkeypatch)
        passer_by(cloud)
        sending_in_trouble(cloud, monkeypatch)
        poisoned_messages(cloud)
        doubt_looked_into(cloud)
        reader_changes_and_leaves(cloud)
        tick(cloud, 800)
        yield cloud, uses


FOLDERS = ["feed_ingest", "planner", "sender", "feedback", "public_site", "console", "lead_handoff", "nurture"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_may_do_all_that_it_does(year: tuple[Cloud, Uses], folder: str) -> None:
    cloud, uses = year
    rights = granted(cloud, folder)
    assert uses[folder] != set()
    refused = [use for use in uses[folder] if not any(right.allows(use) for right in rights)]
    assert sorted({f"{use.action} on {use.resource}, e.g. {sorted(use.keys)}" for use in refused}) == []


def former_index() -> str:
    """The index that functions of the version before read while a deployment replaces them: these read another."""
    outputs = (Path(__file__).parents[2] / "infra/storage.yaml").read_text(encoding="utf-8")
    (former,) = re.findall(r"^  FormerMailableIndex: { Value: ([\w-]+) }$", outputs, re.MULTILINE)
    return str(former)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_does_all_that_it_may_do(year: tuple[Cloud, Uses], folder: str) -> None:
    cloud, uses = year
    unused = [
        part
        for right in granted(cloud, folder)
        for part in right.unused(uses[folder])
        if not part.endswith(f"/index/{former_index()}")
    ]
    assert unused == [], (
        f"take these rights out of template.yaml, or let the year above show what they are for: {unused}"
    )
