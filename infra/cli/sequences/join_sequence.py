"""`newsletter sequences join`: puts readers into a sequence."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path

from cli.faults import Fault
from cli.output import say
from cli.progress import counted
from cli.sequences.show_sequences import known
from newsletter.container import app
from newsletter.platform.aws.items import side_by_side
from newsletter.platform.errors import InvalidInput
from newsletter.readers.email_address import normalised
from newsletter.readers.subscriber import Status

MOST = 100_000
"""Addresses in a file."""
WORDS = {
    "joined": "Came in now",
    "before": "In it already, through it, or stopped it",
    "not_active": "No active reader",
    "unreadable": "No mail address",
}


def join(sequence: str, who: str, *, as_json: bool) -> int:
    """Put the reader, or those of the file, into the sequence; 1 if nobody came in or is in it."""
    key, now = known(sequence).key, app.now()
    addresses = _addresses(who)
    done = side_by_side(lambda address: _join(key, address, now), addresses)
    found = Counter(counted(done, "Readers", len(addresses)))
    if as_json:
        say(json.dumps({name: found[name] for name in WORDS}, indent=2))
    else:
        for name, words in WORDS.items():
            if found[name] or name == "joined":
                say(f"{words}: {found[name]:,}")
    return 0 if found["joined"] or found["before"] else 1


def _join(sequence: str, address: str, now: datetime) -> str:
    """What became of one of them, as a key of WORDS."""
    try:
        reader = app.ids.of(normalised(address, allow_test_domains=True))
    except InvalidInput:
        return "unreadable"
    profile = app.subscribers.profile(reader)
    if profile is None or profile.status != Status.ACTIVE:
        return "not_active"
    before = len(app.enrollments.of(reader, sequence))
    app.triggers.joined(reader, sequence, now)
    return "joined" if len(app.enrollments.of(reader, sequence)) > before else "before"


def _addresses(who: str) -> list[str]:
    if "@" in who and not Path(who).is_file():
        return [who]
    try:
        lines = Path(who).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise Fault(f"{who}: neither an address nor a file in UTF-8 that can be read") from fault
    found = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MOST:
        raise Fault(f"{who}: {len(found):,} lines; at most {MOST:,} at a time")
    return found
