"""Checks the locks: they have what pyproject.toml wants, agree with each other, name no index, cover our imports."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
RUNTIME = FUNCTIONS / "requirements.txt"
DEMO, TEST, DEPLOY, CLIENT, POLICY = (
    ROOT / "infra/requirements" / f"{name}.txt" for name in ("demo", "test", "deploy", "runtime", "policy")
)
NODE = ROOT / "tests/package-lock.json"

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)", re.MULTILINE)
ADDRESS = re.compile(r"[a-z]+://|--(?:extra-)?index-url|--find-links")


def pins(lock: Path) -> dict[str, set[str]]:
    """Name to versions; more than one where the Python version decides."""
    found: dict[str, set[str]] = {}
    for pin in PIN.finditer(lock.read_text("utf-8")):
        found.setdefault(pin["name"], set()).add(pin["version"])
    return found


def wanted() -> dict[Path, list[Requirement]]:
    """What pyproject.toml asks of each lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups: Mapping[str, list[str | dict[str, str]]] = project["dependency-groups"]

    def group(name: str) -> Iterator[Requirement]:
        for entry in groups[name]:
            if isinstance(entry, str):
                yield Requirement(entry)
            else:
                yield from group(entry["include-group"])

    runtime = [Requirement(entry) for entry in project["project"]["dependencies"]]
    return {
        RUNTIME: runtime,
        DEMO: [*runtime, *group("demo")],
        TEST: [*runtime, *group("test")],
        DEPLOY: list(group("deploy")),
        CLIENT: list(group("runtime")),
        POLICY: list(group("policy")),
    }


def imports(tree: ast.AST) -> Iterator[str]:
    """Top-level names of the packages a module imports when it runs."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                yield from imports(node)


def addresses() -> Iterator[str]:
    for lock in (RUNTIME, DEMO, TEST, DEPLOY, CLIENT, POLICY, NODE):
        for number, line in enumerate(lock.read_text("utf-8").splitlines(), 1):
            if ADDRESS.search(line):
                yield f"{lock.relative_to(ROOT)}:{number}: a lock names no index and no address: {line.strip()}"


def stale_pins() -> Iterator[str]:
    for lock, requirements in wanted().items():
        pinned = pins(lock)
        for requirement in requirements:
            versions = pinned.get(canonicalize_name(requirement.name), set())
            if not versions or not all(requirement.specifier.contains(version) for version in versions):
                got = ", ".join(sorted(versions)) or "nothing"
                yield f"{lock.relative_to(ROOT)}: {requirement} is wanted, {got} is locked: run `make lock`."


def disagreements() -> Iterator[str]:
    together = pins(TEST)
    for lock in (RUNTIME, DEMO):
        for name, versions in pins(lock).items():
            if versions != together.get(name):
                yield f"{lock.relative_to(ROOT)}: {name} differs from {TEST.relative_to(ROOT)}: run `make lock`."


def undeployed_imports() -> Iterator[str]:
    known = {path.name for path in FUNCTIONS.iterdir()} | sys.stdlib_module_names
    deployed = pins(RUNTIME)
    distributions = packages_distributions()
    for module in sorted(FUNCTIONS.rglob("*.py")):
        for name in sorted(set(imports(ast.parse(module.read_text("utf-8")))) - known):
            if not any(canonicalize_name(each) in deployed for each in distributions.get(name, ())):
                yield f"{module.relative_to(ROOT)}: {name} is imported, but not in {RUNTIME.relative_to(ROOT)}."


if __name__ == "__main__":
    problems = [*addresses(), *stale_pins(), *disagreements(), *undeployed_imports()]
    print(*problems, sep="\n", end="\n" if problems else "")
    sys.exit(bool(problems))
