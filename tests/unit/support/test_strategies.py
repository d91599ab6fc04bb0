"""Drawn text comes from one place, so that no test goes red by what it did not mean to draw."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[2]
SAID = re.compile(r"st\.characters\((codec=|categories=|exclude_categories=[\[(]\"Cs?\")")
"""Characters that are said to be none of the halves of surrogate pairs."""


def test_no_test_draws_characters_without_saying_whether_halves_of_pairs_are_meant() -> None:
    drawn = {
        f"{file.relative_to(TESTS)}: {line.strip()}"
        for ring in TESTS.iterdir()
        if ring.is_dir() and ring.name != "node_modules"
        for file in ring.rglob("*.py")
        if file not in (Path(__file__), TESTS / "support" / "strategies.py")
        for line in file.read_text("utf-8").splitlines()
        if "st.characters(" in line and not SAID.search(line)
    }
    assert drawn == set(), "draw from tests/support/strategies.py"
