"""Handlers are loaded while the local cloud runs, and not after it."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from rehearsal.lambda_.runtime import Functions
from rehearsal.lambda_.versions import Containers, Version
from rehearsal.template.cloudformation import Account
from rehearsal.template.model import Function

GATE = "gate_of_the_handler"
HANDLER = f"""
import {GATE} as gate
gate.began.set()
assert gate.go_on.wait(60)
from slow.more import handle
"""


class Gate:
    """Stands where the handler's module imports it, and holds it there."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()


@pytest.fixture
def functions(tmp_path: Path) -> Functions:
    for folder, handler in (("slow", HANDLER), ("next", "def handle(event, context): ...")):
        package = tmp_path / folder
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "handler.py").write_text(handler, "utf-8")
        (package / "more.py").write_text("def handle(event, context): ...", "utf-8")
    found = tuple(Function(each, f"{each}.handler.handle", each, 3, {}) for each in ("slow", "next"))
    return Functions(
        found, Version(1, tmp_path, tmp_path), Account("stack", "eu-north-1", "123456789012"), Containers({})
    )


def test_a_local_cloud_that_is_stopped_while_it_loads_ends_without_a_word(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = Gate()
    monkeypatch.setitem(sys.modules, GATE, gate)
    loading = threading.Thread(target=functions.preload)
    opening = threading.Timer(0.05, gate.go_on.set)
    with functions.importable():
        loading.start()
        assert gate.began.wait(60)
        opening.start()
    assert gate.go_on.is_set(), "it ended while a handler was half loaded"
    loading.join(60)
    assert not loading.is_alive()
    assert not [name for name in sys.modules if name.partition(".")[0] in ("slow", "next")]
    assert capsys.readouterr().err == ""
