"""Takes visits from their queue: keeps them, judges them, and counts people and machines in the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.leads.follow_visits import verdicts_changed
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.mark_visits import mark_of
from newsletter.leads.visits.verdict import Judgement
from newsletter.leads.visits.visits_store import MomentsOf
from newsletter.platform.aws.items import side_by_side
from newsletter.platform.messages import MalformedMessage, Message, Visited, VisitsTogether
from newsletter.platform.observability import count
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.subscriber import CurrentSubscriber
from newsletter.sending.feedback.delivery_times import Moments
from newsletter.sending.feedback.visit_marks import VisitMark

if TYPE_CHECKING:
    from newsletter.container import Container

Follow = Callable[[str, str, Judgement, datetime, "Container"], None]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class _Burst:
    """The messages about one subscriber and mailing, by their number in the queue's delivery, and what came of them."""

    subscriber: str
    mailing: str
    numbers: list[int] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    mails: set[tuple[str, int]] = field(default_factory=set)
    reader: CurrentSubscriber | None = None
    judgement: Judgement | None = None
    marks: dict[tuple[str, int], VisitMark] = field(default_factory=dict)
    fault: Exception | None = None


class _Ledger:
    """When batches were sent and delivered, each read once for all messages of a delivery of the queue."""

    def __init__(self, read: MomentsOf) -> None:
        self._read = read
        self._known: dict[tuple[str, str], Moments | None] = {}

    def moments(self, mailing: str, batches: Iterable[str]) -> dict[str, Moments]:
        """By batch, of those that there are."""
        wanted = list(batches)
        if missing := [batch for batch in wanted if (mailing, batch) not in self._known]:
            found = self._read(mailing, missing)
            self._known |= {(mailing, batch): found.get(batch) for batch in missing}
        return {batch: moments for batch in wanted if (moments := self._known[mailing, batch])}

    def read_ahead(self, bursts: Iterable[_Burst]) -> None:
        """Read all that their mails need. What cannot be read is asked for again by whoever needs it."""
        wanted: dict[str, set[str]] = {}
        for burst in bursts:
            wanted.setdefault(burst.mailing, set()).update(batch for batch, _ in burst.mails)
        for mailing, batches in wanted.items():
            with suppress(Exception):
                self.moments(mailing, sorted(batches))


def record_visits(
    messages: Sequence[Message], now: datetime, app: Container, follow: Follow = verdicts_changed
) -> list[Exception | None]:
    """Record the visits of messages; the error of each or None, in their order.

    They are folded by reader and mailing, so that however many links of a mail are opened at once, it takes a write for
    the reader, one for the batch, and one judgement on all that is known. Doing it again changes nothing, in whatever
    order they come. A reader whose visits cannot be recorded holds nobody up.
    """
    faults: list[Exception | None] = [None] * len(messages)
    bursts: dict[tuple[str, str], _Burst] = {}
    for number, message in enumerate(messages):
        try:
            for visited in _visited(message):
                _add(visited, number, bursts)
        except (MalformedMessage, ValueError, TypeError, KeyError, AttributeError, OverflowError) as malformed:
            faults[number] = malformed
    ledger = _Ledger(app.deliveries.moments)
    ledger.read_ahead(bursts.values())
    _each(lambda burst: _keep(burst, ledger, now, app), bursts.values())
    _mark(bursts.values(), ledger, app)
    _each(lambda burst: _follow(burst, now, app, follow), bursts.values())
    for burst in bursts.values():
        for number in burst.numbers:
            faults[number] = faults[number] or burst.fault
    _count([burst for burst in bursts.values() if not burst.fault])
    return faults


def _visited(message: Message) -> list[Visited]:
    if isinstance(message, VisitsTogether):
        return message.each()
    if isinstance(message, Visited):
        return [message]
    raise MalformedMessage(f"{message.type} is no visit")


