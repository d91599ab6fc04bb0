"""Nothing is ever kept under the id of who was erased, but a fresh form of theirs: not by any store."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter import container
from newsletter.container import app
from newsletter.leads.answers.answers_store import GivenAnswers
from newsletter.leads.outbox.outbox_event import EventState, OutboxEvent
from newsletter.platform.aws import clients as aws
from newsletter.readers.consents.consent import Consent, imported_record
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.my_data import LONGEST_RUN
from newsletter.readers.profiles.records_store import ReaderRecords
from newsletter.readers.subscriber import Status, Subscriber
from newsletter.replies.reply import Reply, ReplyOutcome
from tests.support.leads.presses import a_lead
from tests.support.readers import erasure
from tests.support.readers.erasure import CHOSEN, NOON, VISIT, enrollment, erase, form, of_readers, only_the_mark
from tests.support.readers.moves import NEW, NEW_ID
from tests.support.readers.site import ID, READER, Clock, fill_in
from tests.support.stack.cloud import Cloud

FUNCTIONS = Path(container.__file__).parents[1]
STORES = sorted(FUNCTIONS.rglob("*_store.py"))
clock = erasure.clock


def reader() -> Subscriber:
    return Subscriber(ID, READER, Status.ACTIVE, CHOSEN, NOON, "1")


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
    "ReaderReplies.add": lambda: app.reader_replies.add(ID, Reply("r", NOON, "r", ReplyOutcome.PERSON), "x"),
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
    "Movements.of_weeks",
    *("ConfirmedDays.between", "ConfirmedDays.by"),
    *("ReaderExport.page", "ReaderList.active", "ReaderList.page", "ReaderList.reasons"),
    *(f"Visits.{name}" for name in ("of_subscriber", "shown", "trace_of")),
    *(f"ReaderExport.{name}" for name in ("known", "lines", "somebody")),
    *(f"Subscribers.{name}" for name in ("addressees", "get", "many", "page", "profile", "statuses")),
}
WITHOUT_READERS = {
    *(
        "Articles",
        "Audit",  # readers by their ids, as whoever acts names them
        "UnknownEvents",
        "WarmUpDays",  # numbers alone
        "Backlog",
        "CrmEndpoint",
        "Hooks",
        "RetimedSequences",
        "MailingStatuses",
        "Decisions",
        "Digests",
        "Audiences",  # ids that marketing listed, which say no more than the mark of who was erased
        "Experiments",
        "Transfers",  # how many readers were imported or exported
        "TransferFiles",  # lists of readers as they were uploaded or exported, for a day
        "KeptAnswers",  # answers to programs without those that show a reader, for a day
        "Quotas",  # how often an account of ours asked
        "Drafts",  # texts of marketing; whoever wrote them is no reader here
        "TrialMails",  # addresses that marketing gives for tests, for a day
        "Failures",
        "FeedStates",
        "Fingerprints",
        "HandledReplies",  # which received mails were handled, by hashes
        "MailingCodes",
        "Replies",  # what received mails were taken for, with a masked address, for 30 days
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
