"""Rooms by subject: what a file's name allows it, the order of the subjects, and that importing does nothing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache

from tests.template.modules import (
    ASKS_THE_CLOCK,
    CONTAINER,
    DOORS,
    FUNCTIONS,
    IMPURE,
    MODULES,
    MOST_FILES,
    MOST_LINES,
    NETWORK,
    PRODUCT,
    SUBJECTS,
    against,
    is_below,
    may_reach_out,
    name_of,
    nodes,
    subject_of,
)


def test_the_rooms_are_the_subjects() -> None:
    rooms = {path.name for path in PRODUCT.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert rooms == set(SUBJECTS)
    assert {path.name for path in PRODUCT.glob("*.py")} == {
        "__init__.py",
        "container.py",
        "stores.py",
        "reader_stores.py",
        "reply_stores.py",
    }


def test_no_room_and_no_file_is_too_big() -> None:
    folders = {path.parent for path in MODULES}
    sizes = {
        str(room.relative_to(FUNCTIONS)): len([p for p in room.glob("*.py") if p.stem != "__init__"])
        for room in folders
    }
    assert {room: size for room, size in sizes.items() if size > MOST_FILES} == {}
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {module: length for module, length in lines.items() if length > MOST_LINES} == {}


def test_a_subject_imports_only_subjects_before_it() -> None:
    def allowed(module: str, imported: str) -> bool:
        ours, theirs = subject_of(module), subject_of(imported)
        return not ours or not theirs or SUBJECTS.index(theirs) <= SUBJECTS.index(ours)

    assert against(allowed) == {}


def test_no_subject_imports_a_door_or_at_run_time_the_container() -> None:
    assert (
        against(lambda module, imported: not subject_of(module) or not is_below(imported, (*CONTAINER, *DOORS))) == {}
    )


def test_doors_do_not_import_each_other() -> None:
    def allowed(module: str, imported: str) -> bool:
        door = module.split(".", maxsplit=1)[0]
        return not is_below(imported, tuple(other for other in DOORS if other != door))

    assert against(allowed) == {}


def test_only_stores_and_clients_reach_aws_the_network_or_the_environment() -> None:
    def allowed(module: str, imported: str) -> bool:
        return not is_below(imported, NETWORK | IMPURE) or not subject_of(module) or may_reach_out(module)

    assert against(allowed) == {}
    asked = {
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if subject_of(name_of(path)) and not may_reach_out(name_of(path))
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr in ASKS_THE_CLOCK or ast.unparse(node.func) in ("datetime.now", "time.time"))
    }
    assert asked == set()


def test_stores_and_clients_are_built_by_the_container_alone() -> None:
    """Others may know their types and constants; whoever needs one at work takes it from the container."""
    built = {
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if name_of(path) not in CONTAINER and not may_reach_out(name_of(path))
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _classes_that_reach_out()
    }
    assert built == set()


@cache
def _classes_that_reach_out() -> frozenset[str]:
    """Names of the classes that are made with a client of boto3."""
    return frozenset(
        node.name
        for path in MODULES
        if name_of(path).endswith(("_store", "_client"))
        for node in nodes(path)
        if isinstance(node, ast.ClassDef)
        and any(
            isinstance(inner, ast.FunctionDef)
            and inner.name == "__init__"
            and "client" in {a.arg for a in inner.args.args}
            for inner in node.body
        )
    )


def test_clients_come_from_the_container_alone() -> None:
    clients = "newsletter.platform.aws.clients"
    assert against(lambda module, imported: module in CONTAINER or imported != clients) == {}


def test_clients_have_the_types_of_their_service() -> None:
    """Parameters of requests are checked by mypy, and by nobody before AWS: botocore's own check is off."""
    untyped = {
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.arg) and node.arg in ("client", "ssm") and not _is_a_client(node.annotation)
    }
    assert untyped == set()


def _is_a_client(annotation: ast.expr | None) -> bool:
    return isinstance(annotation, ast.Name) and annotation.id.endswith("Client")


def test_conditional_writes_are_made_in_one_place() -> None:
    """There a refusal is compared with our own write (docs/decisions/0064)."""
    words = ("ConditionalCheckFailedException", "ReturnValuesOnConditionCheckFailure")
    told = {name_of(path) for path in MODULES if any(word in path.read_text(encoding="utf-8") for word in words)}
    assert told == {"newsletter.platform.aws.items"}


STORAGE = {"PROFILE", "SIGN_UP", "CHANGE", "LEAD", "CONSENT", "CLICK", "sign_up_record", "is_sign_up", "from_item"}
"""Names of keys and mappers of the tables' items."""
CLI = sorted(
    path for path in (FUNCTIONS.parent / "infra/cli").rglob("*.py") if not path.stem.endswith(("_store", "_items"))
)
ITEM_KEYS = re.compile(r"^(profile|pk|sk|record|mailable|due_shard|due_at|brought|[a-z-]+#.*)$")
LISTED = {("columns.py", "record")}
"""A column of our own export that is called so, too."""


def test_no_key_of_an_item_is_known_above_the_stores() -> None:
    """A door, a use case or a command gets values with methods: it neither imports how items are laid out nor looks
    into one by the name of an attribute that only storage has."""
    above = [path for path in MODULES if not may_reach_out(name_of(path)) and not path.stem.endswith("_items")]
    found = set()
    for path in [*above, *CLI]:
        for node in nodes(path):
            if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(("_store", "_items", ".items")):
                found |= {(path.name, alias.name) for alias in node.names if alias.name in STORAGE}
            key = None
            if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
                key = node.slice.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                first = node.args[0]
                taken = node.func.attr in ("get", "startswith", "removeprefix", "pop")
                key = first.value if taken and isinstance(first, ast.Constant) else None
            if isinstance(key, str) and ITEM_KEYS.match(key):
                found.add((path.name, key))
    assert found - LISTED == set()


def test_a_mailing_starts_in_one_place_and_a_digest_is_released_in_one() -> None:
    """What must happen before is inside, so no door can leave it out."""
    owners = {
        "app.mailings.create": "newsletter.mailings.launch",
        "plan_shards": "newsletter.mailings.launch",
        "Prepared": "newsletter.mailings.launch",
        "app.digests.create": "newsletter.mailings.digests.release",
        "app.digests.release": "newsletter.mailings.digests.release",
    }
    found: dict[str, set[str]] = {act: set() for act in owners}
    for path in MODULES:
        for node in nodes(path):
            act = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if act in owners:
                found[act].add(name_of(path))
    assert found == {act: {owner} for act, owner in owners.items()}


def test_powertools_stay_at_the_doors() -> None:
    places = (*DOORS, "newsletter.platform.events", "newsletter.platform.observability", "newsletter.platform.web")
    assert (
        against(lambda module, imported: is_below(module, places) or not is_below(imported, {"aws_lambda_powertools"}))
        == {}
    )


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
