"""What follows from the verdicts on single visits: on the clicks as a whole and on the presses, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from newsletter.leads.visits.evidence import NOT_OPENED, Visit, VisitKind
from newsletter.leads.visits.verdict import Judgement, Reason, Verdict, VerdictKind

MOST_REASONS = 4
LONGEST_READING = 1800
"""Seconds; a page that was open for longer was not read all the time."""
BEST_FIRST = (VerdictKind.PERSON, VerdictKind.UNSURE, VerdictKind.MACHINE)
TELLING_FIRST = (
    *("canary", "burst", "known_agent", "before_delivery", "no_page", "pressed_at_once", "burst_source", "too_soon"),
    *("head", "prefetch", "known_network", "elsewhere", "like_a_burst", "burst_source_later", "burst_agent"),
)
"""Codes of reasons in the order in which they convince; all others come after them."""


class Judged(NamedTuple):
    """A visit with its verdict. `since` are the seconds from delivery to it, None where not known.

    `reasons` say why it is not a person's, or what is odd about a person's.
    """

    visit: Visit
    kind: VerdictKind
    since: float | None
    reasons: tuple[Reason, ...]


def summary(judged: Sequence[Judged], version: str) -> Judgement:
    """The judgement for visits in the order of time, by rules of this version."""
    opened = [each for each in judged if each.visit.kind in (VisitKind.LINK, VisitKind.OFFER)]
    by_people = [each for each in opened if each.kind is VerdictKind.PERSON]
    return Judgement(
        verdicts=tuple((each.visit, each.kind) for each in judged),
        people=frozenset(each.visit.link for each in by_people),
        machines=frozenset(each.visit.link for each in opened if each.kind is not VerdictKind.PERSON),
        click=_click(judged, by_people, version),
        press=_press(judged, by_people, version),
        read_at=min((each.visit.at for each in by_people), default=None),
    )


def _click(judged: Sequence[Judged], by_people: Sequence[Judged], version: str) -> Verdict:
    if answered := _answered(judged):
        return Verdict(VerdictKind.PERSON, (*answered, *_opened(by_people), *_scanner(judged)), version)
    openings = [each for each in judged if each.visit.kind not in NOT_OPENED]
    if by_people:
        reasons = [*_opened(by_people), *_scanner(judged)]
        return Verdict(VerdictKind.PERSON, tuple(reasons), version)
    if not openings:
        return Verdict(VerdictKind.UNSURE, (Reason("no_click"),), version)
    kind = min((each.kind for each in openings), key=BEST_FIRST.index)
    return Verdict(kind, _why(each for each in openings if each.kind is kind), version)


def _press(judged: Sequence[Judged], by_people: Sequence[Judged], version: str) -> Verdict | None:
    presses = [each for each in judged if each.visit.kind is VisitKind.PRESS]
    best = min(presses, key=lambda each: BEST_FIRST.index(each.kind), default=None)
    if answered := _answered(judged):
        pressed = _pressed(best) if best and best.kind is VerdictKind.PERSON else []
        return Verdict(VerdictKind.PERSON, (*answered, *_opened(by_people), *pressed, *_scanner(judged)), version)
    if best is None:
        return None
    if best.kind is not VerdictKind.PERSON:
        return Verdict(best.kind, _why([best]), version)
    before = [each for each in by_people if each.visit.at <= best.visit.at]
    typed = [Reason("typed")] if best.visit.typed else []
    return Verdict(VerdictKind.PERSON, (*_opened(before), *_pressed(best), *typed, *_scanner(judged)), version)


def _answered(judged: Iterable[Judged]) -> list[Reason]:
    """That they answered the mail, which says more than whatever they opened."""
    own = [each.visit.from_page for each in judged if each.visit.kind is VisitKind.ANSWER]
    if not own:
        return []
    return [Reason("answered")] if any(own) else [Reason("answered"), Reason("answered_elsewhere")]


def _opened(by_people: Sequence[Judged]) -> list[Reason]:
    """What a person opened, and how long after delivery."""
    if not by_people:
        return []
    first = by_people[0]
    after: dict[str, str | int | float] = {} if first.since is None else {"after": round(first.since)}
    links = {each.visit.link for each in by_people if each.visit.kind is VisitKind.LINK}
    if not links:
        return [Reason("opened_offer" if after else "opened_offer_sometime", after)]
    return [Reason("opened_links" if after else "opened_links_sometime", {"links": len(links), **after})]


def _pressed(press: Judged) -> list[Reason]:
    age = press.visit.page_age
    if age is None:
        return []
    return [Reason("pressed_after_reading" if age <= LONGEST_READING else "pressed_left_open", {"during": round(age)})]


def _scanner(judged: Iterable[Judged]) -> list[Reason]:
    """That a scanner opened links as well, which is not held against the person."""
    links = {each.visit.link for each in judged if each.kind is VerdictKind.MACHINE and _is_burst(each)}
    return [Reason("apart_from_scanner", {"links": len(links)})] if links else []


def _is_burst(judged: Judged) -> bool:
    return any(reason.code in ("burst", "canary") for reason in judged.reasons)


def _why(judged: Iterable[Judged]) -> tuple[Reason, ...]:
    """The most telling reasons, each code once: the first of those that say most."""
    found: dict[str, Reason] = {}
    for each in judged:
        for reason in each.reasons:
            known = found.get(reason.code)
            if known is None or reason.values.get("links", 0) > known.values.get("links", 0):  # type: ignore[operator]
                found[reason.code] = reason
    ranks = {code: rank for rank, code in enumerate(TELLING_FIRST)}
    return tuple(sorted(found.values(), key=lambda reason: ranks.get(reason.code, len(ranks))))[:MOST_REASONS]
