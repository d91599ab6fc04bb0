"""The rehearsal can be read from one end to the other: none of its modules needs, in the end, itself."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOM = Path(__file__).parents[2] / "infra/rehearsal"


def name_of(file: Path) -> str:
    return ".".join(("rehearsal", *file.relative_to(ROOM).with_suffix("").parts)).removesuffix(".__init__")


def imported(file: Path, modules: set[str]) -> set[str]:
    """The modules of the rehearsal that a file imports anywhere, for the type checker too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = {f"{node.module}.{alias.name}" for alias in node.names}
            # What is a module below a package is imported itself; all else comes from the package's own file.
            found |= parts if parts <= modules else parts | {node.module}
    return found & modules - {"rehearsal"}


def test_no_module_of_the_rehearsal_imports_itself_by_way_of_others() -> None:
    files = {name_of(file): file for file in ROOM.rglob("*.py")}
    graph = {name: imported(file, set(files)) for name, file in files.items()}
    assert len(graph) > 40
    assert any(graph.values())
    # Raises CycleError with the way round.
    order = list(TopologicalSorter(graph).static_order())
    assert set(order) >= {"rehearsal.cloud", "rehearsal.site.web", "rehearsal.template.stack"}
