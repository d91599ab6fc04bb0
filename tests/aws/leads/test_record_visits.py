"""Visits are folded, kept and counted right, however often, late and out of order they come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.container import app
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.leads.visits.record_visits import record_visits
from newsletter.leads.visits.rules import read_rules
from newsletter.leads.visits.verdict import Judgement
from newsletter.leads.visits.visits_store import MOST_OTHERS, MOST_VISITS
from newsletter.mailings.mailing import Audience, Kind, Mailing, Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws import clients as aws
from newsletter.platform.messages import Message, SettleDoubt, Visited, VisitsTogether
from newsletter.readers.subscriber import Status
from newsletter.reports.report_as_json import report_as_json
from newsletter.reports.report_mailing import report_mailing
from newsletter.reports.words.visit_words import brought_in_words
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.cloud import Cloud

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINKS = [(f"link{number:06}", f"https://blog.example.com/{number}") for number in range(35)]
VARIANT = Variant("fi", "Otsikko", "", "", ())
READERS = tuple(f"reader{number:020}" for number in range(50))
SENT = {"accept": "text/html", "accept-language": "fi", "sec-fetch-mode": "navigate", "sec-fetch-user": "?1"}
CHROME = {
    "method": "GET",
    "user_agent": "Mozilla/5.0 Chrome/130",
    "network": "192.0.2.0/24",
    "headers": SENT,
}
SHOWN = Evidence("GET", "Mozilla/5.0 Chrome/130", "192.0.2.0/24", SENT)
PRESS = Visit(NOON, VisitKind.PRESS, "sparraus", Evidence("POST", "x", "", {}), page_age=7.25, typed=True)


@pytest.fixture(autouse=True)
def mailing(cloud: Cloud) -> None:
    """A campaign of 35 links to fifty readers who are not in the table of readers, which lets their visits be kept."""
    assert cloud.mails() == []
    app.mailings.create(Mailing("m", Kind.CAMPAIGN, NOON, Audience(), "Otsikko", offer="sparraus"))
    app.mailings.put_variant("m", VARIANT, LINKS)
    app.deliveries.claim(Batch("m", "a0-1", VARIANT.key, READERS), "a" * 50, {}, NOON)


def visited(
    reader: int = 0, link: str = LINKS[0][0], at: float = 0.0, kind: VisitKind = VisitKind.LINK, **shown: Any
) -> Visited:
    """A visit `at` seconds after noon."""
    ms = int(NOON.timestamp() * 1000 + at * 1000)
    return Visited(READERS[reader], "m", "a0-1", reader, kind, link, ms, {**CHROME, **shown})


def read(reader: int = 0, link: str = LINKS[0][0], at: float = 900.0, kind: VisitKind = VisitKind.LINK) -> Visited:
    """What a person does, from elsewhere than the scanner before their mailbox and with another browser."""
    return visited(reader, link, at, kind, network="203.0.113.0/24", user_agent="Mozilla/5.0 Firefox/60")


def scan(reader: int = 0, at: float = 5.0) -> list[Visited]:
    """What a scanner does, in a browser and from a network of its own: every link within two seconds."""
    return [
        visited(reader, key, at + number / 20, user_agent="Mozilla/5.0 Firefox/146", network="198.51.100.0/24")
        for number, (key, _) in enumerate(LINKS)
    ]


def record(messages: Sequence[Message]) -> list[Exception | None]:
    return record_visits(messages, NOON + timedelta(hours=1), app)


def report() -> dict[str, Any]:
    return report_as_json(report_mailing("m", app, now=NOON + timedelta(hours=2)))


@pytest.fixture
def writes() -> Iterator[Counter[str]]:
    """Writes by table."""
    counted: Counter[str] = Counter()

    def count(model: Any, params: Any, **_: Any) -> None:
        if model.name in ("UpdateItem", "PutItem"):
            counted["Subscribers" if b"visit#" in params["body"] else "Deliveries"] += 1

    events = aws.client("dynamodb").meta.events
    events.register("before-call", count)
    yield counted
    events.unregister("before-call", count)


def test_the_links_that_scanners_open_are_one_write_for_each_reader_and_one_for_the_batch(
    writes: Counter[str],
) -> None:
    assert record([each for reader in range(10) for each in scan(reader)]) == [None] * 350
    assert writes == {"Subscribers": 10, "Deliveries": 1}


def test_people_and_machines_are_counted_apart() -> None:
    record(
        [
            *scan(0),
            *scan(1),
            read(1, LINKS[3][0], 900),
            read(2, LINKS[3][0], 3_700),
            read(2, LINKS[4][0], 3_800),
        ]
    )
    said = report()
    assert (said["people"], said["machines"]) == (2, 1)
    links = {link["url"]: (link["people"], link["machines"]) for link in said["links"]}
    assert links == {url: (2 if key == LINKS[3][0] else 1 if key == LINKS[4][0] else 0, 2) for key, url in LINKS}
    assert said["links"][0] == {"url": LINKS[3][1], "people": 2, "machines": 2}
    assert said["hours"] == [{"hour": 0, "people": 1, "machines": 2}, {"hour": 1, "people": 1, "machines": 0}]
    (variant,) = said["variants"]
    assert {name: variant[name] for name in ("language", "subject", "recipients", "people", "machines")} == {
        "language": "fi",
        "subject": "Otsikko",
        "recipients": 50,
        "people": 2,
        "machines": 2,
    }
    assert said["certificate"]["clicked"] == 2
    assert said["standings"] == {"clicked": 2, "delivered": 1, "accepted": 47}


def test_visits_are_judged_by_the_rules_of_the_templates() -> None:
    """A program and a network of scanners.toml, each with what a browser sends."""
    outlook = "Mozilla/5.0 (Windows NT 10.0) Chrome/70 OneOutlook/1.2023.927.100"
    record(
        [
            visited(0, at=900),
            visited(1, at=900, user_agent=outlook),
            visited(2, at=900, network="67.231.152.0/24"),
        ]
    )
    assert (report()["people"], report()["machines"]) == (1, 2)
    assert app.scanner_rules == read_rules(TEMPLATES)


def test_visits_of_one_message_are_recorded_as_those_of_several_and_fail_together() -> None:
    together = VisitsTogether(tuple(vars(visit) for visit in (*scan(), visited(1, at=900))))
    assert record([together, VisitsTogether(({"strange": 1},))])[0] is None
    assert (report()["people"], report()["machines"]) == (1, 1)
    beside = VisitsTogether((vars(visited(2, at=900)), {**vars(visited(3)), "kind": "strange"}))
    assert [type(fault) for fault in record([beside, visited(4, at=900)])] == [ValueError, type(None)]


def test_who_looks_at_the_offer_and_what_became_of_it_is_said() -> None:
    record([read(0, "sparraus", 900, VisitKind.OFFER), read(1, LINKS[0][0], 900), *scan(2)])
    for what, position in (("lead", 0), ("won", 0)):
        app.deliveries.add_event("m", "a0-1", what, position)
    said = report()
    assert [said[name] for name in ("people", "machines", "offers", "leads", "won")] == [2, 1, 1, 1, 1]
    words = brought_in_words(report_mailing("m", app, now=NOON))
    assert words == (
        "It brought: 2 people clicked, 1 looked at the offer, 1 lead, 1 won. Of 1 more recipient, only machines"
        " clicked."
    )


def test_a_person_who_comes_after_the_scanner_is_no_machine_any_more() -> None:
    record(scan())
    assert (report()["people"], report()["machines"]) == (0, 1)
    record([read(at=7_200)])
    assert (report()["people"], report()["machines"]) == (1, 0)


def test_the_first_links_of_a_burst_are_taken_back_when_the_rest_comes() -> None:
    record(scan()[:1])
    assert report()["people"] == 1
    record(scan()[1:])
    assert (report()["people"], report()["machines"]) == (0, 1)


MESSAGES = [
    *scan(0),
    *scan(1, 8.0),
    read(1, LINKS[3][0], 900),
    read(2, LINKS[3][0], 4_000),
    visited(3, "canary", 6, VisitKind.CANARY),
]


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 12))
def test_any_order_repetition_and_division_ends_the_same(cloud: Cloud, seed: int, pieces: int) -> None:
    for item in cloud.client("dynamodb").scan(TableName=app.settings.subscribers_table)["Items"]:
        if "visit#" in item["record"]["S"]:
            key = {name: item[name] for name in ("id", "record")}
            cloud.client("dynamodb").delete_item(TableName=app.settings.subscribers_table, Key=key)
    draw = Random(seed)  # noqa: S311 (the same story for the same seed)
    drawn = [*MESSAGES, *draw.sample(MESSAGES, 20)]
    draw.shuffle(drawn)
    for begin in range(pieces):
        assert record(drawn[begin::pieces]) == [None] * len(drawn[begin::pieces])
    said = report()
    assert (said["people"], said["machines"]) == (2, 2)
    assert {link["url"]: (link["people"], link["machines"]) for link in said["links"]} == {
        url: (2 if key == LINKS[3][0] else 0, 2) for key, url in LINKS
    }
    assert len(app.visits.trace_of(READERS[0], "m").visits) == 35


def test_of_two_judgements_that_cross_the_one_that_knew_more_stays() -> None:
    record(scan())
    before = app.deliveries.record("m", "a0-1")
    assert before is not None
    late = {0: before.visits[0].__class__(1, person=True, people=frozenset({0}), read_at=NOON)}
    app.visit_marks.put("m", "a0-1", {**late, 5: before.visits[0]}, NOON + timedelta(days=9))
    after = app.deliveries.record("m", "a0-1")
    assert after is not None
    assert after.visits == {0: before.visits[0], 5: before.visits[0]}, "the other one of the same write is kept"


def test_one_that_fails_holds_up_nobody_and_comes_again_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    followed: list[str] = []

    def follow(subscriber: str, _mailing: str, judgement: Judgement, *_: Any) -> None:
        if subscriber == READERS[1]:
            raise RuntimeError("no")
        assert judgement.verdicts
        followed.append(subscriber)

    messages: list[Message] = [visited(0), visited(1), SettleDoubt("m", "b"), visited(2, kind="dream"), visited(3)]  # type: ignore[arg-type]
    messages.append(visited(4, at=1e20))
    faults = record_visits(messages, NOON, app, follow)
    assert [type(fault).__name__ for fault in faults] == [
        "NoneType",
        "RuntimeError",
        "MalformedMessage",
        "ValueError",
        "NoneType",
        "OverflowError",
    ]
    assert followed == [READERS[0], READERS[3]]

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("throttled")

    monkeypatch.setattr(app.deliveries, "moments", broken)
    assert [bool(fault) for fault in record([visited(4)])] == [True]


def test_a_visit_to_a_mail_that_the_ledger_does_not_know_is_kept_and_marked_nowhere() -> None:
    strange = Visited(READERS[0], "m", "none", 0, VisitKind.LINK, LINKS[0][0], 0, CHROME)
    beyond = Visited(READERS[0], "m", "a0-1", 60, VisitKind.LINK, LINKS[0][0], int(NOON.timestamp() * 1000), CHROME)
    assert record([strange, beyond]) == [None, None]
    assert report()["people"] == 0
    assert len(app.visits.trace_of(READERS[0], "m").visits) == 1, "that of 1970 has expired"


def test_a_trace_says_when_the_mail_was_sent_and_delivered_and_survives_the_table() -> None:
    record([visited(7, at=30.123)])
    app.visits.add(READERS[7], "m", [PRESS], "a0-1", 7, NOON)
    assert app.visits.trace_of(READERS[7], "m").delivered_at is None
    app.deliveries.add_events("m", "a0-1", {"delivered": {7}}, {7: NOON + timedelta(seconds=3)})
    trace = app.visits.trace_of(READERS[7], "m")
    assert (trace.sent_at, trace.delivered_at) == (NOON, NOON + timedelta(seconds=3))
    assert trace.visits == (
        PRESS,
        Visit(
            NOON + timedelta(seconds=30, milliseconds=123),
            VisitKind.LINK,
            LINKS[0][0],
            SHOWN,
        ),
    )
    assert app.visits.of_subscriber(READERS[7]) == {"m": trace}


def test_who_does_not_let_visits_be_kept_leaves_none_but_a_press(cloud: Cloud) -> None:
    cloud.subscribe("maija@example.com")
    (item,) = (each for each in cloud.items("Subscribers") if each["record"]["S"] == "profile")
    subscriber = item["id"]["S"]
    app.subscribers.deactivate(subscriber, Status.UNSUBSCRIBED, "page", NOON)
    link = Visit(NOON, VisitKind.LINK, LINKS[0][0], PRESS.evidence)
    assert not app.visits.add(subscriber, "m", [link], "a0-1", 0, NOON)
    assert app.visits.add(subscriber, "m", [link, PRESS], "a0-1", 0, NOON)
    assert app.visits.trace_of(subscriber, "m").visits == (PRESS,)


def test_a_scanner_that_never_ends_fills_no_item_and_keeps_no_press_out() -> None:
    for part in range(4):
        many = [visited(at=part * 300 + number, user_agent=f"agent {number % 70}") for number in range(200)]
        assert record(many) == [None] * 200
    assert app.visits.add(READERS[0], "m", [PRESS], "a0-1", 0, NOON)
    visits = app.visits.trace_of(READERS[0], "m").visits
    assert PRESS in visits
    assert 150 <= len(visits) <= MOST_VISITS + MOST_OTHERS
