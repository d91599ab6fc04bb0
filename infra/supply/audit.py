"""Holds the locks against advisories (pip-audit), where a source of them answers.

    python -m supply.audit [--required] [--osv-url URL]

Exits with 1 at a known weakness that advisories.toml does not list, or lists with a day that has come; with --required
also where no source answers. Without it, that is said and nothing fails: a builder without network builds all the same.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

ROOT = Path(__file__).parents[2]
KNOWN = Path(__file__).parent / "advisories.toml"
SHIPPED = ROOT / "functions/requirements.txt"
TOOLS = (ROOT / "infra/requirements/test.txt", ROOT / "infra/requirements/deploy.txt")
LONGEST = timedelta(days=184)
PATIENCE = 180
"""Seconds for one lock and source; a source answers package by package."""


@dataclass(frozen=True)
class Advisory:
    """One weakness of the locked version of a package. `names` are its ids in all lists, the source's own first."""

    package: str
    version: str
    names: tuple[str, ...]
    mended_in: tuple[str, ...]


WITNESS = ("django", "1.11")
"""A version that every list has weaknesses of: a source that knows none of these (a proxy's page, an empty mirror that
answers politely) knows none of ours either.
"""

Asked: TypeAlias = tuple[list[Advisory], frozenset[str]] | str
"""Advisories and the names of packages that the source does not know; or why it gave no answer."""


@dataclass(frozen=True)
class Excused:
    """An entry of advisories.toml."""

    id: str
    package: str
    reason: str
    review: date


def read_exceptions(text: str, today: date) -> list[Excused]:
    """Raises ValueError that names the entry and what is wrong with it."""
    found = []
    for number, entry in enumerate(tomllib.loads(text).get("known", []), 1):
        where = f"{KNOWN.name}: entry {number} ({entry.get('id', 'no id')})"
        if set(entry) != {"id", "package", "reason", "review"}:
            raise ValueError(f"{where}: it has {', '.join(sorted(entry))}; id, package, reason and review are wanted")
        if type(entry["review"]) is not date or not str(entry["reason"]).strip():
            raise ValueError(f"{where}: review is a day, such as 2027-01-31, and reason is not empty")
        if entry["review"] > today + LONGEST:
            raise ValueError(f"{where}: review is more than half a year ahead")
        found.append(Excused(**entry))
    return found


def ask(lock: Path, source: Sequence[str]) -> Asked:
    """What pip-audit says of a lock. It reads pins and hashes, and installs nothing."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--requirement", str(lock)]
    with TemporaryDirectory() as folder:
        witness = Path(folder) / "witness.txt"
        witness.write_text(f"{'=='.join(WITNESS)} --hash=sha256:{'0' * 64}\n", encoding="utf-8")
        return _run([*command, "--requirement", str(witness)], source)


def _run(command: Sequence[str], source: Sequence[str]) -> Asked:
    options = ["--progress-spinner", "off", "--timeout", "10", "--format", "json", "--vulnerability-service", *source]
    try:
        ran = subprocess.run(  # noqa: S603 (our own words)
            [*command, *options], capture_output=True, text=True, check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PATIENCE} seconds"
    return read_report(ran.stdout) if ran.stdout.startswith("{") else _last_line(ran.stderr)


def read_report(text: str) -> Asked:
    """A report of pip-audit. Where the source knows none of the packages, or nothing against the witness, it is none:
    a mirror without advisories.
    """
    found: list[Advisory] = []
    unknown: set[str] = set()
    everything: list[dict[str, Any]] = json.loads(text)["dependencies"]
    dependencies = [each for each in everything if each["name"] != WITNESS[0]]
    for each in dependencies:
        if "skip_reason" in each:
            unknown.add(each["name"])
            continue
        for one in each["vulns"]:
            names = (one["id"], *one.get("aliases", ()))
            found.append(Advisory(each["name"], each["version"], names, tuple(one["fix_versions"])))
    if len(unknown) == len(dependencies):
        return "it knows none of our packages"
    if not any(each.get("vulns") for each in everything if each not in dependencies):
        return f"it does not know what is wrong with {' '.join(WITNESS)}, so it has no advisories"
    return found, frozenset(unknown)


def judge(
    lock: str, found: Iterable[Advisory], exceptions: Sequence[Excused], today: date
) -> Iterator[tuple[bool, str]]:
    """Whether an advisory stops us, and what to say of it."""
    for each in found:
        listed = next((one for one in exceptions if one.id in each.names and one.package == each.package), None)
        mended = f"mended in {', '.join(each.mended_in)}" if each.mended_in else "not mended in any version"
        said = f"{lock}: {each.package} {each.version} has {each.names[0]}, {mended}"
        if listed is None:
            yield True, f"{said}. Raise it (`make lock`), or list it in infra/supply/{KNOWN.name} with a reason"
        elif listed.review <= today:
            yield True, f"{said}; it was excused until {listed.review} ({listed.reason}): look again"
        else:
            yield False, f"{said}; excused until {listed.review}: {listed.reason}"


def audit(
    locks: Sequence[Path],
    sources: Sequence[tuple[str, Sequence[str]]],
    exceptions: Sequence[Excused],
    today: date,
    ask: Callable[[Path, Sequence[str]], Asked] = ask,
) -> tuple[list[str], bool, bool]:
    """Lines to print, whether something stops us, and whether every lock was held against some source."""
    lines: list[str] = []
    stops, everything = False, True

    def one(lock: Path) -> tuple[list[str], bool, bool]:
        refused = []
        for name, source in sources:
            answer = ask(lock, source)
            if isinstance(answer, str):
                refused.append(f"{name}: {answer}")
                continue
            found, unknown = answer
            said = list(judge(lock.name, found, exceptions, today))
            left = f", which does not know {', '.join(sorted(unknown))}" if unknown else ""
            clean = [] if said else [f"{lock.name}: nothing known against it at {name}{left}"]
            return [*(line for _, line in said), *clean], any(stop for stop, _ in said), True
        return [f"{lock.name}: NOT held against advisories, no source answered ({'; '.join(refused)})"], False, False

    with ThreadPoolExecutor(len(locks)) as at_once:
        for more, stop, reached in at_once.map(one, locks):
            lines += more
            stops, everything = stops or stop, everything and reached
    return lines, stops, everything


def _last_line(text: str) -> str:
    """The end of an error, short enough to read."""
    last = (text.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return last.partition(" (Caused by")[0].rpartition("ConnectionError: ")[2][:160]


def main(arguments: Sequence[str]) -> int:
    options = argparse.ArgumentParser(description="Hold the locks against known weaknesses.")
    options.add_argument("--required", action="store_true", help="fail where no source of advisories answers")
    options.add_argument("--osv-url", help="another address of the OSV service, such as that of a mirror")
    options.add_argument("--lock", type=Path, action="append", help="a lock to look at instead of all of ours")
    wanted = options.parse_args(arguments)
    today = datetime.now(UTC).date()
    try:
        exceptions = read_exceptions(KNOWN.read_text("utf-8"), today)
    except ValueError as fault:
        print(fault)
        return 1
    osv = ("OSV", ["osv", *(["--osv-url", wanted.osv_url] if wanted.osv_url else [])])
    sources = [osv] if wanted.osv_url else [osv, ("PyPI", ["pypi"])]
    lines, stops, everything = audit(wanted.lock or [SHIPPED, *TOOLS], sources, exceptions, today)
    print(*lines, sep="\n")
    return int(stops or (wanted.required and not everything))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
