"""`newsletter sequences simulate`: history, played against a sequence as a publication file has it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cli.faults import Fault
from cli.output import say, table, when
from newsletter.nurture.enrollments.next_step import Facts, rules_for
from newsletter.nurture.enrollments.simulate import Entry, Played, between, ends, play
from newsletter.platform.times import iso, parse_iso
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import read_publication_file
from newsletter.publication.sequences import Exit, Sequence, Trigger

COLUMNS = ("who", "event", "at")
SHOWN = 100
"""Readers printed; the JSON has all."""


@dataclass(frozen=True)
class Wanted:
    """What was asked for: `start` and `end` are days, `history` a CSV in place of the stack."""

    sequence: str
    start: str
    end: str
    publication: Path
    history: Path | None


def simulate(wanted: Wanted, *, as_json: bool) -> int:
    """Print who would have got what, and what they did get."""
    publication, sequence = _read(wanted)
    zone = publication.time_zone
    start, end = _day("--from", wanted.start, zone), _day("--to", wanted.end, zone)
    if start >= end:
        raise Fault("--to: give a day after that of --from")
    entries = _of_file(wanted.history, sequence, zone) if wanted.history else _of_stack(sequence)
    rules = replace(rules_for(sequence, publication), mails_per_week=0)
    played = between((play(each, sequence, rules, end) for each in entries if each.at < end), start, end)
    names = {each.entry.subscriber: each.entry.subscriber for each in played} if wanted.history else _addresses(played)
    found = _as_json(sequence, start, end, played, {key: masked(name) for key, name in names.items()})
    if as_json:
        say(json.dumps(found, indent=2, ensure_ascii=False))
    else:
        _print(found, zone)
    return 0


def masked(address: str) -> str:
    """`m…@example.com`: enough to recognise somebody, too little to write to them."""
    name, at, domain = address.partition("@")
    return f"{name[:1]}…@{domain}" if at else name


def _read(wanted: Wanted) -> tuple[Publication, Sequence]:
    publication, faults = read_publication_file(wanted.publication)
    if publication is None or faults:
        raise Fault(f"{wanted.publication}: {faults[0].field}: {faults[0].message}")
    sequence = publication.sequences.get(wanted.sequence)
    if sequence is None:
        named = ", ".join(publication.sequences) or "none"
        raise Fault(f"{wanted.sequence!r} is no sequence of {wanted.publication}; it has {named}")
    return publication, sequence


def _day(option: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text), time(), zone).astimezone(UTC)
    except ValueError as wrong:
        raise Fault(f"{option}: {text!r} is no day such as 2026-11-28") from wrong


def _of_stack(sequence: Sequence) -> list[Entry]:
    from newsletter.container import app
    from newsletter.nurture.enrollments.history import entries_of

    return list(entries_of(sequence, app))


def _addresses(played: Iterable[Played]) -> dict[str, str]:
    from newsletter.container import app
    from newsletter.platform.aws.items import GET_LIMIT

    ids = list(dict.fromkeys(each.entry.subscriber for each in played))
    names = dict.fromkeys(ids, "(left)")
    for at in range(0, len(ids), GET_LIMIT):
        names |= {key: reader.email for key, reader in app.subscribers.many(ids[at : at + GET_LIMIT]).items()}
    return names


# --- a history in a file ---------------------------------------------------------------------------------------------


def _of_file(path: Path, sequence: Sequence, zone: ZoneInfo) -> list[Entry]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise Fault(f"{path}: no CSV in UTF-8 that can be read") from fault
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    if missing:
        raise Fault(f"{path}: there is no column {missing[0]}; give {', '.join(COLUMNS)}")
    entries: dict[str, Entry] = {}
    events = [(_moment(path, number, row, zone), row, number) for number, row in enumerate(rows, start=2)]
    for at, row, number in sorted(events, key=lambda event: event[0]):
        who, event = row["who"].strip(), row["event"].strip()
        if event in list(Trigger):
            entries.setdefault(who, Entry(who, Trigger(event), at, _facts(row)))
        elif event in list(Exit):
            known = entries.get(who)
            if known is not None and known.over_at is None and ends(sequence, Exit(event)):
                entries[who] = replace(known, over_at=at)
        else:
            raise Fault(f"{path}:{number}: {event!r} is none of {', '.join((*Trigger, *Exit))}")
    return list(entries.values())


def _moment(path: Path, number: int, row: Mapping[str, str], zone: ZoneInfo) -> datetime:
    text = (row["at"] or "").strip()
    try:
        return _day("at", text, zone) if len(text) == len("2026-11-28") else parse_iso(text)
    except (Fault, ValueError) as wrong:
        raise Fault(f"{path}:{number}: at {text!r}: write e.g. 2026-11-28 or 2026-11-28T08:00:00+02:00") from wrong


def _facts(row: Mapping[str, str]) -> Facts:
    return Facts(tuple((row.get("topics") or "").split()), (row.get("language") or "").strip())


# --- what is printed -------------------------------------------------------------------------------------------------


def _as_json(
    sequence: Sequence, start: datetime, end: datetime, played: list[Played], names: Mapping[str, str]
) -> dict[str, Any]:
    would = Counter(key for each in played for key, _ in each.would)
    did = Counter(sequence_key(sequence, key) for each in played for key, _ in each.entry.did)
    keys = [step.key for step in sequence.steps]
    return {
        "sequence": sequence.key,
        "from": iso(start),
        "to": iso(end),
        "entered": sum(start <= each.entry.at < end for each in played),
        "steps": [
            {"key": key, "would": would[key], "did": did[key]}
            for key in dict.fromkeys((*keys, *(key for key in did if key not in keys)))
        ],
        "readers": [
            {
                "reader": names[each.entry.subscriber],
                "entered_at": iso(each.entry.at),
                "trigger": each.entry.trigger,
                "would": [{"key": key, "at": iso(at)} for key, at in each.would],
                "did": [{"key": key, "at": iso(at)} for key, at in each.entry.did],
            }
            for each in sorted(played, key=lambda each: each.entry.at)
        ],
    }


def sequence_key(sequence: Sequence, key: str) -> str:
    """The key of today of a step that was sent under that one; the same where no step of today had it."""
    step = sequence.step(key)
    return step.key if step else key


def _print(found: Mapping[str, Any], zone: ZoneInfo) -> None:
    say(f"{found['sequence']}: {found['entered']:,} came in")
    say()
    rows = [(each["key"], f"{each['would']:,}", f"{each['did']:,}") for each in found["steps"]]
    table(("step", "would have got it", "got it"), rows, numbers=("would have got it", "got it"))
    say()
    lines = [
        (each["reader"], _when(each["entered_at"], zone), _steps(each["would"], zone), _steps(each["did"], zone))
        for each in found["readers"][:SHOWN]
    ]
    table(("reader", "came in", "would have got", "got"), lines)
    if len(found["readers"]) > SHOWN:
        say(f"And {len(found['readers']) - SHOWN:,} more; --json has all.")


def _steps(steps: Iterable[Mapping[str, str]], zone: ZoneInfo) -> str:
    return ", ".join(f"{each['key']} {_when(each['at'], zone)}" for each in steps) or "-"


def _when(text: str, zone: ZoneInfo) -> str:
    return when(parse_iso(text), zone)