def _add(message: Visited, number: int, bursts: dict[tuple[str, str], _Burst]) -> None:
    shown = message.evidence
    evidence = Evidence(shown["method"], shown["user_agent"], shown["network"], dict(shown["headers"]))
    visit = Visit(EPOCH + timedelta(milliseconds=message.at), VisitKind(message.kind), message.link, evidence)
    key = message.subscriber, message.mailing
    burst = bursts.setdefault(key, _Burst(*key))
    burst.numbers.append(number)
    burst.visits.append(visit)
    burst.mails.add((message.batch, message.position))


def _each(act: Callable[[_Burst], None], bursts: Iterable[_Burst]) -> None:
    """Some at a time; what one raises is its own."""

    def guarded(burst: _Burst) -> None:
        try:
            act(burst)
        except Exception as fault:  # noqa: BLE001 (the others go on; the door reports it)
            burst.fault = fault

    for _ in side_by_side(guarded, [burst for burst in bursts if not burst.fault]):
        pass


def _keep(burst: _Burst, ledger: _Ledger, now: datetime, app: Container) -> None:
    """Keep the visits if their reader of today allows it, and judge all of theirs to the mailing."""
    reader = burst.reader = current_subscriber(burst.subscriber, app)
    if app.visits.keep(reader, burst.mailing, burst.visits, burst.mails, now):
        burst.judgement = judge(app.visits.trace_of(reader.id, burst.mailing, ledger.moments), app.scanner_rules)


def _mark(bursts: Iterable[_Burst], ledger: _Ledger, app: Container) -> None:
    """Write the judgements into the ledger: one write for each batch, with those of all its recipients."""
    of_batches: dict[tuple[str, str], list[_Burst]] = {}
    for burst in bursts:
        if burst.judgement and not burst.fault:
            for batch, _ in burst.mails:
                of_batches.setdefault((burst.mailing, batch), []).append(burst)
    moments: dict[tuple[str, str], Moments] = {}
    for mailing in {mailing for mailing, _ in of_batches}:
        batches = [batch for each, batch in of_batches if each == mailing]
        try:
            moments |= {(mailing, batch): found for batch, found in ledger.moments(mailing, batches).items()}
        except Exception as fault:  # noqa: BLE001 (the other mailings go on)
            for batch in batches:
                _blame(of_batches[mailing, batch], fault)

    def mark(key: tuple[str, str]) -> None:
        try:
            _mark_batch(*key, of_batches[key], moments[key], app)
        except Exception as fault:  # noqa: BLE001 (the other batches go on)
            _blame(of_batches[key], fault)

    for _ in side_by_side(mark, moments):
        pass


def _mark_batch(mailing: str, batch: str, bursts: Iterable[_Burst], moments: Moments, app: Container) -> None:
    outline = app.mailings.outline(mailing, moments.variant)
    links = outline.links if outline else ()
    marks = {
        position: mark_of(burst.judgement, links)
        for burst in bursts
        for of_mail, position in burst.mails
        if burst.judgement and of_mail == batch and position < moments.size
    }
    app.visit_marks.put(mailing, batch, marks, moments.expires)


def _blame(bursts: Iterable[_Burst], fault: Exception) -> None:
    for burst in bursts:
        burst.fault = fault


def _follow(burst: _Burst, now: datetime, app: Container, follow: Follow) -> None:
    if burst.judgement and burst.reader:
        follow(burst.reader.id, burst.mailing, burst.judgement, now, app)


def _count(bursts: Sequence[_Burst]) -> None:
    """`VisitsFolded` are the visits that were kept; people and machines are readers, as judged with these visits."""
    judged = [burst for burst in bursts if burst.judgement]
    kinds = Counter(mark_of(burst.judgement, ()).person for burst in judged if burst.judgement)
    count("VisitsFolded", sum(len(burst.visits) for burst in judged))
    count("VisitorsPeople", kinds[True])
    count("VisitorsMachines", kinds[False])
