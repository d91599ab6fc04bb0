"""Options of an import on columns: what they are, which of them say who left, and what their values mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from newsletter.platform.errors import UnreadableList
from newsletter.platform.words.said import say
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.status_words import fold

MAPPED = ("email", "name", "language", "topics", "frequency", "left_at")
"""The fields of a reader that a column can be said to be."""


@dataclass(frozen=True)
class ImportOptions:
    """Names of columns as they were typed; the keys of `meanings` are folded values. `fields` are columns with the
    field of MAPPED that each is, whatever its name.

    In a column of `yes_is_left` a yes or a day means that the reader left, in one of `yes_is_mail` that they may be
    mailed. An empty encoding is detected.
    """

    ignore: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    meanings: Mapping[str, ListedStatus] = field(default_factory=dict)
    yes_is_left: tuple[str, ...] = ()
    yes_is_mail: tuple[str, ...] = ()
    encoding: str = ""
    fields: tuple[tuple[str, str], ...] = ()


NO_OPTIONS = ImportOptions()


def options_of(
    ignore: Sequence[str],
    status: Sequence[str],
    values: Mapping[ListedStatus, str],
    *,
    yes_is_left: Sequence[str] = (),
    yes_is_mail: Sequence[str] = (),
    encoding: str = "",
    fields: Sequence[tuple[str, str]] = (),
) -> ImportOptions:
    """The options of the command; `values` are separated by commas. Raises UnreadableList for values that belong
    to no column, and for a value or a column that is said to mean two things.
    """
    said: dict[str, ListedStatus] = {}
    for listed, text in values.items():
        for value in (fold(part) for part in text.split(",") if part.strip()):
            if said.setdefault(value, listed) is not listed:
                raise UnreadableList(
                    say("{value} cannot mean both {one} and {other}", value=repr(value), one=said[value], other=listed)
                )
    if said and not status:
        raise UnreadableList(
            "--left, --active and --pending say what the values of a column mean: name it with --status-column"
        )
    _check_fields(fields)
    once: set[str] = set()
    for names in (ignore, status, yes_is_left, yes_is_mail, [name for name, _ in fields]):
        folded = set(map(fold, names))
        if folded & once:
            raise UnreadableList(
                say(
                    "the column {column} is named by two options that exclude each other",
                    column=repr(min(folded & once)),
                )
            )
        once |= folded
    answers = (tuple(ignore), tuple(status), said, tuple(yes_is_left), tuple(yes_is_mail))
    return ImportOptions(*answers, encoding, tuple(fields))


def _check_fields(fields: Sequence[tuple[str, str]]) -> None:
    kinds = [field for _, field in fields]
    for kind in kinds:
        if kind not in MAPPED:
            raise UnreadableList(
                say("{field} is no field of a reader; choose from {names}", field=repr(kind), names=", ".join(MAPPED))
            )
        if kinds.count(kind) > 1:
            raise UnreadableList(say("two columns are said to be {field}; it can be one", field=kind))
