"""Reads the corpus: tests/unit/leads/corpus/*.toml, traces of scanners and people with what they should be judged.

A trace has `name`, `who` made it (machine, person, both), `visits`, and which verdicts are right for its clicks and its
presses as a whole (`click`, `press`: any of those named). `held_out`: it was no part of choosing the thresholds.

A visit has `at` (seconds after delivery) and `by` (a program of browsers.toml) and `from` (network), and either `opens`
(keys of links, one after another `every` so many seconds; `canary` and `offer` are those) or `presses` (an offer), with
`page_age`, `from_page`, `typed`. `with` adds headers, `method` is GET unless said. `is` says who made it where `who` is
both; a press that is `nobody`'s counts for nothing, since our page asks for it again.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from newsletter.leads.visits.evidence import Evidence, Trace, Visit, VisitKind
from newsletter.leads.visits.verdict import VerdictKind

CORPUS = Path(__file__).parent / "corpus"
DELIVERED = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
BY_ITS_KEY = {"canary": VisitKind.CANARY, "offer": VisitKind.OFFER}


@dataclass(frozen=True)
class Case:
    """A trace of the corpus; `truth` says for each of its visits who made it."""

    name: str
    file: str
    held_out: bool
    trace: Trace
    truth: tuple[tuple[Visit, str], ...]
    click: tuple[VerdictKind, ...]
    press: tuple[VerdictKind, ...]


@cache
def cases() -> tuple[Case, ...]:
    """All traces, in the order of the files."""
    browsers = _read(CORPUS / "browsers.toml")
    return tuple(
        _case(path.stem, told, browsers)
        for path in sorted(CORPUS.glob("*.toml"))
        for told in _read(path).get("traces", [])
    )


@cache
def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def evidence(program: str, network: str, method: str = "GET", **headers: str) -> Evidence:
    """What a program of browsers.toml shows."""
    return _evidence(_read(CORPUS / "browsers.toml")[program], network, method, headers)


def _case(file: str, told: Mapping[str, Any], browsers: Mapping[str, Any]) -> Case:
    truth = tuple(
        (visit, row.get("is", told["who"])) for row in told["visits"] for visit in _visits(row, browsers[row["by"]])
    )
    assert {who for _, who in truth} <= {"person", "machine", "nobody"}, told["name"]
    return Case(
        name=told["name"],
        file=file,
        held_out=told.get("held_out", False),
        trace=Trace(tuple(visit for visit, _ in truth), DELIVERED, DELIVERED - timedelta(seconds=30)),
        truth=truth,
        click=tuple(map(VerdictKind, told.get("click", ()))),
        press=tuple(map(VerdictKind, told.get("press", ()))),
    )


def _visits(row: Mapping[str, Any], browser: Mapping[str, Any]) -> Iterator[Visit]:
    method = "POST" if "presses" in row else row.get("method", "GET")
    shown = _evidence(browser, row["from"], method, row.get("with", {}))
    at = DELIVERED + timedelta(seconds=row["at"])
    if "presses" in row:
        told = {name: row[name] for name in ("page_age", "from_page", "typed") if name in row}
        yield Visit(at, VisitKind.PRESS, row["presses"], shown, **told)
        return
    for number, link in enumerate(row["opens"]):
        moment = at + timedelta(seconds=number * row.get("every", 0))
        yield Visit(moment, BY_ITS_KEY.get(link, VisitKind.LINK), link, shown)


def _evidence(browser: Mapping[str, Any], network: str, method: str, more: Mapping[str, str]) -> Evidence:
    return Evidence(method, browser["agent"], network, {**browser["headers"], **more})
