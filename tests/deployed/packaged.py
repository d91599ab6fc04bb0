"""Templates as `sam package` leaves them: of today's tree, of the last release, and of today's without some of it."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from rehearsal.template.cloudformation import read_yaml
from tests.deployed.cloudformation import NESTED, for_moto
from tests.skips import DEPLOY_TOOLS, require

ROOT = Path(__file__).parents[2]
TEMPLATE = "template.yaml"
NESTED_FILES = "infra/*.yaml"
ALONE = {"budget.yaml", "web-acl.yaml"}
"""Stacks of their own, in another region."""


@dataclass(frozen=True)
class Packaged:
    """The template after the SAM transform, and the nested ones by their paths in the tree."""

    template: dict[str, Any]
    nested: Mapping[str, dict[str, Any]]

    @property
    def documents(self) -> tuple[dict[str, Any], ...]:
        """All of them."""
        return (self.template, *self.nested.values())

    @property
    def types(self) -> set[str]:
        """The types of all resources."""
        return {each["Type"] for document in self.documents for each in document["Resources"].values()}

    def resources(self) -> dict[str, dict[str, Any]]:
        """Every resource by its logical id, which no two files share."""
        return {name: each for document in self.documents for name, each in document["Resources"].items()}

    def without(self, logical_id: str) -> Packaged:
        """The same before this resource came in: without it and everything that refers to it."""
        template, nested = deepcopy(self.template), deepcopy(dict(self.nested))
        for stack, names in _take_out(template, {logical_id}).items():
            path = next(
                path for path in nested if template["Resources"][stack]["Properties"]["TemplateURL"].endswith(path)
            )
            for name in names:
                del nested[path]["Parameters"][name]
            _take_out(nested[path], names)
        return Packaged(template, nested)


@cache
def today() -> Packaged:
    """Of this tree."""
    return _read(ROOT)


def last_release() -> str:
    """The newest tag of a release below this tree; empty where there is none, or no history."""
    asked = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"],  # noqa: S607 (whichever is on the path)
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""


@cache
def at_release(tag: str) -> Packaged:
    """Of the tree that was released under a tag."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["git", "archive", tag, TEMPLATE, "infra"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)  # noqa: S607
        return _read(Path(folder))


def _read(root: Path) -> Packaged:
    python = require(DEPLOY_TOOLS)
    done = subprocess.run(
        [python, ROOT / "infra/build/transform.py", root / TEMPLATE], capture_output=True, text=True, check=True
    )
    nested = {
        str(path.relative_to(root)): for_moto(read_yaml(path, path.name))
        for path in root.glob(NESTED_FILES)
        if path.name not in ALONE
    }
    # moto has aliases by their API alone: what names one names its function here.
    made = re.sub(r'\{"Ref": "(\w+)Aliaslive"\}', r'{"Fn::GetAtt": ["\1", "Arn"]}', done.stdout)
    return Packaged(for_moto(json.loads(made)), nested)


def _take_out(document: dict[str, Any], gone: set[str]) -> dict[str, set[str]]:
    """Remove from a template what refers to these names; of nested stacks, which parameters go with them."""
    parameters: dict[str, set[str]] = {}
    todo = set(gone)
    while todo:
        for name in todo:
            document["Resources"].pop(name, None)
        gone = gone | todo
        todo = set()
        for name, resource in document["Resources"].items():
            if resource["Type"] == NESTED:
                given = resource["Properties"].get("Parameters", {})
                parameters.setdefault(name, set()).update(key for key in given if refers_to(given[key]) & gone)
                resource["Properties"]["Parameters"] = {
                    key: value for key, value in given.items() if key not in parameters[name]
                }
            elif refers_to(resource) & gone:
                todo.add(name)
    document["Outputs"] = {
        name: output for name, output in document.get("Outputs", {}).items() if not refers_to(output) & gone
    }
    return parameters


def refers_to(value: object) -> set[str]:
    """The names that a part of a template refers to."""
    found = re.findall(r'\$\{([^}!.]+)|"Ref": "([^"]+)"|"Fn::GetAtt": \["([^"]+)"', json.dumps(value))
    return {name for names in found for name in names if name}
