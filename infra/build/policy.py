"""Holds the templates against checkov's policies: `transform.py template.yaml | policy.py`.

Run by the Python of .venv-policy. Every finding is mended or stands in policy.toml with its reason; an exception that
covers no finding is refused too.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXCEPTIONS = Path(__file__).with_name("policy.toml")


@dataclass(frozen=True)
class Finding:
    """A policy that a resource does not keep."""

    check: str
    resource: str
    says: str


@dataclass(frozen=True)
class Exempt:
    """Resources that need not keep a policy, and why. Patterns as of fnmatch."""

    check: str
    resources: Sequence[str]
    why: str

    def covers(self, pattern: str, finding: Finding) -> bool:
        """Whether one of its patterns is about a finding."""
        return finding.check == self.check and fnmatchcase(finding.resource, pattern)


def read(text: str) -> list[Exempt]:
    """The exceptions of policy.toml. Raises ValueError for one without a reason."""
    found = [Exempt(each["check"], each["resources"], each["why"]) for each in tomllib.loads(text)["exception"]]
    for each in found:
        if not each.why.strip():
            raise ValueError(f"{EXCEPTIONS.name}: {each.check} has no reason (`why`)")
    return found


def problems(findings: Iterable[Finding], exceptions: Sequence[Exempt]) -> Iterator[str]:
    """What is to be mended, line by line."""
    there = list(findings)
    for finding in there:
        if not any(each.covers(pattern, finding) for each in exceptions for pattern in each.resources):
            yield f"{finding.resource}: {finding.check}: {finding.says}. Mend it, or say why not in {EXCEPTIONS.name}"
    for each in exceptions:
        for pattern in each.resources:
            if not any(each.covers(pattern, finding) for finding in there):
                yield f"{EXCEPTIONS.name}: {each.check}: nothing is found at {pattern} any more: take it out"


def findings(transformed: dict[str, Any]) -> tuple[list[Finding], int]:
    """What checkov finds, and how many policies it looked at."""
    logging.disable(logging.CRITICAL)  # it tells of a service on the Internet that it does not reach
    from bc_jsonpath_ng.parser import ply
    from checkov.cloudformation.runner import Runner
    from checkov.runner_filter import RunnerFilter

    # Its parser of paths makes its tables, which are always the same, anew for each path: two fifths of all work.
    make = ply.yacc.yacc
    made: dict[str, Any] = {}
    ply.yacc.yacc = lambda *, start, **how: made.get(start) or made.setdefault(start, make(start=start, **how))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "template.json").write_text(json.dumps(transformed), encoding="utf-8")
        for nested in ROOT.glob("infra/*.yaml"):
            shutil.copy(nested, folder)
        report = Runner().run(root_folder=folder, runner_filter=RunnerFilter(framework=["cloudformation"]))
    if report.parsing_errors:
        sys.exit(f"checkov cannot read {', '.join(report.parsing_errors)}")
    found = [Finding(each.check_id, each.resource, each.check_name) for each in report.failed_checks]
    return found, len(found) + len(report.passed_checks)


def main() -> None:
    """The exit status is 1 where something is to be mended."""
    exceptions = read(EXCEPTIONS.read_text("utf-8"))
    found, looked_at = findings(json.load(sys.stdin))
    wrong = list(problems(found, exceptions))
    print(*wrong, sep="\n", end="\n" if wrong else "")
    if wrong or not looked_at:
        sys.exit(1)
    print(f"Policies: {looked_at} looked at, {len(found)} left as they are by {len(exceptions)} written reasons.")


if __name__ == "__main__":
    main()
