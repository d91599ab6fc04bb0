"""The modules of functions/ as their source shows them: names, subjects and imports."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"
PRODUCT = FUNCTIONS / "newsletter"
MODULES = sorted(FUNCTIONS.rglob("*.py"))
DOORS = sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py"))
SUBJECTS = (
    "platform",
    "publication",
    "articles",
    "readers",
    "mail",
    "mailings",
    "sending",
    "reports",
    "leads",
    "nurture",
    "replies",
    "overview",
)
"""A subject imports what stands before it. Calls in the other direction go through the container."""
MOST_FILES = 13
MOST_LINES = 300

# Libraries that reach AWS or the network, and standard modules that do.
NETWORK = {"boto3", "botocore", "urllib3", "socket", "ssl", "http.client", "urllib.request", "smtplib", "requests"}
# Where else the outside world would come in: chance, the environment, other programs.
IMPURE = {"os", "random", "secrets", "subprocess", "uuid", "tempfile", "locale"}
ASKS_THE_CLOCK = {"utcnow", "today"}
CONTAINER = ("newsletter.container", "newsletter.stores", "newsletter.reply_stores", "newsletter.reader_stores")
# Asks AWS and the environment on behalf of everybody else.
EXCEPT = {
    "newsletter.platform.aws.clients",
    "newsletter.platform.aws.api_models",
    "newsletter.platform.aws.items",
    "newsletter.platform.settings",
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__")


def subject_of(module: str) -> str:
    """The subject's room, or empty for a door and for the container."""
    parts = module.split(".")
    return parts[1] if parts[0] == "newsletter" and len(parts) > 1 and parts[1] in SUBJECTS else ""


def may_reach_out(module: str) -> bool:
    return module.endswith(("_store", "_client")) or module in EXCEPT


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def for_types_alone(path: Path) -> frozenset[int]:
    """The lines of imports that only the type checker sees."""
    blocks = [
        node
        for node in nodes(path)
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    ]
    return frozenset(inner.lineno for block in blocks for inner in ast.walk(block) if isinstance(inner, ast.stmt))


def imports(path: Path, *, types: bool = False) -> Iterator[str]:
    """Every module the file imports, wherever in it, as `package.module` (of `from package import module` too)."""
    for node in nodes(path):
        if not types and getattr(node, "lineno", 0) in for_types_alone(path):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            inner = FUNCTIONS.joinpath(*node.module.split("."))
            for alias in node.names:
                yield f"{node.module}.{alias.name}" if inner.is_dir() else node.module


def is_below(module: str, packages: tuple[str, ...] | set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_ours(module: str) -> bool:
    return is_below(module, ("newsletter", *DOORS))


def is_standard(module: str) -> bool:
    return module.split(".", 1)[0] in sys.stdlib_module_names


def against(allowed: Callable[[str, str], bool], *, types: bool = False) -> dict[str, list[str]]:
    """Modules with imports that are not `allowed(importing module, imported module)`."""
    found = {}
    for path in MODULES:
        module = name_of(path)
        wrong = [each for each in imports(path, types=types) if not allowed(module, each)]
        if wrong:
            found[module] = wrong
    return found
