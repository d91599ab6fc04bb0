"""Compiled mails are what their sources make of them, and small enough for any inbox."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPILER = ROOT / "infra/build/mails.py"


def compiler(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, COMPILER, *map(str, arguments)], capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "templates/email", tmp_path / "templates/email"))


def test_no_compiled_mail_is_stale() -> None:
    """If this fails, run `make mails`."""
    checked = compiler("--check")
    assert checked.returncode == 0, checked.stderr


def test_a_changed_source_makes_its_mail_stale_until_it_is_compiled(folder: Path) -> None:
    source = folder / "moved.mjml"
    source.write_text(source.read_text("utf-8").replace("[[ part.imprint() ]]", ""), encoding="utf-8")
    (folder / "compiled/old.html").write_text("nobody's", encoding="utf-8")
    checked = compiler("--check", folder)
    assert checked.returncode == 1
    assert [Path(line.partition(":")[0]).name for line in checked.stderr.splitlines()] == ["moved.html", "old.html"]
    assert compiler(folder).returncode == 0
    assert compiler("--check", folder).returncode == 0
    assert "postal_address" not in (folder / "compiled/moved.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("[[ part.imprnt() ]]", "imprnt"),
        ("<mj-text><p>", "moved.mjml: mismatched tag in '<mj-text><p></mj-column>'"),
        ("<mj-txt>x</mj-txt>", "moved.mjml: <mj-txt> is no tag of MJML"),
        ("<mj-text>{{ a < b }}</mj-text>", "moved.mjml: not well-formed (invalid token) in '<mj-text>{{ a < b }}"),
        ("<mj-text>{% if a %}x</mj-text>", "moved.mjml: Unexpected end of template"),
        ("[% if %]", "moved.mjml:15: Expected an expression"),
    ],
)
def test_a_source_that_cannot_be_compiled_says_where_and_leaves_what_was_compiled(
    folder: Path, written: str, complaint: str
) -> None:
    before = (folder / "compiled/moved.html").read_text("utf-8")
    source = folder / "moved.mjml"
    source.write_text(source.read_text("utf-8").replace("</mj-column>", f"{written}</mj-column>", 1), encoding="utf-8")
    answer = compiler(folder)
    assert answer.returncode == 1
    assert complaint in answer.stderr
    assert "Traceback" not in answer.stderr
    assert before == (folder / "compiled/moved.html").read_text("utf-8")
