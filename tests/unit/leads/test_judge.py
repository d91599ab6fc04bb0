"""judge: each signal by itself, and what holds for any trace."""

from __future__ import annotations

import random
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from newsletter.leads.visits.evidence import Evidence, Trace, Visit, VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.judging.bursts import AT_ONCE
from newsletter.leads.visits.rules import Rules, read_rules
from newsletter.leads.visits.verdict import Judgement, VerdictKind
from tests.support.mailings.templates import TEMPLATES
from tests.unit.leads.corpus_traces import DELIVERED, Case, cases, evidence

RULES = read_rules(TEMPLATES)
HOME, OFFICE, SCANNER = "91.152.1.0/24", "193.65.3.0/24", "185.70.42.0/24"
PERSON, MACHINE, UNSURE = VerdictKind.PERSON, VerdictKind.MACHINE, VerdictKind.UNSURE
any_case = st.sampled_from(cases())


def click(at: float, link: str = "a", by: Evidence | None = None, kind: VisitKind = VisitKind.LINK) -> Visit:
    return Visit(DELIVERED + timedelta(seconds=at), kind, link, by or evidence("chrome-windows", HOME))


def offer(at: float, by: Evidence | None = None) -> Visit:
    return click(at, "offer", by, VisitKind.OFFER)


def press(at: float, age: float | None = 35.0, by: Evidence | None = None, **more: bool) -> Visit:
    return replace(click(at, "offer", by, VisitKind.PRESS), page_age=age, **more)  # type: ignore[arg-type]


def burst(at: float, count: int = 8, by: Evidence | None = None, every: float = 0.2) -> list[Visit]:
    return [click(at + n * every, f"l{n}", by or evidence("steered-chrome", SCANNER)) for n in range(count)]


def judged(*visits: Visit, **known: object) -> Judgement:
    times = {"delivered_at": DELIVERED, **known}
    return judge(Trace(tuple(visits), **times), RULES)  # type: ignore[arg-type]


def kinds(judgement: Judgement) -> list[VerdictKind]:
    return [kind for _, kind in judgement.verdicts]


def codes(judgement: Judgement) -> set[str]:
    assert judgement.press
    return {reason.code for reason in judgement.press.reasons}


def test_a_lone_click_minutes_later_is_a_persons() -> None:
    found = judged(click(240))
    assert (found.click.kind, found.people, found.machines) == (PERSON, frozenset("a"), frozenset())
    assert found.press is None
    assert found.read_at == DELIVERED + timedelta(seconds=240)
    assert found.click.rules == RULES.version


def test_a_trace_without_visits_says_nothing() -> None:
    found = judged()
    assert (found.click.kind, found.press, found.read_at, found.people) == (UNSURE, None, None, frozenset())
    assert [reason.code for reason in found.click.reasons] == ["no_click"]


@pytest.mark.parametrize(
    ("visit", "kind"),
    [
        (click(-1), MACHINE),
        (click(1), PERSON),
        (click(6), PERSON),
        (click(1, by=evidence("chrome-through-proxy", HOME)), PERSON),
        (click(1, by=replace(evidence("pretender", HOME), headers={"accept": "text/html"})), MACHINE),
        (click(1, by=evidence("chrome-windows", "67.231.152.0/24")), UNSURE),
        (click(600, kind=VisitKind.CANARY), MACHINE),
        (click(600, by=evidence("chrome-windows", HOME, "HEAD")), MACHINE),
        (click(600, by=evidence("chrome-windows", HOME, **{"sec-purpose": "prefetch;prerender"})), MACHINE),
        (click(600, by=evidence("chrome-windows", HOME, purpose="prefetch")), MACHINE),
        (click(600, by=evidence("slack", HOME)), MACHINE),
        (click(600, by=evidence("firefox-private", HOME)), PERSON),
        (click(600, by=evidence("pretender", HOME)), MACHINE),
        (click(600, by=evidence("nothing", HOME)), MACHINE),
        (click(600, by=replace(evidence("pretender", HOME), headers={"accept": "text/html"})), UNSURE),
        (click(600, by=evidence("chrome-windows", "40.94.16.0/24")), UNSURE),
        (click(600, by=evidence("pretender", "40.94.16.0/24")), MACHINE),
    ],
)
def test_one_visit_by_itself(visit: Visit, kind: VerdictKind) -> None:
    assert kinds(judged(visit)) == [kind]


def test_a_browser_that_says_its_language_and_little_else_is_a_persons() -> None:
    little = Evidence("GET", evidence("chrome-windows", HOME).user_agent, HOME, {"accept-language": "fi"})
    found = judged(click(600, by=little), offer(640, little), press(660, 20, little))
    assert kinds(found) == [PERSON, PERSON, PERSON]


def test_no_missing_header_alone_makes_a_machine() -> None:
    whole = evidence("chrome-windows", HOME)
    for name in whole.headers:
        less = replace(whole, headers={each: value for each, value in whole.headers.items() if each != name})
        assert judged(click(600, by=less), offer(700, less), press(735, by=less)).press.kind is PERSON  # type: ignore[union-attr]
        assert judged(click(600, by=less)).click.kind is PERSON


