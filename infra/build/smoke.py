"""Tests a pruned function on this machine: every import works, every client can be made, every locale can be read.

Run without site-packages (`python -I -S`), so that only packages of the built function are found. Its compiled modules
are for Lambda; on a machine of another kind those of its own hashed wheels come first on the path.
"""

from __future__ import annotations

import ast
import importlib
import os
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
WHEELS = ROOT / "build/wheels"
PUBLICATION = ROOT / "templates/publication.toml"


def imported_modules() -> Iterator[str]:
    """Names of all modules that our code imports at run time anywhere, also inside functions."""
    for source in FUNCTIONS.rglob("*.py"):
        for node in _at_run_time(ast.parse(source.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    yield from (alias.name for alias in names)
                case ast.ImportFrom(module=str(module), level=0):
                    yield module


def _at_run_time(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, without what only the type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        yield child
        yield from _at_run_time(child)


def unpack_compiled_modules_for_this_machine(target: str) -> None:
    for wheel in WHEELS.glob(f"*{os.uname().machine}.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(target)


def main(function: Path) -> None:
    with tempfile.TemporaryDirectory() as own_wheels:
        unpack_compiled_modules_for_this_machine(own_wheels)
        sys.path[:0] = [own_wheels, str(function)]

        for name in sorted(set(imported_modules())):
            importlib.import_module(name)

        aws = importlib.import_module("newsletter.platform.aws.clients")
        os.environ |= {"AWS_DEFAULT_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
        for service in aws.SERVICES:
            aws.client(service)

        babel = importlib.import_module("babel.dates")
        for language in tomllib.loads(PUBLICATION.read_text("utf-8"))["languages"]:
            babel.format_date(date(2026, 1, 31), locale=language)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
