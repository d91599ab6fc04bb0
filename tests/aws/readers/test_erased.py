"""Nothing is ever kept under the id of who was erased, but a fresh form of theirs: not by any store, at any moment."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter import container
from newsletter.container import app
from newsletter.leads.answers.answers_store import GivenAnswers
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.aws import clients as aws
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import ConfirmSignUp, Message, SendNotice
from newsletter.publication.sequences import Trigger
from newsletter.readers import my_data
from newsletter.readers.choices import Choices
from newsletter.readers.consents.consent import Consent, imported_record
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.my_data import LONGEST_RUN
from newsletter.readers.profiles.records_store import ReaderRecords
from newsletter.readers.subscriber import SignUp, Status, Subscriber, subscriber_id
from tests.support.cloud import PEPPER, Cloud, link_to
from tests.support.presses import a_lead, press_at
from tests.support.site import FORM, ID, READER, Clock, fill_in, heading, link, post, shows, stored, text

FUNCTIONS = Path(container.__file__).parents[1]
STORES = sorted(FUNCTIONS.rglob("*_store.py"))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NEW = "maija@uusi.example.com"
NEW_ID = subscriber_id(PEPPER.encode(), NEW)
OFFER = {"mailing": "m", "batch": "b", "extra": "sparraus"}
EVIDENCE = Evidence("GET", "Reader/1", "192.0.2.0/24", {})
VISIT = Visit(NOON, VisitKind.PRESS, "k", EVIDENCE)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.mails() == []
    return Clock(monkeypatch, NOON)


def erase() -> None:
    """The reader's button."""
    my_data.erase_every_address(ID, app.now(), app)


def a_whole_life(cloud: Cloud, clock: Clock) -> None:
    """A reader with a record of every kind."""
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    cloud.drain()
    clock.forward(minutes=11)
    app.offer_answers.put(ID, "sparraus", {"phone": "+358 40 123 4567"}, clock.now)
    post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})
    fill_in(READER)
    cloud.drain()
    clock.forward(minutes=11)
    kinds = {item["record"]["S"].partition("#")[0] for item in cloud.items("Subscribers") if item["id"]["S"] == ID}
    assert kinds == {"answers", "change", "consent", "enrollment", "lead", "profile", "sign-up", "visit"}


def of_readers(cloud: Cloud) -> dict[str, Any]:
    """What is kept of readers."""
    return {name: items for name, items in stored(cloud).items() if name in ("Subscribers", "Leads")}


def only_the_mark(cloud: Cloud) -> bool:
    """Whether nothing is left of anybody but the mark."""
    (mark,) = cloud.items("Subscribers")
    return set(mark) == {"id", "record", "status", "erased_at"} and cloud.items("Leads") == []


# --- every method of every store -------------------------------------------------------------------------------------

CHOSEN = Choices(language="fi", name="Maija")


def form(of: str = ID, **given: Any) -> SignUp:
    """A form that was filled in before the erasure."""
    old = SignUp(of, READER, CHOSEN, "1", "", "", NOON - timedelta(days=1), "old")
    return replace(old, **given)


def reader() -> Subscriber:
    return Subscriber(ID, READER, Status.ACTIVE, CHOSEN, NOON, "1")


def enrollment(version: int = 1) -> Enrollment:
    return Enrollment(ID, "sparraus", 1, Trigger.LEAD, NOON, NOON, version=version)


EVENT = OutboxEvent("l", 1, "lead.created", NOON, "{}")

