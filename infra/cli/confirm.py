"""Asks before something is done: at the terminal, where a person is."""

from __future__ import annotations

import sys

from cli.faults import Fault
from cli.output import gathers


def agreed(question: str, to_do: str) -> bool:
    """As `says_yes`, before something that cannot be undone."""
    return says_yes(f"{question} It cannot be undone.", to_do)


def says_yes(question: str, to_do: str) -> bool:
    """Whether the person at the terminal answers yes. Raises Fault, which names --yes, where there is no terminal."""
    if gathers() or not sys.stdin.isatty():
        raise Fault(f"nobody can answer here; {to_do} without being asked, add --yes")
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:  # Ctrl-D
        return False
