"""The arrows between packages point one way, and importing a module does nothing but define what is in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

FUNCTIONS = Path(__file__).parents[2] / "functions"
MODULES = sorted(FUNCTIONS.rglob("*.py"))
DOORS = sorted(path.parent.name for path in FUNCTIONS.glob("*/handler.py"))

# Who may import what of newsletter. `descriptions` says in words what use cases found, for doors alone.
ARROWS = {
    "newsletter.domain": ("newsletter.domain",),
    "newsletter.adapters": (
        "newsletter.adapters",
        "newsletter.domain",
        "newsletter.platform.observability",
        "newsletter.platform.settings",
    ),
    "newsletter.usecases": (
        "newsletter.usecases",
        "newsletter.adapters",
        "newsletter.container",
        "newsletter.domain",
        "newsletter.platform.observability",
    ),
    "newsletter.platform.settings": (),
    "newsletter.platform.observability": ("newsletter.domain",),
    "newsletter.platform.events": ("newsletter.domain", "newsletter.platform.observability", "newsletter.container"),
    "newsletter.web": ("newsletter.domain", "newsletter.platform.observability"),
    "newsletter.reports.descriptions": ("newsletter.usecases", "newsletter.domain"),
    "newsletter.container": (
        "newsletter.adapters",
        "newsletter.domain",
        "newsletter.usecases",
        "newsletter.platform.settings",
    ),
}
# Libraries that reach AWS or the network, and standard modules that do.
NETWORK = {"boto3", "botocore", "urllib3", "socket", "ssl", "http.client", "urllib.request", "smtplib", "requests"}
# Where the outside world would come in: the clock, chance, the environment, files, other programs.
IMPURE = {"os", "random", "secrets", "time", "pathlib", "subprocess", "threading", "uuid", "tempfile", "locale"}
ASKS_THE_CLOCK = {"now", "utcnow", "today"}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(FUNCTIONS).with_suffix("").parts).removesuffix(".__init__")


def layer_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "newsletter" else parts[0]


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imports(path: Path) -> Iterator[str]:
    """Every module the file imports, wherever in it, as `package.module` (of `from package import module` too)."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            inner = FUNCTIONS.joinpath(*node.module.split("."))
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if inner.is_dir() else node.module


def is_below(module: str, packages: tuple[str, ...] | set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_ours(module: str) -> bool:
    return is_below(module, ("newsletter", *DOORS))


def is_standard(module: str) -> bool:
    return module.split(".", 1)[0] in sys.stdlib_module_names


def against(allowed: Callable[[str, str, str], bool]) -> dict[str, list[str]]:
    """Modules with imports that are not `allowed(importing module, its layer, imported module)`."""
    found = {}
    for path in MODULES:
        module = name_of(path)
        wrong = [each for each in imports(path) if not allowed(module, layer_of(module), each)]
        if wrong:
            found[module] = wrong
    return found


def test_a_module_imports_only_what_its_place_allows() -> None:
    def allowed(_: str, layer: str, imported: str) -> bool:
        return not is_ours(imported) or is_below(imported, (*ARROWS.get(layer, ("newsletter",)), layer))

    assert against(allowed) == {}


def test_only_adapters_reach_aws_and_the_network() -> None:
    assert against(lambda _, layer, imported: layer == "newsletter.adapters" or not is_below(imported, NETWORK)) == {}


def test_clients_come_from_the_container_alone() -> None:
    places = ("newsletter.adapters", "newsletter.container")
    assert against(lambda _, layer, imported: layer in places or imported != "newsletter.platform.aws.clients") == {}


def test_conditional_writes_are_made_in_one_place() -> None:
    """There a refusal is compared with our own write (docs/decisions/0064)."""
    words = ("ConditionalCheckFailedException", "ReturnValuesOnConditionCheckFailure")
    told = {name_of(path) for path in MODULES if any(word in path.read_text(encoding="utf-8") for word in words)}
    assert told == {"newsletter.platform.aws.items"}


def test_domain_use_cases_and_settings_need_no_library() -> None:
    bare = ("newsletter.domain", "newsletter.usecases", "newsletter.platform.settings")
    assert against(lambda _, layer, imported: layer not in bare or is_ours(imported) or is_standard(imported)) == {}


def test_powertools_stay_at_the_doors() -> None:
    doors = (*DOORS, "newsletter.platform.events", "newsletter.platform.observability")
    assert against(lambda _, layer, imported: layer in doors or not is_below(imported, {"aws_lambda_powertools"})) == {}


def test_the_domain_asks_neither_clock_nor_chance_nor_environment() -> None:
    assert against(lambda _, layer, imported: layer != "newsletter.domain" or not is_below(imported, IMPURE)) == {}
    asked = {
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if layer_of(name_of(path)) == "newsletter.domain"
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKS_THE_CLOCK
    }
    assert asked == set()


def test_nothing_is_named_for_being_left_over() -> None:
    stems = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    ends = ("Service", "Manager", "Helper", "Util", "Utils")
    assert [path for path in MODULES if path.stem in stems] == []
    classes = {
        f"{name_of(path)}.{node.name}" for path in MODULES for node in nodes(path) if isinstance(node, ast.ClassDef)
    }
    assert {name for name in classes if name.endswith(ends)} == set()


IMPORT_ALL = """
import importlib, os, socket, sys, threading

def refused(*_, **__):
    raise AssertionError("a socket was opened")

socket.socket.connect = refused
before = dict(os.environ)
for name in sys.argv[2:]:
    importlib.import_module(name)
assert dict(os.environ) == before, "the environment was changed"
assert threading.active_count() == 1, "a thread was started"
loaded = {"boto3", "botocore.client", "urllib3"} & set(sys.modules)
print(",".join(sorted(loaded)))
"""


def test_importing_any_module_needs_no_environment_and_opens_nothing() -> None:
    """A cold start pays for what is imported: boto3 is loaded by the first client that is asked for."""
    names = [name_of(path) for path in MODULES]
    program = f"import sys; sys.path.insert(0, sys.argv[1])\n{IMPORT_ALL}"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program, str(FUNCTIONS), *names],
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == ""