WRITES: dict[str, Callable[[], Any]] = {
    "Consents.append": lambda: app.consents.append(ID, Consent("given", "form", app.now(), "x")),
    "Enrollments.begin": lambda: app.enrollments.begin(enrollment()),
    "Enrollments.replace": lambda: app.enrollments.replace(enrollment(), enrollment(2)),
    "Enrollments.moved": lambda: app.enrollments.moved(enrollment()),
    "LeadPointers.add": lambda: app.lead_pointers.add(ID, "l", "sparraus", NOON),
    "Leads.replace": lambda: app.leads.replace(a_lead("l", NOON), a_lead("l", NOON)),
    "OfferAnswers.put": lambda: app.offer_answers.put(ID, "sparraus", {"phone": "1"}, NOON),
    "OfferAnswers.taken": lambda: app.offer_answers.taken(ID, GivenAnswers("sparraus", NOON, {})),
    "Outbox.claim": lambda: app.outbox.claim(EVENT, NOON, "x"),
    "Outbox.record": lambda: app.outbox.record(EVENT, "x"),
    "Outbox.settle": lambda: app.outbox.settle(EVENT, EventState.DEAD, NOON),
    "Outbox.replay": lambda: app.outbox.replay(EVENT, NOON),
    "Bounces.stop": lambda: app.bounces.stop(
        ID, Status.COMPLAINED, "x", valid_at=app.now(), now=app.now(), forget_after=LONGEST_RUN
    ),
    "Bounces.add_soft_bounce": lambda: app.bounces.add_soft_bounce(ID, NOON, "x"),
    "Bounces.discount": lambda: app.bounces.discount(ID, "x"),
    "Bounces.restore": lambda: app.bounces.restore(ID),
    "Bounces.forget_soft_bounces": lambda: app.bounces.forget_soft_bounces(ID, ["x"]),
    "ReaderRecords.add": lambda: records().add({"id": ID, "record": "new#x"}),
    "SignUps.put_all": lambda: app.sign_ups.put_all([form()]),
    "SignUps.delete": lambda: app.sign_ups.delete(form()),
    "SignUps.reminded": lambda: app.sign_ups.reminded(ID, "old"),
    "Subscribers.activate": lambda: app.subscribers.activate(form(), NOON),
    "Subscribers.admit": lambda: app.subscribers.admit(reader(), brought()),
    "Subscribers.admit_erased": lambda: app.subscribers.admit_erased(ID, NOON),
    "Subscribers.remember_taken": lambda: app.subscribers.remember_taken(ID, {"sparraus": NOON.date()}),
    "Subscribers.remember_joined": lambda: app.subscribers.remember_joined(form()),
    "Subscribers.deactivate": lambda: app.subscribers.deactivate(ID, Status.UNSUBSCRIBED, "page", NOON),
    "Subscribers.explain_leaving": lambda: app.subscribers.explain_leaving(ID, "x"),
    "Subscribers.choose": lambda: app.subscribers.choose(reader(), CHOSEN, NOON),
    "Subscribers.remember_head": lambda: app.subscribers.remember_head(ID, "x"),
    "Visits.add": lambda: app.visits.add(ID, "m", [VISIT], "b", 0, NOON),
    "Visits.keep": lambda: app.visits.keep(current_subscriber(ID, app), "m", [VISIT], [("b", 0)], NOON),
    "a change of address": lambda: app.sign_ups.put(form(NEW_ID, email=NEW, moved_from=ID)),
}
A_NEW_BEGINNING = {"SignUps.put"}
ERASURE = {
    *("Leads.erase", "Outbox.erase"),
    *(f"ReaderData.{name}" for name in ("finish_erasure", "schedule_check", "mark_erased", "remove")),
}
ASKED_FOR_BEFORE = {"Leads.create", "Outbox.put_new"}
"""They are in no reader's partition. record_press points to the lead first and looks again after it; enqueue_event
looks for the lead after its event."""
READS = {
    *(f"DueIndex.{name}" for name in ("due", "enrollments")),
    *(f"Consents.{name}" for name in ("chain", "faults", "seal")),
    *(f"Enrollments.{name}" for name in ("enrolled", "get", "of", "standings")),
    *(f"Leads.{name}" for name in ("due", "get", "id_of", "kept", "newest")),
    *("LeadPointers.of", "OfferAnswers.of"),
    *(f"Outbox.{name}" for name in ("due", "get", "of", "waiting", "waiting_since")),
    *(f"ReaderRecords.{name}" for name in ("erased", "erased_at", "sign_ups", "signed_up_since")),
    *(f"SignUps.{name}" for name in ("get", "kept", "waiting")),
    "ReaderData.of",
    *(f"Visits.{name}" for name in ("of_subscriber", "shown", "trace_of")),
    *(f"ReaderExport.{name}" for name in ("known", "lines", "somebody")),
    *(f"Subscribers.{name}" for name in ("addressees", "get", "many", "page", "profile", "statuses")),
}
WITHOUT_READERS = {
    *(
        "Articles",
        "UnknownEvents",
        "Backlog",
        "CrmEndpoint",
        "Hooks",
        "RetimedSequences",
        "MailingStatuses",
        "Decisions",
        "Digests",
        "Drafts",  # texts of marketing; whoever wrote them is no reader here
        "TrialMails",  # addresses that marketing gives for tests, for a day
        "Failures",
        "FeedStates",
        "Fingerprints",
        "RateLimiter",
        "Mailings",
        "Reputation",
        "StatsStore",
    ),
    *("Deliveries", "Manifests", "VisitMarks"),  # ids in the ledger, for thirteen months
    "StepBatches",  # ids on their way to the ledger, for seconds
    *("SignUpLimits", "Presses"),  # ids in limits, for a day
}


