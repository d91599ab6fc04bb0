"""Commands where no stack is named."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.mailings.templates import TEMPLATES


def without_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the environment leads to a stack."""
    for name in list(os.environ):
        if name.startswith("NEWSLETTER_"):
            monkeypatch.delenv(name)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No stack, and a copy of the templates."""
    without_stack(monkeypatch)
    return Path(shutil.copytree(TEMPLATES, tmp_path / "templates"))