@pytest.mark.parametrize(
    ("visit", "kind", "code"),
    [
        (press(700), PERSON, "pressed_after_reading"),
        (press(700, 7200), PERSON, "pressed_left_open"),
        (press(700, typed=True), PERSON, "typed"),
        (press(4, 2), PERSON, "pressed_after_reading"),
        (press(700, 0.9), MACHINE, "pressed_at_once"),
        (press(700, None), MACHINE, "no_page"),
        (press(700, from_page=False), UNSURE, "elsewhere"),
        (press(700, by=evidence("pretender", HOME), from_page=False), MACHINE, "elsewhere"),
        (press(700, by=evidence("curl", HOME)), MACHINE, "known_agent"),
        (press(-2), MACHINE, "before_delivery"),
    ],
)
def test_one_press_by_itself(visit: Visit, kind: VerdictKind, code: str) -> None:
    found = judged(visit)
    assert found.press
    assert found.press.kind is kind
    assert code in codes(found)


def test_a_quick_press_by_a_plain_person_is_a_persons_and_so_is_their_way_to_it() -> None:
    found = judged(offer(1.5), press(3.6, 2.1))
    assert kinds(found) == [PERSON, PERSON]


def test_a_press_by_the_source_of_a_burst_is_a_machines_and_much_later_nobodys() -> None:
    scanner = evidence("steered-chrome", SCANNER)
    assert judged(*burst(8), press(20, 5, scanner)).press.kind is MACHINE  # type: ignore[union-attr]
    assert judged(*burst(8), press(4000, 35, scanner)).press.kind is UNSURE  # type: ignore[union-attr]
    assert judged(*burst(8), press(20, 5)).press.kind is PERSON  # type: ignore[union-attr]


def test_a_quick_click_is_a_persons_until_a_burst_or_the_canary_is_seen_around_it() -> None:
    scanner = evidence("steered-chrome", SCANNER)
    assert judged(click(2, by=scanner)).click.kind is PERSON
    assert judged(click(2, by=scanner), *burst(3)).click.kind is MACHINE
    assert judged(click(2, by=scanner), click(4, "canary", scanner, VisitKind.CANARY)).click.kind is MACHINE
    assert judged(click(2), *burst(3)).people == {"a"}


def test_the_canary_marks_what_its_source_does_next_to_it() -> None:
    other = evidence("steered-chrome", SCANNER)
    found = judged(click(600, "canary", other, VisitKind.CANARY), click(603, "a", other), click(605, "b"))
    assert kinds(found) == [MACHINE, MACHINE, PERSON]
    assert found.machines == {"a"}


def test_a_browser_that_loads_links_ahead_costs_its_reader_no_click_and_leaves_their_press_unsure() -> None:
    """A program may say that it loads ahead, too; a single page loaded ahead says nothing."""
    ahead = evidence("chrome-windows", HOME, purpose="prefetch", **{"sec-purpose": "prefetch"})
    many = burst(600, 8, ahead)
    found = judged(*many, click(601, "b"), offer(604), press(640))
    assert [kind for visit, kind in found.verdicts if visit.evidence is ahead] == [MACHINE] * 8
    assert found.click.kind is UNSURE
    assert found.press
    assert found.press.kind is UNSURE
    assert judged(offer(600, ahead), press(640)).press.kind is PERSON  # type: ignore[union-attr]


def test_the_best_of_several_presses_counts() -> None:
    found = judged(press(700, 0.3), press(720, 20), press(730, None))
    assert found.press
    assert found.press.kind is PERSON


def test_the_page_that_a_program_pressed_was_seen_by_the_program() -> None:
    assert kinds(judged(offer(600), press(600.4, 0.4))) == [MACHINE, MACHINE]


def test_without_the_time_of_delivery_that_of_sending_counts() -> None:
    (reason,) = judged(click(3), delivered_at=None, sent_at=DELIVERED).click.reasons
    assert reason.values["after"] == 3
    assert judged(click(90), delivered_at=None, sent_at=DELIVERED).click.kind is PERSON
    assert judged(click(90), delivered_at=None).click.kind is PERSON
    before = judged(click(-90), sent_at=DELIVERED - timedelta(seconds=30))
    assert before.click.kind is PERSON, "a mail that was not sent cannot be scanned: a clock is wrong"