def records() -> ReaderRecords:
    return ReaderRecords(aws.client("dynamodb"), app.settings.subscribers_table)


def brought() -> Any:
    return imported_record(Consent("given", "import", NOON, "x"), app.consents.seal(ID))


def methods() -> Iterator[str]:
    """Every public method of every class that is given a table, but for those that keep nothing of readers."""
    for path in STORES:
        module = importlib.import_module(".".join(path.relative_to(FUNCTIONS).with_suffix("").parts))
        for name, found in vars(module).items():
            if not inspect.isclass(found) or found.__module__ != module.__name__:
                continue
            if "table" in inspect.signature(found.__init__).parameters and name not in WITHOUT_READERS:
                yield from (f"{name}.{each}" for each in vars(found) if not each.startswith("_"))


def test_every_method_that_keeps_something_of_readers_is_tried_here() -> None:
    known = set(WRITES) | A_NEW_BEGINNING | ERASURE | ASKED_FOR_BEFORE | READS
    assert set(methods()) - known == set(), "say above what it does under the id of who was erased"
    assert known - set(methods()) == {"a change of address"}


@pytest.mark.parametrize("write", WRITES, ids=str)
def test_no_store_keeps_anything_under_the_id_of_who_was_erased(cloud: Cloud, clock: Clock, write: str) -> None:
    cloud.subscribe(READER, "linkedin")
    cloud.drain()
    clock.forward(days=2)
    erase()
    cloud.run("nurture", clock.now + LONGEST_RUN)
    assert only_the_mark(cloud)
    before = of_readers(cloud)
    clock.forward(minutes=30)
    WRITES[write]()
    assert of_readers(cloud) == before


