"""What `make simulate` and the bursts are asked for: variables and words, checked before anything is played."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isfinite
from typing import NoReturn

from cli.doctor.capacity.classes import classes
from newsletter.platform.shards import SHARDS
from rehearsal.limits.executions import USUAL_ACCOUNT
from tests.simulation.send import Crowd

PLAYED = 1_200
"""Readers whose visits are played by the real site, unless SAMPLE says how many."""
MOST = 100_000_000
OF_VISITS = ("CONCURRENCY", "SAMPLE")
"""What says something only where SCANNED does."""


@dataclass(frozen=True)
class Asked:
    """`crowd` is None where nobody opens anything. `mails`: the parameter MailsPerSecond; 0: what the rate needs."""

    readers: int
    rate: float
    feedback: bool
    crowd: Crowd | None
    mails: int = 0


def asked(given: Mapping[str, str]) -> Asked:
    """What the variables ask for. Ends the process with a word about the first one that is wrong."""
    readers = whole(given, "READERS", 1_000_000)
    # As many in each shard, which is what the readers of the bench are.
    readers = ceil(readers / len(SHARDS)) * len(SHARDS)
    rate = number(given, "RATE", 500, least=1, most=1_000_000)
    return Asked(readers, rate, _feedback(given), _crowd(given, readers), _mails(given))


def _feedback(given: Mapping[str, str]) -> bool:
    text = given.get("FEEDBACK", "")
    if text not in ("", "0", "1"):
        wrong("FEEDBACK", text, "1 or 0", "FEEDBACK=1")
    return text == "1"


def _mails(given: Mapping[str, str]) -> int:
    text, values = given.get("MAILS", ""), [str(each.mails) for each in classes()]
    if text and text not in values:
        wrong("MAILS", text, f"one of {', '.join(values)}", values[-1])
    return int(text or 0)


def _crowd(given: Mapping[str, str], readers: int) -> Crowd | None:
    if not given.get("SCANNED"):
        for name in OF_VISITS:
            if given.get(name):
                wrong(name, given[name], "of use without SCANNED: nobody opens anything then", "SCANNED=0.7")
        return None
    return Crowd(
        number(given, "SCANNED", 0, least=0, most=1),
        min(readers, whole(given, "SAMPLE", max(1, readers // PLAYED))),
        whole(given, "CONCURRENCY", USUAL_ACCOUNT),
    )


def whole(given: Mapping[str, str], name: str, otherwise: int) -> int:
    """A number of things, of which there is at least one."""
    text = given.get(name) or str(otherwise)
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= MOST:
        wrong(name, text, f"a whole number from 1 to {MOST:,}", "12000")
    return int(text)


def number(given: Mapping[str, str], name: str, otherwise: float, *, least: float, most: float) -> float:
    """A number within limits."""
    text = given.get(name) or str(otherwise)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value) or not least <= value <= most:
        wrong(name, text, f"a number from {least:g} to {most:,.0f}", "0.7" if most == 1 else "14")
    return value


def wrong(name: str, text: str, right: str, example: str) -> NoReturn:
    """End the process with what would be right; 2 is wrong usage, as with the commands."""
    print(f"{name}: {text!r} is not {right}, such as {example}", file=sys.stderr)
    raise SystemExit(2)
