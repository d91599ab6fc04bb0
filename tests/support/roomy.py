"""Gives tests room on Python's stack.

Python takes memory for frames in pieces of 16 kB, and gives a piece back as soon as it is empty. A loop that happens to
run at the edge of a piece asks the kernel for memory with every call (measured: 334,000 times in tests/template). Where
the edges are depends on how deep pytest and xdist have gone by then. A frame with very many variables gets a piece of
its own, twice its size or so, and all that it calls lives in the rest of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

VARIABLES = 70_000
"""Of eight bytes each: 0.56 MB of a piece of 1 MiB, which leaves room for some thousand frames."""


def _with_room() -> Callable[..., Any]:
    variables = " = ".join(f"v{number}" for number in range(VARIABLES))
    made: dict[str, Any] = {}
    exec(f"def call(act, *of, **by):\n if False: {variables} = 0\n return act(*of, **by)", made)  # noqa: S102
    call: Callable[..., Any] = made["call"]
    return call


_call = _with_room()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest's own, with room."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    _call(runtestprotocol, item, nextitem=nextitem)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