def test_a_form_of_who_was_erased_waits_and_leaves_nothing_when_nobody_confirms_it(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    erase()
    clock.forward(days=1)
    fill_in(READER)
    cloud.run("nurture", clock.now + LONGEST_RUN)
    assert {item["record"]["S"] for item in cloud.items("Subscribers")} == {"profile", "sign-up"}
    over = clock.now + app.templates.publication.retention.pending
    cloud.run("nurture", over + timedelta(minutes=5))
    assert only_the_mark(cloud)


def test_who_was_erased_begins_afresh_with_a_form_of_their_own(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.drain()
    clock.forward(days=1)
    erase()
    clock.forward(days=1)
    cloud.subscribe(READER, "kriisit")
    cloud.drain()
    found = app.subscribers.get(ID)
    assert found is not None
    assert (found.status, found.choices.topics, found.choices.name) == (Status.ACTIVE, ("kriisit",), "")
    assert app.consents.faults(ID) == []
    assert len(app.consents.chain(ID)) == 1
    cloud.run("nurture", clock.now + LONGEST_RUN + LONGEST_RUN)
    assert app.subscribers.get(ID) == found


# --- what is done from old mails -------------------------------------------------------------------------------------


def every_link(cloud: Cloud) -> dict[str, tuple[int, ...]]:
    """What a reader or a scanner does with the links of old mails; the answers by name."""
    paths = {
        purpose: link(purpose, mailing="m", batch="b", extra="sparraus")
        for purpose in LinkPurpose
        if purpose is not LinkPurpose.CLICK
    }
    found: dict[str, tuple[int, ...]] = {}
    for purpose, path in paths.items():
        for method in ("HEAD", "GET"):
            found[f"{method} {purpose}"] = (cloud.http(method, path)["statusCode"],)
        found[f"POST {purpose}"] = (cloud.press(path)["statusCode"],)
    for fields in ({"List-Unsubscribe": "One-Click"}, {"explain": "yes", "more": "x"}, {"back": "yes"}):
        found[f"leave {fields}"] = (post(cloud, paths[LinkPurpose.UNSUBSCRIBE], fields)["statusCode"],)
    found["again"] = (post(cloud, paths[LinkPurpose.CONFIRM], {"again": "yes"})["statusCode"],)
    found["new address"] = (post(cloud, paths[LinkPurpose.PREFERENCES], {"new_email": NEW})["statusCode"],)
    click = f"/c/{app.links.token(LinkPurpose.CLICK, LinkClaims(ID, 'm', 'b'))}/k"
    found["click"] = (cloud.http("GET", click)["statusCode"], cloud.http("HEAD", click)["statusCode"])
    return found


def test_no_link_of_an_old_mail_leaves_a_trace_of_who_was_erased_and_articles_open_all_the_same(
    cloud: Cloud, clock: Clock
) -> None:
    a_whole_life(cloud, clock)
    confirm = link_to("confirm", cloud.mails(NEW)[-1])
    cloud.client("dynamodb").put_item(
        TableName=app.settings.content_table,
        Item={"pk": {"S": "mailing#m#link#k"}, "sk": {"S": "link"}, "url": {"S": "https://blog.example.com/a"}},
    )
    erase()
    cloud.run("nurture", clock.now + LONGEST_RUN)
    assert only_the_mark(cloud)
    before = stored(cloud)
    answers = every_link(cloud)
    assert answers["click"] == (302, 302)
    assert answers["POST offer"] == (410,)
    assert cloud.http("POST", confirm)["statusCode"] == 410
    after = stored(cloud)
    assert after == before
    assert (cloud.messages("LeadQueue"), cloud.messages("TransactionalQueue")) == ([], [])


def test_messages_that_waited_while_their_reader_was_erased_end_without_a_trace_and_without_dead_letters(
    cloud: Cloud, clock: Clock
) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    queues = app.queues
    old: tuple[Message, ...] = (ConfirmSignUp(ID, "old", reminder=True), SendNotice("welcome", ID, "old"))
    for message in old:
        queues.send(queues.transactional, message)
    erase()
    assert cloud.drain() == []
    assert cloud.webhooks == []
    clock.forward(minutes=16)
    cloud.run("nurture", clock.now)
    assert only_the_mark(cloud)


def test_the_offers_page_tells_who_was_erased_that_nobody_could_answer(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    offer = link(LinkPurpose.OFFER, **OFFER)
    pressed = cloud.http("GET", offer)["body"]
    erase()
    token = pressed.split('name="form" value="')[1].split('"')[0]
    for answer in (cloud.http("GET", offer), post(cloud, offer, {"form": token})):
        assert (answer["statusCode"], heading(answer)) == (410, "Sparrataanko?")
        assert shows(answer, "offer.for_nobody")
        assert "<form" not in answer["body"]
    assert cloud.messages("LeadQueue") == []


def test_a_change_of_address_that_waits_is_shown_and_erased_with_its_reader(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})["statusCode"] == 200
    cloud.drain()
    confirm = link_to("confirm", cloud.mails(NEW)[-1])
    assert NEW in cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    (change,) = json.loads(cloud.http("GET", f"{link(LinkPurpose.MY_DATA)}?format=json")["body"])["address_changes"]
    assert change["email"] == NEW
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    for days in (2.1, 3):
        cloud.run("nurture", clock.now + timedelta(days=days))
    cloud.drain()
    assert len(cloud.mails(NEW)) == 1
    assert cloud.http("GET", confirm)["statusCode"] == 410
    assert cloud.http("POST", confirm)["statusCode"] == 410
    assert only_the_mark(cloud)


def test_another_readers_form_at_the_same_new_address_is_left_alone(cloud: Cloud, clock: Clock) -> None:
    cloud.subscribe(READER)
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})["statusCode"] == 200
    clock.forward(minutes=11)
    post(cloud, "/subscribe", {**FORM, "email": NEW})
    erase()
    form = app.sign_ups.get(NEW_ID, clock.now)
    assert form is not None
    assert form.moved_from == ""


