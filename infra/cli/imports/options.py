"""Options of `newsletter import` on columns: which of them say who left, which do not, and what their values mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cli.faults import Fault
from cli.imports.status_words import fold
from newsletter.readers.imports.listed_status import ListedStatus


@dataclass(frozen=True)
class ImportOptions:
    """Names of columns as they were typed; the keys of `meanings` are folded values.

    In a column of `yes_is_left` a yes or a day means that the reader left, in one of `yes_is_mail` that they may be
    mailed. An empty encoding is detected.
    """

    ignore: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    meanings: Mapping[str, ListedStatus] = field(default_factory=dict)
    yes_is_left: tuple[str, ...] = ()
    yes_is_mail: tuple[str, ...] = ()
    encoding: str = ""


NO_OPTIONS = ImportOptions()


def options_of(
    ignore: Sequence[str],
    status: Sequence[str],
    values: Mapping[ListedStatus, str],
    *,
    yes_is_left: Sequence[str] = (),
    yes_is_mail: Sequence[str] = (),
    encoding: str = "",
) -> ImportOptions:
    """The options of the command; `values` are separated by commas. Raises Fault for values that belong to no column,
    and for a value or a column that is said to mean two things.
    """
    said: dict[str, ListedStatus] = {}
    for listed, text in values.items():
        for value in (fold(part) for part in text.split(",") if part.strip()):
            if said.setdefault(value, listed) is not listed:
                raise Fault(f"{value!r} cannot mean both {said[value]} and {listed}")
    if said and not status:
        raise Fault("--left, --active and --pending say what the values of a column mean: name it with --status-column")
    once: set[str] = set()
    for names in (ignore, status, yes_is_left, yes_is_mail):
        folded = set(map(fold, names))
        if folded & once:
            raise Fault(f"the column {min(folded & once)!r} is named by two options that exclude each other")
        once |= folded
    return ImportOptions(tuple(ignore), tuple(status), said, tuple(yes_is_left), tuple(yes_is_mail), encoding)
