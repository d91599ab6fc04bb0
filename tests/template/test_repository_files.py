"""The files that a hosting site or a developer's git reads (workflow, forms, bot, hooks) name only what exists."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.main import main
from rehearsal.template.cloudformation import read_yaml
from tests.skips import NODE_MAJOR

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
HOOKS = ROOT / ".pre-commit-config.yaml"
FILES = [*sorted(GITHUB.rglob("*.yml")), *sorted(GITHUB.rglob("*.md")), HOOKS]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
CODE = re.compile(r"`([^`\n]+)`")
MANIFESTS = {"pip": "pyproject.toml", "npm": "package.json", "github-actions": ".github/workflows"}
by_file = pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))


def parsed(file: Path) -> Any:
    return yaml.safe_load(file.read_text("utf-8"))


def hooks() -> list[dict[str, Any]]:
    (repository,) = parsed(HOOKS)["repos"]
    assert repository["repo"] == "local"
    return list(repository["hooks"])


def steps() -> list[dict[str, Any]]:
    (job,) = parsed(GITHUB / "workflows/ci.yml")["jobs"].values()
    return list(job["steps"])


def inputs(action: str) -> Any:
    """What the workflow gives to an action; {} where it gives nothing."""
    return next(step.get("with", {}) for step in steps() if step.get("uses", "").startswith(f"{action}@"))


def assert_exists(command: str) -> None:
    """Of a command or path as written in a form or a hook: its program, make target, subcommand and files exist."""
    words = [word for word in shlex.split(command, comments=True) if "=" not in word]
    if words[0] == "make":
        assert set(words[1:]) <= set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)), command
    elif words[0] == ".venv/bin/newsletter":
        subcommand = [word for word in words[1:] if re.fullmatch(r"[a-z-]+", word) and not word.startswith("-")]
        with pytest.raises(SystemExit) as ended:
            main([*subcommand, "--help"])
        assert ended.value.code == 0, command
    for word in words:
        if word.startswith(".venv/bin/"):
            assert (Path(sys.executable).parent / Path(word).name).exists(), command
        elif "/" in word or word.endswith((".md", ".toml")):
            assert (ROOT / word).exists(), command


def named(text: str) -> Iterator[str]:
    """What stands between backticks and is a command or a path."""
    yield from (code for code in CODE.findall(text) if re.match(r"make |[\w.-]*[/.]|\w+=\S+ make ", code))


@by_file
def test_every_command_and_path_in_the_forms_exists(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in named(file.read_text("utf-8")):
        assert_exists(command)
    capsys.readouterr()


def test_every_command_in_the_blocks_of_contributing_exists(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    commands = [line for block in blocks for line in block.splitlines() if re.match(r"make |\.venv/", line)]
    assert len(commands) > 5
    for command in commands:
        assert_exists(command)
    capsys.readouterr()


def test_the_workflow_calls_ci_run_and_keeps_what_it_leaves() -> None:
    assert [step["run"] for step in steps() if "run" in step] == [".ci/run"]
    run = (ROOT / ".ci/run").read_text("utf-8")
    assert (ROOT / ".ci/run").stat().st_mode & 0o111
    kept = inputs("actions/upload-artifact")["path"].split()
    assert kept[:2] == ["build/tests.xml", "build/bench.json"]
    assert kept[2:] == ["build/deployed/sbom.cdx.json", "build/deployed/LICENCES.txt"]
    assert f"--junit-xml={kept[0]}" in run
    assert "make bench" in run
    assert kept[1] in MAKEFILE


def test_the_workflow_runs_on_the_versions_of_the_product() -> None:
    runtime = read_yaml(ROOT / "template.yaml", "template.yaml")["Globals"]["Function"]["Runtime"]
    assert f"python{inputs('actions/setup-python')['python-version']}" == runtime
    assert inputs("actions/setup-node")["node-version"] == str(NODE_MAJOR)


def test_the_workflow_may_only_read_and_runs_no_action_that_can_change_under_it() -> None:
    text = (GITHUB / "workflows/ci.yml").read_text("utf-8")
    workflow = parsed(GITHUB / "workflows/ci.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow["jobs"].values())
    assert inputs("actions/checkout")["persist-credentials"] is False
    uses = re.findall(r"uses: (.+)$", text, re.MULTILINE)
    assert uses
    for each in uses:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)
    assert "pull_request_target" not in text
    assert "secrets." not in text


def test_a_release_is_tested_audited_and_published_by_its_tag() -> None:
    workflow = parsed(GITHUB / "workflows/release.yml")
    assert workflow[True] == {"push": {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}}  # YAML reads the key `on` as yes
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    used = {step["uses"]: step.get("with", {}) for step in job["steps"] if "uses" in step}
    of_ci = {step["uses"]: step.get("with", {}) for step in steps() if "uses" in step}
    assert used == {action: given for action, given in of_ci.items() if "upload-artifact" not in action}
    assert job["permissions"] == {"contents": "write"}
    *before, last = job["steps"]
    assert "token" not in str(before)
    assert last["env"] == {"GH_TOKEN": "${{ github.token }}"}
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert "supply.release --notes" in commands[0]
    assert commands[1:3] == [".ci/run", "make audit REQUIRED=1"]
    assert "gh release create" in commands[3]
    assert "--verify-tag" in commands[3]


def test_the_bot_looks_where_there_is_something_to_raise() -> None:
    for update in parsed(GITHUB / "dependabot.yml")["updates"]:
        folder = ROOT / update["directory"].removeprefix("/")
        assert (folder / MANIFESTS[update["package-ecosystem"]]).exists()
        assert update["schedule"]["interval"] == "weekly"
        assert [group["patterns"] for group in update["groups"].values()] == [["*"]]
        for pattern in update.get("exclude-paths", []):
            assert list(folder.glob(pattern)), pattern


def test_a_question_can_name_every_page() -> None:
    form = parsed(GITHUB / "ISSUE_TEMPLATE/question.yml")
    (pages,) = (part["attributes"]["options"] for part in form["body"] if part.get("id") == "page")
    documents = {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")}
    assert set(pages) == documents | {"README.md", "CONTRIBUTING.md", "docs/decisions/README.md", "none of them"}


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_a_hook_runs_a_tool_of_this_repository_on_files_that_it_has(hook: dict[str, Any]) -> None:
    if hook["language"] != "pygrep":
        assert hook["language"] == "system"
        assert_exists(hook["entry"])
    if "files" in hook:
        paths = [*ROOT.glob("*.*"), *(path for name in ("functions", "templates") for path in (ROOT / name).rglob("*"))]
        assert any(re.search(hook["files"], path.relative_to(ROOT).as_posix()) for path in paths)


def test_a_large_file_is_refused_and_named(tmp_path: Path) -> None:
    small, large = tmp_path / "small.bin", tmp_path / "a large.bin"
    small.write_bytes(bytes(300_000))
    large.write_bytes(bytes(320_000))
    entry = next(hook["entry"] for hook in hooks() if hook["id"] == "large-files")
    assert subprocess.run([ROOT / entry, small], check=False).returncode == 0
    refused = subprocess.run([ROOT / entry, small, large], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "a large.bin" in refused.stderr
    assert "small.bin" not in refused.stderr


def test_the_mark_of_an_unfinished_merge_is_found() -> None:
    pattern = next(hook["entry"] for hook in hooks() if hook["id"] == "conflicts")
    assert re.search(pattern, "<" * 7 + " HEAD")
    assert re.search(pattern, ">" * 7 + " branch")
    assert not re.search(pattern, "> a quotation")
    assert not re.search(pattern, ">>>>>>>>>> an underline")