@given(any_case, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(case: Case, chance: random.Random) -> None:
    visits = [*case.trace.visits, *chance.sample(case.trace.visits, len(case.trace.visits) // 2)]
    chance.shuffle(visits)
    assert judge(replace(case.trace, visits=tuple(visits)), RULES) == judge(case.trace, RULES)


@given(any_case, st.integers(0, 50), st.sampled_from([RULES, Rules()]))
def test_evidence_that_comes_later_leads_to_the_verdict_of_the_whole(case: Case, first: int, rules: Rules) -> None:
    """The store is a union: whatever came first, the last judgement is that of all visits."""
    visits = case.trace.visits
    part = replace(case.trace, visits=visits[:first])
    judge(part, rules)
    assert judge(replace(part, visits=(*visits[first:], *part.visits)), rules) == judge(case.trace, rules)


@given(any_case, st.data())
def test_a_burst_of_another_source_takes_nobody_elses_verdict_away(case: Case, data: st.DataObject) -> None:
    """At another time or at the same: who was a person stays one, for presses and for clicks."""
    beside = data.draw(st.sampled_from(case.trace.visits)).at - DELIVERED
    at = beside.total_seconds() + data.draw(st.floats(-70, 70))
    count, every = data.draw(st.integers(7, 30)), data.draw(st.floats(0.01, 0.4))
    scanner = Evidence("GET", "another scanner", "198.51.100.0/24", {})
    more = burst(at, count, scanner, every)
    if data.draw(st.booleans()):
        more.append(click(at + 1, "canary", scanner, VisitKind.CANARY))
    before = judge(case.trace, RULES)
    after = judge(replace(case.trace, visits=(*case.trace.visits, *more)), RULES)
    kept = {id(visit): kind for visit, kind in after.verdicts}
    persons = [visit for visit, who in case.truth if who == "person"]
    assume(all(_alone(visit, case.trace) for visit in persons))
    for visit, kind in before.verdicts:
        if any(visit is person for person in persons):
            assert kept[id(visit)] is kind
    if persons and before.press:
        assert after.press
        assert after.press.kind is before.press.kind


def _alone(visit: Visit, trace: Trace) -> bool:
    """Whether every request of the trace within ten seconds came from the same network."""
    beside = [each for each in trace.visits if abs((each.at - visit.at).total_seconds()) <= AT_ONCE]
    return {each.evidence.network for each in beside} == {visit.evidence.network}


@given(st.integers(0, 2**32 - 1))
def test_a_few_requests_that_are_left_of_a_burst_still_hold_its_press(seed: int) -> None:
    """Of a burst of 30 links within six seconds, any eight that are stored are enough; so is the canary alone."""
    chance = random.Random(seed)  # noqa: S311 (a test)
    scanner = evidence("steered-chrome", SCANNER)
    whole = burst(300, 30, scanner)
    pressed = press(312, 5, scanner)
    assert judged(*chance.sample(whole, 8), pressed).press.kind is not PERSON  # type: ignore[union-attr]
    canary = click(303, "canary", scanner, VisitKind.CANARY)
    assert judged(canary, pressed).press.kind is MACHINE  # type: ignore[union-attr]


@given(any_case, st.randoms(use_true_random=False))
def test_what_a_press_shows_by_itself_holds_whatever_else_is_lost(case: Case, chance: random.Random) -> None:
    own = ("known_agent", "no_page", "pressed_at_once", "before_delivery", "elsewhere", "known_network")
    for visit in case.trace.visits:
        if visit.kind is VisitKind.PRESS:
            rest = [other for other in case.trace.visits if other is not visit and other.kind is not VisitKind.PRESS]
            alone = judge(replace(case.trace, visits=(visit,)), RULES)
            some = judge(replace(case.trace, visits=(visit, *chance.sample(rest, len(rest) // 2))), RULES)
            assert alone.press
            assert some.press
            if any(reason.code in own for reason in alone.press.reasons):
                assert PERSON not in (alone.press.kind, some.press.kind)


def hostile(count: int) -> Trace:
    """As many visits as a trace can have, each with its own network, agent and headers, many of them at once."""
    visits = [
        Visit(
            DELIVERED + timedelta(milliseconds=n * 37 % 500_000),
            VisitKind.PRESS if n % 50 == 0 else VisitKind.LINK,
            f"link{n % 400}",
            Evidence("GET", f"Mozilla/5.0 {n} " + "x" * 200, f"{n % 200}.{n // 200}.7.0/24", {"accept": "a" * 200}),
            page_age=float(n % 90) if n % 50 == 0 else None,
        )
        for n in range(count)
    ]
    return Trace(tuple(visits), DELIVERED)


def test_a_hostile_trace_takes_no_more_steps_for_each_visit_than_a_short_one() -> None:
    """Eight times the visits take about eight times as many calls; a quadratic judge would need 64 times."""

    def calls(trace: Trace) -> int:
        counted = Counter[str]()
        sys.setprofile(lambda _frame, event, _argument: counted.update([event]))
        try:
            judge(trace, Rules(bursts=RULES.bursts))
        finally:
            sys.setprofile(None)
        return counted["call"] + counted["c_call"]

    short, whole = hostile(1_000), hostile(8_000)
    at_once = tuple(replace(visit, at=DELIVERED) for visit in whole.visits)
    steps = calls(short)
    assert calls(whole) < 12 * steps
    assert calls(replace(whole, visits=at_once)) < 12 * steps
