"""The parts of a report add up to the report, whatever became of each mail and in whichever shards it was counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.mailings_store import VariantOutline
from newsletter.reports.certificate import count_certificate, recipient_lines
from newsletter.reports.groups.count_groups import count_groups
from newsletter.reports.groups.groups import EARLIER, NEW, GroupCount, Groups, from_stored
from newsletter.sending.feedback.visit_marks import VisitMark
from newsletter.sending.ledger import BatchRecord, BatchStatus
from newsletter.sending.ses.bounce_reason import BounceReason
from newsletter.sending.ses.bounce_reason import from_stored as read_reason
from tests.support.mailings.ledger_records import batch_of, records

OUTLINES = {
    "fi-x": VariantOutline("fi", "Kevät", ("aaa", "bbb", "ccc")),
    "sv-x": VariantOutline("sv", "Vår", ("bbb",)),
}
TOPICS = {"aaa": ("linkedin",), "bbb": ("linkedin", "nakyvyys")}
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
REASONS = st.sampled_from(
    [BounceReason("Permanent", "General", "5.1.1"), BounceReason("Transient", "MailboxFull", "4.2.2")]
)


@st.composite
def marks(draw: st.DrawFn) -> VisitMark:
    places = st.frozensets(st.integers(0, 2), max_size=3)
    return VisitMark(1, draw(st.booleans()), draw(st.booleans()), people=draw(places), machines=draw(places))


@st.composite
def batches(draw: st.DrawFn) -> list[BatchRecord]:
    found = []
    for number, size in enumerate(draw(st.lists(st.integers(1, 6), max_size=5))):
        record = draw(records(number, size))
        positions = st.integers(0, size - 1)
        left = record.positions.get("unsubscribed", frozenset())
        found.append(
            replace(
                record,
                batch=replace(batch_of(number, size), variant=draw(st.sampled_from(sorted(OUTLINES)))),
                visits=draw(st.dictionaries(positions, marks())),
                bounces=draw(st.dictionaries(REASONS, st.frozensets(positions))),
                new_readers=draw(st.frozensets(positions)),
                left_why={each: draw(st.sampled_from(["too_often", "other+", "+", ""])) for each in left},
            )
        )
    return found


def count(found: list[BatchRecord]) -> Groups:
    lines = recipient_lines(found, [record.batch for record in found])
    return count_groups(found, lines, OUTLINES.get, TOPICS)


@given(batches())
def test_languages_readers_bounces_and_reasons_add_up_to_the_certificate(found: list[BatchRecord]) -> None:
    planned = [record.batch for record in found]
    lines = recipient_lines(found, planned)
    sums = count_certificate(sum(len(batch.recipients) for batch in planned), found, lines)
    groups = count(found)
    for part in (groups.languages, groups.readers):
        assert sum(counted.mails for counted in part.values()) == sums.accepted
        assert sum(counted.people for counted in part.values()) == sums.clicked
        assert sum(counted.left for counted in part.values()) == sums.unsubscribed
    assert sum(groups.reasons.values()) == sums.unsubscribed
    assert groups.in_words <= sums.unsubscribed
    for_good = {reason: mails for reason, mails in groups.bounces.items() if read_reason(reason).for_good}
    assert sum(groups.bounces.values()) == sums.bounced + sums.soft_bounced
    assert sum(for_good.values()) >= sums.bounced
    for counted in groups.topics.values():
        assert counted.people <= sums.clicked
        assert counted.mails <= sums.accepted


@given(batches(), st.randoms())
def test_parts_counted_apart_are_the_whole_and_survive_the_table(found: list[BatchRecord], chance: object) -> None:
    shuffled = sorted(found, key=lambda _: chance.random())  # type: ignore[attr-defined]
    cuts = [0, len(found) // 3, len(found) // 2, len(found)]
    parts = sum((count(shuffled[a:b]) for a, b in pairwise(cuts)), Groups())
    assert parts == count(found)
    assert from_stored(parts.stored) == parts


def test_people_count_for_the_topics_of_the_articles_that_they_opened() -> None:
    record = BatchRecord(
        replace(batch_of(0, 4), variant="fi-x"),
        BatchStatus.DONE,
        "aaas",
        1,
        AT,
        positions={"unsubscribed": frozenset({1}), "bounced": frozenset({2})},
        visits={
            0: VisitMark(2, person=True, people=frozenset({0, 1})),
            1: VisitMark(1, person=True, people=frozenset({2})),
            2: VisitMark(1, machine=True, machines=frozenset({0})),
        },
        bounces={BounceReason("Permanent", "General", "5.1.1"): frozenset({2})},
        left_why={1: "off_topic+"},
        new_readers=frozenset({1, 3}),
    )
    assert count([record]) == Groups(
        {("fi", "Kevät"): (GroupCount(3, 2, 1), "fi-x")},  # type: ignore[dict-item]
        {"linkedin": GroupCount(3, 1, 1), "nakyvyys": GroupCount(3, 1, 1)},
        {NEW: GroupCount(1, 1, 1), EARLIER: GroupCount(2, 1, 0)},
        {"Permanent_General_5_1_1": 1},
        {"off_topic": 1},
        1,
    )
