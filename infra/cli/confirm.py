"""Asks before something that cannot be undone."""

from __future__ import annotations

import sys

from cli.faults import Fault


def agreed(question: str, to_do: str) -> bool:
    """Whether the person at the terminal answers yes. Raises Fault, which names --yes, where there is no terminal."""
    if not sys.stdin.isatty():
        raise Fault(f"nobody can answer here; {to_do} without being asked, add --yes")
    return input(f"{question} It cannot be undone. [y/N] ").strip().lower() in {"y", "yes"}
