"""Each line of the threat model names tests that hold it, and those exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs/security.md").read_text("utf-8").partition("\n## Threat model\n")[2].partition("\n## ")[0]
LINES = [
    (threat, re.findall(r"`(\w+)`", tests))
    for threat, _, tests in re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", MODEL, re.MULTILINE)
    if threat != "threat"
]


@cache
def written() -> dict[str, list[str]]:
    """The name of each test, to the files that have one of that name."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        if "node_modules" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                found.setdefault(node.name, []).append(file.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize(("threat", "tests"), LINES, ids=[threat for threat, _ in LINES])
def test_what_holds_a_line_of_the_threat_model_exists(threat: str, tests: list[str]) -> None:
    assert tests, f"nothing holds: {threat}"
    assert [name for name in tests if name not in written()] == []


def test_no_line_of_the_model_goes_unread() -> None:
    rows = [line for line in MODEL.splitlines() if line.startswith("| ") and not line.startswith("| threat |")]
    assert len(rows) == len(LINES) >= 30


def test_a_test_holds_one_line_alone() -> None:
    named = [name for _, tests in LINES for name in tests]
    assert sorted(set(named)) == sorted(named)
