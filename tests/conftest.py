"""Settings that hold for every ring."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
LONGEST_FIRST = ("soak", "browser", "aws/rehearsal", "simulation", "template", "aws/mailings", "aws", "bench", "unit")
"""The rings by what one file of theirs takes (minutes of work in few tests, to milliseconds in many). A file is handed
out whole: a long one that began last would keep one process busy while the others have nothing left."""

settings.register_profile("default", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three for two processors: a third of the time, tests wait for a browser, a queue or a process of their own."""
    return max(2, (os.cpu_count() or 1) * 3 // 2)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, which xdist is told to keep (`--no-loadscope-reorder`: it would count tests instead)."""
    items.sort(key=lambda item: _ring(item.path.relative_to(TESTS)))


def _ring(file: Path) -> int:
    parents = [each.as_posix() for each in file.parents]
    return next((at for at, ring in enumerate(LONGEST_FIRST) if ring in parents), len(LONGEST_FIRST))
