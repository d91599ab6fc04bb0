"""Where files lie beside the product: the rooms of the `newsletter` command, and a test where its module is."""

from __future__ import annotations

from pathlib import Path

from tests.template.modules import MOST_FILES, MOST_LINES

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
HOMES = (ROOT / "functions/newsletter", ROOT / "functions", ROOT / "infra", TESTS)
"""Below one of them each subject has its modules, and below tests/unit and tests/aws its tests."""


def files_in(ring: str) -> list[Path]:
    """The files of a ring with tests in them."""
    return sorted((TESTS / ring).rglob("test_*.py"))


def subject_of(test: Path, ring: str) -> str:
    """The folder of the ring in which the test lies; empty for a test in the ring itself, as of the container."""
    folder = test.parent.relative_to(TESTS / ring)
    return folder.as_posix() if folder.parts else ""


def modules_of(subject: str) -> set[str]:
    """The names of the subject's modules, in whichever of its rooms; empty for what is no subject."""
    if "/" in subject:
        return set()
    if not subject:
        return {path.stem for path in (ROOT / "functions/newsletter").glob("*.py")} - {"__init__"}
    return {path.stem for home in HOMES for path in (home / subject).rglob("*.py")} - {"__init__"}


def names_one_of(name: str, modules: set[str]) -> bool:
    """Whether `test_<module>` or `test_<module>_<claim>` has a module of these in it."""
    words = name.removeprefix("test_").split("_")
    return any("_".join(words[:count]) in modules for count in range(1, len(words) + 1))


def test_a_pure_test_names_a_module_of_its_subject() -> None:
    """`tests/unit/<subject>/test_<module>.py`, or `test_<module>_<claim>.py`."""
    tests = files_in("unit")
    assert tests
    lost = [
        str(test.relative_to(ROOT))
        for test in tests
        if not names_one_of(test.stem, modules_of(subject_of(test, "unit")))
    ]
    assert lost == []


def test_a_test_that_needs_the_stack_lies_with_its_subject() -> None:
    """`tests/aws/<subject>/`; its name says the claim, for many of them are about more than one module."""
    tests = files_in("aws")
    assert tests
    subjects = {test: subject_of(test, "aws") for test in tests}
    assert [
        str(test.relative_to(ROOT)) for test, subject in subjects.items() if not (subject and modules_of(subject))
    ] == []


def test_the_rooms_of_the_command_are_as_small_as_those_of_the_product() -> None:
    modules = [path for path in (ROOT / "infra/cli").rglob("*.py") if path.stem != "__init__"]
    sizes = {room: sum(path.parent == room for path in modules) for room in {path.parent for path in modules}}
    assert {str(room): size for room, size in sizes.items() if size > MOST_FILES} == {}
    lines = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules}
    assert {path: length for path, length in lines.items() if length > MOST_LINES} == {}