def test_leads_of_an_offer_that_is_no_more_are_shown_and_erased(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud.subscribe(READER)
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    cloud.drain()
    publication = app.templates.publication
    monkeypatch.setattr(app.templates, "publication", replace(publication, offers=(), sequences={}))
    page = cloud.http("GET", link(LinkPurpose.MY_DATA))["body"]
    assert text("my_data.lead_on") in page
    data = json.loads(cloud.http("GET", f"{link(LinkPurpose.MY_DATA)}?format=json")["body"])
    assert [lead["offer"] for lead in data["leads"]] == ["sparraus"]
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert cloud.items("Leads") == []


def test_a_reader_whose_record_is_broken_can_still_be_erased(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    cloud.client("dynamodb").update_item(
        TableName=app.settings.subscribers_table,
        Key={"id": {"S": ID}, "record": {"S": "profile"}},
        UpdateExpression="REMOVE topics, confirmed_at",
    )
    assert post(cloud, link(LinkPurpose.MY_DATA), {})["statusCode"] == 200
    assert [item["status"]["S"] for item in cloud.items("Subscribers")] == ["erased"]


# --- at the very moment ----------------------------------------------------------------------------------------------


@contextmanager
def erased_before_call(number: int, clock: Clock) -> Iterator[list[int]]:
    """The reader is erased right before that call of DynamoDB; how many calls there were is what it yields."""
    calls, busy = [0], [False]

    def count(**_: Any) -> None:
        if busy[0]:
            return
        calls[0] += 1
        if calls[0] == number:
            busy[0] = True
            clock.forward(seconds=1)
            erase()
            busy[0] = False

    events = aws.client("dynamodb").meta.events
    events.register("before-call.dynamodb", count)
    try:
        yield calls
    finally:
        events.unregister("before-call.dynamodb", count)


def visit(_: Cloud) -> None:
    app.visits.add(ID, "m", [VISIT], "b", 0, app.now())


def press(cloud: Cloud) -> None:
    cloud.press(link(LinkPurpose.OFFER, **OFFER))


def hand_off(cloud: Cloud) -> None:
    app.queues.send(app.queues.lead, press_at(NOON, mailing="m"))
    assert cloud.drain() == []


def leave(cloud: Cloud) -> None:
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"})["statusCode"] == 200


def prefer(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": "sv"})


def ask_to_move(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})


def come_back(cloud: Cloud) -> None:
    post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"back": "yes"})


def fill_in_anew(_: Cloud) -> None:
    fill_in(READER)


def tick(cloud: Cloud) -> None:
    cloud.run("nurture", app.now())


def confirm_again(cloud: Cloud) -> None:
    (nonce,) = (item["nonce"]["S"] for item in cloud.items("Subscribers") if item["record"]["S"] == "sign-up")
    cloud.http("POST", link(LinkPurpose.CONFIRM, extra=nonce))


MOMENTS = [visit, press, hand_off, leave, prefer, ask_to_move, come_back, fill_in_anew, confirm_again, tick]


@pytest.mark.parametrize("act", MOMENTS)
def test_an_erasure_at_any_moment_of_what_is_going_on_leaves_the_mark_alone(
    cloud: Cloud, clock: Clock, act: Callable[[Cloud], None]
) -> None:
    number = 0
    while True:
        number += 1
        form_of_today = form(at=clock.now, nonce=str(number))
        record = app.consents.append(ID, Consent("given", "form", clock.now, form_of_today.nonce))
        assert app.subscribers.activate(form_of_today, clock.now, record.hash)
        if act is confirm_again:
            fill_in(READER)
        if act is come_back:
            leave(cloud)
        if act is tick:
            app.enrollments.begin(replace(enrollment(), enrolled_at=clock.now, due_at=clock.now))
        cloud.messages("TransactionalQueue")
        clock.forward(hours=1)
        with erased_before_call(number, clock) as calls:
            act(cloud)
        cloud.messages("TransactionalQueue")
        cloud.messages("BatchQueue")
        if act is press:
            cloud.drain()
        if calls[0] < number:
            break
        cloud.run("nurture", clock.now + LONGEST_RUN)
        assert only_the_mark(cloud), f"erased before call {number} of {act.__name__}"
        clock.forward(days=1)
    assert number > 2


def test_nobody_we_know_can_be_contacted_through_an_offer(cloud: Cloud) -> None:
    offer = link(LinkPurpose.OFFER, **OFFER)
    assert [cloud.http(method, offer)["statusCode"] for method in ("GET", "POST")] == [410, 410]
    assert cloud.messages("LeadQueue") == []
