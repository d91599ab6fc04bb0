"""A known weakness stops us unless somebody excused it, until a day; a source that does not answer is said to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from supply.audit import KNOWN, WITNESS, Advisory, Asked, Excused, audit, judge, read_exceptions, read_report

TODAY = date(2026, 11, 28)
WEAK = Advisory("urllib3", "2.8.0", ("PYSEC-2026-1", "CVE-2026-1", "GHSA-1"), ("2.8.1",))
EXCUSED = Excused("CVE-2026-1", "urllib3", "no proxy here", date(2026, 12, 31))
ENTRY = '[[known]]\nid = "CVE-2026-1"\npackage = "urllib3"\nreason = "no proxy here"\nreview = 2026-12-31\n'


def test_a_weakness_stops_us_until_it_is_excused_by_any_of_its_names() -> None:
    ((stops, said),) = judge("lock.txt", [WEAK], [], TODAY)
    assert stops
    assert "lock.txt: urllib3 2.8.0 has PYSEC-2026-1, mended in 2.8.1. Raise it (`make lock`)" in said
    ((stops, said),) = judge("lock.txt", [WEAK], [EXCUSED], TODAY)
    assert not stops
    assert said.endswith("excused until 2026-12-31: no proxy here")


def test_an_excuse_ends_on_its_day_and_is_of_one_package() -> None:
    assert [stop for stop, _ in judge("lock.txt", [WEAK], [EXCUSED], date(2026, 12, 31))] == [True]
    other = Excused("CVE-2026-1", "idna", "no proxy here", date(2026, 12, 31))
    assert [stop for stop, _ in judge("lock.txt", [WEAK], [other], TODAY)] == [True]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ENTRY.replace('reason = "no proxy here"\n', ""), r"entry 1 \(CVE-2026-1\): it has id, package, review;"),
        (ENTRY.replace("no proxy here", " "), "reason is not empty"),
        (ENTRY.replace("2026-12-31", '"soon"'), "review is a day"),
        (ENTRY.replace("2026-12-31", "2028-12-31"), "half a year"),
    ],
)
def test_an_excuse_has_a_reason_and_a_day_that_is_near(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_exceptions(text, TODAY)


def test_the_excuses_of_the_repository_can_be_read() -> None:
    assert read_exceptions(ENTRY, TODAY) == [EXCUSED]
    read_exceptions(KNOWN.read_text("utf-8"), TODAY)


def test_a_mirror_that_knows_no_package_is_no_source() -> None:
    report = {"dependencies": [{"name": "idna", "skip_reason": "Dependency not found on PyPI"}]}
    assert read_report(json.dumps(report)) == "it knows none of our packages"


def test_a_source_that_knows_nothing_of_what_everybody_knows_is_none() -> None:
    ours, weak = {"name": "idna", "version": "3.20", "vulns": []}, [{"id": "X", "fix_versions": []}]
    witness = {"name": WITNESS[0], "version": WITNESS[1], "vulns": []}
    assert "no advisories" in str(read_report(json.dumps({"dependencies": [ours, witness]})))
    assert read_report(json.dumps({"dependencies": [ours, witness | {"vulns": weak}]})) == ([], frozenset())


def test_the_next_source_is_asked_and_which_one_answered_is_said() -> None:
    def ask(_lock: Path, source: Sequence[str]) -> Asked:
        return "away" if source == ["osv"] else ([], frozenset({"six"}))

    sources = [("OSV", ["osv"]), ("PyPI", ["pypi"])]
    lines, stops, everything = audit([Path("a.txt")], sources, [], TODAY, ask)
    assert lines == ["a.txt: nothing known against it at PyPI, which does not know six"]
    assert (stops, everything) == (False, True)
    lines, stops, everything = audit([Path("a.txt")], sources[:1], [], TODAY, ask)
    assert lines == ["a.txt: NOT held against advisories, no source answered (OSV: away)"]
    assert (stops, everything) == (False, False)
