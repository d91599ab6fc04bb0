"""What a check of the doctor found, and what a check is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from newsletter.platform.aws.throttling import is_of_aws

if TYPE_CHECKING:
    from cli.doctor.place import Place


MOST_SHOWN = 6
"""Findings of one check whose words are shown; what mends them is shown of all."""


class State(IntEnum):
    """How bad it is; the worst one decides the exit code."""

    FINE = 0
    UNKNOWN = 1
    """Not looked at: there is nothing of it here, AWS refused to show it, or nobody answered in time."""
    WARNING = 2
    FAULT = 3

    @property
    def word(self) -> str:
        """As it is shown."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """`message` is what was found; `mend` the command or DNS record that puts it right, several in lines."""

    state: State
    message: str
    mend: str = ""


@dataclass(frozen=True)
class Check:
    """One line of the doctor. `key` names it for programs and never changes; `rights` are the IAM actions it needs.

    `seconds` is how long it may take. `waits`: with --send it may take as long again as events are waited for.
    """

    key: str
    name: str
    look: Callable[[Place], Finding]
    rights: tuple[str, ...] = ()
    seconds: float = 40.0
    waits: bool = False


class Unknown(Exception):
    """The check cannot be made; the message says why, `mend` what would make it possible."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.mend = mend


def fine(message: str) -> Finding:
    """Nothing to do."""
    return Finding(State.FINE, message)


def unknown(message: str, mend: str = "") -> Finding:
    """Not looked at."""
    return Finding(State.UNKNOWN, message, mend)


def warning(message: str, mend: str = "") -> Finding:
    """It works, and will not for long, or not as well as it could."""
    return Finding(State.WARNING, message, mend)


def fault(message: str, mend: str = "") -> Finding:
    """It does not work."""
    return Finding(State.FAULT, message, mend)


def together(found: Iterable[Finding], well: str) -> Finding:
    """One finding of several, as bad as the worst of them, which comes first; `well` is said where there is none."""
    all_found = sorted(found, key=lambda each: -each.state)
    if not all_found:
        return fine(well)
    mends = dict.fromkeys(each.mend for each in all_found if each.mend)
    shown = [each.message for each in all_found[:MOST_SHOWN]]
    if more := len(all_found) - len(shown):
        shown.append(f"and {more} more")
    return Finding(all_found[0].state, "; ".join(shown), "\n".join(mends))


def half_known(what: str, error: Exception) -> Finding:
    """In place of one half of a check that AWS did not answer, so that the other half is still said.

    Raises the error where it is none of AWS's.
    """
    if not is_of_aws(error):
        raise error
    said = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    operation = getattr(error, "operation_name", "")
    return unknown(f"{what} is not known: AWS {f'refused {operation} ({said})' if said else 'did not answer'}")


_MEND = re.compile(r":\s(?=`|set |wait |take it back|publish |put |see |run `|delete )|; (?=run `|put )")
"""Where a text of `newsletter check` goes over from what is wrong to what mends it."""


def of_difference(where: str, message: str, *, is_fault: bool) -> Finding:
    """The finding for what `newsletter check` says in one text."""
    parts = _MEND.split(message, maxsplit=1)
    mend = parts[1] if len(parts) > 1 else ""
    only = re.fullmatch(r"`([^`]+)`", mend)
    return Finding(State.FAULT if is_fault else State.UNKNOWN, f"{where}: {parts[0]}", only[1] if only else mend)
