"""Commands of `newsletter`, run in this process."""

from __future__ import annotations

import pytest

from cli.main import main

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err
