"""A release dates the changelog, raises the version, commits and tags; or changes nothing and says why."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from supply.release import CHANGELOG, NOTHING_YET, PROJECT, UPGRADE, NoRelease, git, main, notes, release

ROOT = Path(__file__).parents[3]
TODAY = date(2026, 12, 1)
FILES = {
    PROJECT: '[project]\nname = "newsletter"\nversion = "0.1.0"\n\n[tool.x]\nversion = "0.1.0"\n',
    CHANGELOG: "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A thing.\n",
    UPGRADE: f"# Upgrading\n\n## [Unreleased]\n\n{NOTHING_YET}\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)  # noqa: S607
    for key, value in {"user.name": "A", "user.email": "a@example.fi", "commit.gpgsign": "false"}.items():
        git(tmp_path, "config", key, value)
    git(tmp_path, "config", "tag.gpgsign", "false")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Begin")
    return tmp_path


def test_a_release_is_one_commit_with_a_tag(tree: Path) -> None:
    assert release(tree, "0.2.0", TODAY) == "v0.2.0"
    assert git(tree, "status", "--porcelain") == ""
    assert git(tree, "log", "--format=%s").splitlines() == ["Release 0.2.0", "Begin"]
    assert git(tree, "rev-list", "-1", "v0.2.0") == git(tree, "rev-parse", "HEAD")
    assert (tree / PROJECT).read_text() == FILES[PROJECT].replace("0.1.0", "0.2.0", 1)
    assert (tree / CHANGELOG).read_text() == (
        "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-12-01\n\n### Added\n\n- A thing.\n"
    )
    assert (tree / UPGRADE).read_text() == (
        f"# Upgrading\n\n## [Unreleased]\n\n{NOTHING_YET}\n\n## [0.2.0] - 2026-12-01\n\n{NOTHING_YET}\n"
    )
    assert "### Added\n\n- A thing." in git(tree, "tag", "--list", "--format=%(contents)", "v0.2.0")


def test_the_next_release_follows_once_there_is_something_to_release(tree: Path) -> None:
    release(tree, "0.2.0", TODAY)
    with pytest.raises(NoRelease, match=r"CHANGELOG\.md says nothing below"):
        release(tree, "0.3.0", TODAY)
    log = tree / CHANGELOG
    log.write_text(log.read_text().replace("## [Unreleased]\n", "## [Unreleased]\n\n- More.\n"))
    git(tree, "commit", "--all", "--quiet", "--message", "More")
    release(tree, "0.3.0", TODAY)
    assert notes(tree, "v0.3.0").startswith("- More.\n\n### To upgrade\n\nNothing to do")
    with pytest.raises(NoRelease, match=r"this tree is not v0\.2\.0"):
        notes(tree, "v0.2.0")


def dirty(tree: Path) -> None:
    (tree / PROJECT).write_text("changed")


def untracked(tree: Path) -> None:
    (tree / "new.py").write_text("")


def tagged(tree: Path) -> None:
    git(tree, "tag", "v0.2.0")


def unwritten(tree: Path) -> None:
    (tree / UPGRADE).write_text("# Upgrading\n\n## [Unreleased]\n")
    git(tree, "commit", "--all", "--quiet", "--message", "Take out")


def headings_alone(tree: Path) -> None:
    (tree / CHANGELOG).write_text("# Changelog\n\n## [Unreleased]\n\n### Added\n\n### Changed\n")
    git(tree, "commit", "--all", "--quiet", "--message", "Begin the next")


@pytest.mark.parametrize(
    ("version", "spoil", "why"),
    [
        ("0.2.0", dirty, "not committed:\nM pyproject.toml"),
        ("0.2.0", untracked, "not committed"),
        ("0.2.0", tagged, "there is a tag v0.2.0 already"),
        ("0.2.0", unwritten, "docs/upgrade.md says nothing"),
        ("0.2.0", headings_alone, "CHANGELOG.md says nothing"),
        ("0.1.0", None, "0.1.0 is not greater than 0.1.0"),
        ("0.0.9", None, "0.0.9 is not greater than 0.1.0"),
        ("v0.2.0", None, "'v0.2.0' is no version"),
        ("0.2", None, "'0.2' is no version"),
        ("01.2.0", None, "'01.2.0' is no version"),
        ("", None, "'' is no version"),
    ],
)
def test_what_is_not_ready_is_not_released(
    tree: Path, version: str, spoil: Callable[[Path], None] | None, why: str
) -> None:
    if spoil:
        spoil(tree)
    before = git(tree, "status", "--porcelain"), git(tree, "rev-parse", "HEAD"), git(tree, "tag")
    with pytest.raises(NoRelease) as refused:
        release(tree, version, TODAY)
    assert why in str(refused.value)
    assert (git(tree, "status", "--porcelain"), git(tree, "rev-parse", "HEAD"), git(tree, "tag")) == before


def test_versions_are_compared_as_numbers(tree: Path) -> None:
    release(tree, "0.10.0", TODAY)
    with pytest.raises(NoRelease, match=r"0\.9\.0 is not greater than 0\.10\.0"):
        release(tree, "0.9.0", TODAY)


def test_a_release_that_died_before_its_tag_is_completed(tree: Path) -> None:
    release(tree, "0.2.0", TODAY)
    git(tree, "tag", "--delete", "v0.2.0")
    assert release(tree, "0.2.0", TODAY) == "v0.2.0"
    assert git(tree, "log", "--format=%s").splitlines() == ["Release 0.2.0", "Begin"]
    assert git(tree, "tag") == "v0.2.0"


def test_a_commit_that_git_does_not_take_leaves_the_tree_as_it_was(tree: Path) -> None:
    hook = tree / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho the linter is not content >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(NoRelease, match="the linter is not content"):
        release(tree, "0.2.0", TODAY)
    assert git(tree, "status", "--porcelain") == ""
    hook.unlink()
    assert release(tree, "0.2.0", TODAY) == "v0.2.0"


def test_without_a_version_the_command_says_what_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 1
    assert "VERSION=1.2.3" in capsys.readouterr().err


def test_the_files_of_the_repository_are_ready_for_a_release() -> None:
    for name in (CHANGELOG, UPGRADE):
        assert (ROOT / name).read_text("utf-8").count("\n## [Unreleased]\n") == 1
