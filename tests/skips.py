"""Says in plain words which tests this machine could not run, and what to install to run them.

A test or fixture that needs a tool from outside Python asks `require` for it. With NEWSLETTER_TESTS_REQUIRE_ALL=1,
as in CI, nothing may be left out: every skip, whatever its reason, is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.mails.screenshots import chromium

ROOT = Path(__file__).parents[1]
NODE_MODULES = ROOT / "tests/node_modules"
NODE_MAJOR = 20
HOW_TO_GET_CHROMIUM = "install it (Debian, Ubuntu: apt-get install chromium; macOS: brew install chromium)"
HOW_TO_GET_NODE_PACKAGES = f"install Node {NODE_MAJOR} or newer, and run `npm ci` in tests/"


@dataclass(frozen=True)
class Tool:
    """Something a machine may lack: `find` gives its path or None, `install` says how to get it."""

    name: str
    install: str
    find: Callable[[], Path | None]


def _node_answers() -> bool:
    try:
        answer = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=60, check=True)  # noqa: S607
    except (OSError, subprocess.SubprocessError):
        return False
    return int(answer.stdout.removeprefix("v").split(".")[0]) >= NODE_MAJOR


def _dynalite() -> Path | None:
    cli = NODE_MODULES / "dynalite/cli.js"
    return cli if cli.is_file() and _node_answers() else None


def _axe() -> Path | None:
    script = NODE_MODULES / "axe-core/axe.min.js"
    return script if script.is_file() else None


def _webhooks_js() -> Path | None:
    package = NODE_MODULES / "standardwebhooks/package.json"
    return package if package.is_file() and _node_answers() else None


def _spamassassin() -> Path | None:
    found = shutil.which("spamassassin")
    return Path(found) if found else None


def _deploy_tools() -> Path | None:
    python = ROOT / ".venv-deploy/bin/python"
    return python if python.with_name("sam").exists() else None


def _runtime() -> Path | None:
    built = ROOT / "build/runtime"
    current = all(
        (there := built / "task" / path.relative_to(ROOT / "functions")).is_file()
        and there.read_bytes() == path.read_bytes()
        for path in (ROOT / "functions").rglob("*.py")
    )
    return built if current and (built / "client").is_dir() else None


SPAMASSASSIN = Tool("SpamAssassin", "install it (Debian, Ubuntu: apt-get install spamassassin)", _spamassassin)
CHROMIUM = Tool("Chromium", HOW_TO_GET_CHROMIUM, chromium)
DEPLOY_TOOLS = Tool("The SAM CLI", "run `make check` once, which installs it into .venv-deploy", _deploy_tools)
RUNTIME = Tool("The archive of this tree, as Lambda runs it", "run `make build runtime`", _runtime)
DYNALITE = Tool("dynalite", HOW_TO_GET_NODE_PACKAGES, _dynalite)
AXE = Tool("axe-core", HOW_TO_GET_NODE_PACKAGES, _axe)
WEBHOOKS_JS = Tool("standardwebhooks for Node", HOW_TO_GET_NODE_PACKAGES, _webhooks_js)


def require(tool: Tool) -> Path:
    """Where the tool is; skips the test that asks when the machine does not have it."""
    path = tool.find()
    if path is None:
        pytest.skip(f"{tool.name} is missing: {tool.install}")
    return path


def _nothing_may_be_left_out() -> bool:
    return os.environ.get("NEWSLETTER_TESTS_REQUIRE_ALL") == "1"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    # Of a skip, pytest keeps (file, line, "Skipped: reason").
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and _nothing_may_be_left_out():
        report.longrepr = f"Left out, which NEWSLETTER_TESTS_REQUIRE_ALL=1 forbids. {_reason(report)}"
        report.outcome = "failed"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _fail_if_skipped(report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Close with one line per reason: how many tests of which ring did not run, why, and what to do."""
    rings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for report in terminalreporter.getreports("skipped"):
        ring = "/".join(Path(report.nodeid.split("::")[0]).parts[:2])
        rings[_reason(report)][ring] += 1
    if not rings:
        return
    terminalreporter.section("left out on this machine")
    for reason, counts in rings.items():
        where = ", ".join(f"{count} in {ring}" for ring, count in sorted(counts.items()))
        terminalreporter.line(f"{where}: {reason}")
