"""Bars of long commands: on a terminal alone, on stderr, and gone when the work is done."""

from __future__ import annotations

import io
import sys

import pytest

from cli import progress


class Terminal(io.StringIO):
    """Stderr of somebody who watches."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def shown(stderr: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is written while three pieces are counted."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stderr)
    assert list(progress.counted("abc", "Links", 3)) == ["a", "b", "c"]
    return stderr.getvalue()


def test_a_terminal_shows_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Links" in shown(Terminal(), monkeypatch)


def test_a_file_or_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(io.StringIO(), monkeypatch) == ""


def test_a_program_that_asked_for_json_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "gathers", lambda: True)
    assert shown(Terminal(), monkeypatch) == ""
