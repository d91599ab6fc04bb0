"""The budget list is one list: in the table, on the page that explains it, and in the file that others read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.bench import run
from tests.bench.figures import Figure
from tests.bench.measure.cold_start import CLIENTS
from tests.bench.rows import ROWS, Bound, Row
from tests.bench.stack import ROOT, stack


def test_the_page_on_benchmarks_explains_exactly_the_rows_of_the_table() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    explained = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert explained == [row.name for row in ROWS]


def test_every_function_has_a_cold_start() -> None:
    assert set(CLIENTS) == {function.folder for function in stack().functions}


@pytest.mark.parametrize(
    ("bound", "measured", "met"),
    [
        (Bound.AT_LEAST, 9.9, False),
        (Bound.AT_LEAST, 10, True),
        (Bound.AT_MOST, 10, True),
        (Bound.AT_MOST, 10.1, False),
    ],
)
def test_a_budget_is_met_up_to_its_very_value(bound: Bound, measured: float, *, met: bool) -> None:
    assert Row("row", bound, 10).met(Figure("row", measured)) is met


def test_a_row_without_a_budget_is_neither_met_nor_missed() -> None:
    assert Row("row").met(Figure("row", 250)) is None


def test_the_result_is_flat_and_keeps_what_an_earlier_run_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "RESULT", tmp_path / "build" / "bench.json")
    run.keep({"zip_mb": 9.5, "plan_peak_mb": 71.57764})
    run.keep({"zip_mb": 9})
    assert json.loads(run.RESULT.read_text("utf-8")) == {"zip_mb": 9, "plan_peak_mb": 71.578}


def test_an_unknown_row_is_named_with_those_there_are() -> None:
    with pytest.raises(SystemExit, match="zip_mib: no such row; there are send_ratio_vs_floor"):
        run.main(["zip_mib"])
