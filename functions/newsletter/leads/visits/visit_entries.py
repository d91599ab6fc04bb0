"""Visits as they are stored: a short text for each, and what many of them have in common once."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from newsletter.leads.visits.evidence import NOT_OPENED, Evidence, Visit, VisitKind

KINDS = {VisitKind.LINK: "l", VisitKind.CANARY: "c", VisitKind.OFFER: "o", VisitKind.PRESS: "p", VisitKind.ANSWER: "a"}
HASH = 6
"""Characters (30 bits) by which a visit names its source; there are at most some dozens of them in an item."""
HOUR = timedelta(hours=1)


def hour_of(visit: Visit) -> str:
    """The hour in whose item the visit is: `2026-11-28T10`, UTC."""
    return f"{visit.at:%Y-%m-%dT%H}"


def start_of(hour: str) -> datetime:
    """When an hour begins."""
    return datetime.fromisoformat(f"{hour}:00:00+00:00")


def entries_of(visits: Iterable[Visit], most_sources: int) -> tuple[set[str], set[str]]:
    """The texts of visits of one hour, and of their sources. The same visit has the same text, however often it comes.

    Visits of further sources than so many are left out.

    A text is: milliseconds since the hour began, kind, source, key of the link; of a press or an answer also what it
    was like.
    """
    entries: set[str] = set()
    sources: set[str] = set()
    for visit in visits:
        source = _source(visit.evidence)
        name = base64.b32encode(hashlib.sha256(source.encode()).digest()).decode()[:HASH].lower()
        if name + source not in sources and len(sources) >= most_sources:
            continue
        since = (visit.at - start_of(hour_of(visit))) // timedelta(milliseconds=1)
        sources.add(name + source)
        entries.add(f"{since:06x}{KINDS[visit.kind]}{name}{visit.link}{_press(visit)}")
    return entries, sources


def visits_of(hour: str, entries: Iterable[str], sources: Iterable[str]) -> list[Visit]:
    """The inverse, in the order of time. Entries whose source is missing are left out."""
    known = {source[:HASH]: _evidence(source[HASH:]) for source in sources}
    begin = start_of(hour)
    return [_visit(entry, begin, known) for entry in sorted(entries) if entry[7 : 7 + HASH] in known]


def _visit(entry: str, begin: datetime, sources: Mapping[str, Evidence]) -> Visit:
    at = begin + timedelta(milliseconds=int(entry[:6], 16))
    kind = next(kind for kind, letter in KINDS.items() if letter == entry[6])
    link, *press = entry[7 + HASH :].split("~")
    age, from_page, typed = press or ("", "1", "")
    return Visit(
        at, kind, link, sources[entry[7 : 7 + HASH]], float(age) if age else None, bool(from_page), bool(typed)
    )


def _press(visit: Visit) -> str:
    """Age of the page, whether it was this page's, whether something was written; nothing for other visits."""
    if visit.kind not in NOT_OPENED:
        return ""
    age = "" if visit.page_age is None else f"{visit.page_age:.3f}"
    return f"~{age}~{'1' * visit.from_page}~{'1' * visit.typed}"


def _source(evidence: Evidence) -> str:
    """Headers are ASCII (RFC 9110, 5.5); anything else in them would only take room."""
    headers = {name: _ascii(value) for name, value in sorted(evidence.headers.items())}
    parts = [evidence.method, _ascii(evidence.user_agent), evidence.network, headers]
    return json.dumps(parts, separators=(",", ":"))


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()


def _evidence(source: str) -> Evidence:
    method, user_agent, network, headers = json.loads(source)
    return Evidence(method, user_agent, network, headers)
