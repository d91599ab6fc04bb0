"""What an edit of sequences would do to readers under way: keys that are gone, held against what was before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from newsletter.mailings.mailing import step_id
from newsletter.nurture.enrollments.enrollments_store import ACTIVE
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import read_publication_file
from newsletter.publication.sequences import Sequence

Found = Iterator[tuple[str, str, bool]]
"""The place, what is to be said, and whether it is a fault."""


def against_file(where: str, publication: Publication, before: Path) -> Found:
    """Hold the sequences against those of an earlier publication file."""
    old, faults = read_publication_file(before)
    if old is None:
        yield str(before), faults[0].message, True
        return
    for sequence in old.sequences.values():
        today = publication.sequences.get(sequence.key)
        if today is None:
            yield where, f"sequences: {sequence.key!r} is gone; it ends for whoever is in it", False
            continue
        keys = {step.key: 0 for step in sequence.steps}
        sent = {name for step in sequence.steps for name in step.names}
        yield from _gone(where, today, keys, sent, f"in {before}")
        yield from _changed_places(where, sequence, today)


def _changed_places(where: str, before: Sequence, today: Sequence) -> Found:
    """Each step that stands before one that it came after: readers who are between the two do not get it."""
    now = [step.key for step in today.steps]
    order = [step.key for old in before.steps if (step := today.step(old.key)) is not None]
    for place, key in enumerate(order):
        behind = [each for each in order[:place] if now.index(each) > now.index(key)]
        if behind:
            had = " or ".join(map(repr, behind))
            said = f"{key!r} comes before {had} now; who had {had} and not yet {key!r} does not get it"
            yield f"{where}: sequences.{today.key}.steps", said, False


def against_stack(where: str, publication: Publication) -> Found:
    """Hold the sequences against the steps that readers under way had: those of the stack's enrollments."""
    from newsletter.container import app

    for key, sequence in publication.sequences.items():
        had: Counter[str] = Counter()
        for standing, readers in app.enrollments.standings(key).items():
            state, last, _ = standing.split("#")
            if state == ACTIVE and last:
                had[last] += readers
        names = {name for step in sequence.steps for name in step.names}
        sent = {name for name in names if app.mailings.get(step_id(key, name)) is not None}
        yield from _gone(where, sequence, had, sent, "the last that")


def _gone(where: str, sequence: Sequence, had: Mapping[str, int], sent: Container[str], said: str) -> Found:
    """Each key that no step of today has or had. It is a fault where another step may be the same one renamed.

    `sent` are keys under which mails went out, or were to.
    """
    place = f"{where}: sequences.{sequence.key}.steps"
    new = [step.key for step in sequence.steps if not any(name in sent for name in step.names)]
    for old, readers in had.items():
        if sequence.step(old) is not None:
            continue
        gone = f"the key {old!r} ({said}{f' {_readers(readers)} under way had' if readers else ''}) is gone"
        if not new:
            yield place, f"{gone}; who has not had that step is passed over", False
            continue
        renamed = (
            f"{gone}, and {', '.join(map(repr, new))} new: who had the one would get the other. If it was renamed, "
            f'write formerly = ["{old}"]; if not, take it out and put the new one in by two edits'
        )
        yield place, renamed, True


def _readers(number: int) -> str:
    return f"{number:,} reader{'s' if number != 1 else ''}"
