"""The columns of an uploaded list as a person sees them: name, some values, and what we take each for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from newsletter.platform.errors import ColumnsNotUnderstood, NotNow, UnreadableList
from newsletter.platform.text import cut, one_line
from newsletter.platform.words.said import say
from newsletter.readers.imports.options import NO_OPTIONS
from newsletter.readers.transfers.transfer import ImportJob
from newsletter.readers.transfers.words import without_options

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.readers.imports.import_file import ImportFile

LOOKED_AT = 1_000
SAMPLES = 3
MOST_COLUMNS = 80
LONGEST = 60
"""Characters of a value that are shown."""
STATUS, QUESTION = "status", "question"


@dataclass(frozen=True)
class ShownColumn:
    """`proposed` is a field, `status` for a column that says who may be mailed, `question` for one that may, and
    empty for one that is not used."""

    name: str
    samples: tuple[str, ...]
    proposed: str


@dataclass(frozen=True)
class ShownColumns:
    """By the first lines of the file. `problem` says why nothing is known of them."""

    columns: tuple[ShownColumn, ...]
    problem: str = ""


def show_columns(job: ImportJob, now: datetime, app: Container) -> ShownColumns:
    """What the first lines of the file say. Raises NotNow when it is not kept any more."""
    from newsletter.readers.imports.scan import open_file  # the patterns of names cost a cold start tens of ms

    with app.transfer_files.beginning(job, now) as path:
        if path is None:
            raise NotNow(say("the file is kept no longer: upload it again"))
        folder = f"{path.parent}/"
        try:
            file = open_file(path, job.options.encoding)
            names = [name or f"column {place + 1}" for place, name in enumerate(file.header)]
            found: list[Counter[str]] = [Counter() for _ in names]
            for line in islice(file.lines(), LOOKED_AT):
                for values, cell in zip(found, line.cells, strict=False):
                    values[cut(one_line(cell), LONGEST)] += 1
        except UnreadableList as wrong:
            return ShownColumns((), without_options(str(wrong), folder))
        taken, problem = _taken(file, folder)
    shown = [
        ShownColumn(
            name, tuple(value for value, _ in values.most_common(SAMPLES + 1) if value)[:SAMPLES], taken.get(place, "")
        )
        for place, (name, values) in enumerate(zip(names, found, strict=True))
    ]
    return ShownColumns(tuple(shown[:MOST_COLUMNS]), problem)


def _samples(values: Counter[str]) -> tuple[str, ...]:
    return tuple(value for value, _ in values.most_common(SAMPLES + 1) if value)[:SAMPLES]


def _taken(file: ImportFile, folder: str) -> tuple[dict[int, str], str]:
    """What each column is taken for by its place, where nobody has said anything, and why nothing is known."""
    from newsletter.readers.imports.columns import columns_of

    options = NO_OPTIONS
    asked: tuple[str, ...] = ()
    try:
        columns = columns_of(file, options)
    except ColumnsNotUnderstood as question:
        asked = tuple(name for name, _ in question.questions)
        try:
            columns = columns_of(file, replace(options, ignore=asked))
        except UnreadableList as wrong:
            return {}, without_options(str(wrong), folder)
    except UnreadableList as wrong:
        return {}, without_options(str(wrong), folder)
    names = [name or f"column {place + 1}" for place, name in enumerate(file.header)]
    taken = {place: QUESTION for place, name in enumerate(names) if name in asked}
    taken |= {column.place: STATUS for column in columns.statuses}
    return taken | {place: name for name, place in columns.places.items()}, ""
