"""Asking before what cannot be undone."""

from __future__ import annotations

import sys

from cli.faults import Fault


def agreed(question: str, to_do: str) -> bool:
    """Whether the person at the terminal says yes. Raises Fault that names --yes where nobody can answer."""
    if not sys.stdin.isatty():
        raise Fault(f"nobody can answer here; {to_do} without being asked, add --yes")
    return input(f"{question} It cannot be undone. [y/N] ").strip().lower() in {"y", "yes"}
