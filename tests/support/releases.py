"""Another release of the product, as a test makes it from this one: code and templates in folders of their own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support.mailings.templates import TEMPLATES

FUNCTIONS = Path(__file__).parents[2] / "functions"
MESSAGES = "newsletter/platform/messages.py"
Change = Callable[[str], str]


def copied(source: Path, target: Path, changes: Mapping[str, Change]) -> Path:
    """A copy of a folder in which these files are changed."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    for name, change in changes.items():
        text = (target / name).read_text("utf-8")
        changed = change(text)
        assert changed != text, f"{name} is not what this test takes it for"
        (target / name).write_text(changed, "utf-8")
    return target


def without_pilot(folder: Path, **changes: Change) -> Path:
    """The templates of the tests, with no hour in which the first slice of a mailing is watched."""
    publication = {"publication.toml": lambda text: re.sub(r"(?m)^canary_above = \d+", "canary_above = 0", text)}
    return copied(
        TEMPLATES, folder, publication | {name.replace("__", "/") + ".txt": how for name, how in changes.items()}
    )


def with_message(kind: str, *, version: int, reads_too: tuple[int, ...], field: str) -> Change:
    """`messages.py` with another version of a message, which has one field more."""

    def change(text: str) -> str:
        head, found, rest = text.partition(f"class {kind}(Message):")
        body, end, more = rest.partition("\n\n\n@dataclass")
        lines = (
            f"version: ClassVar[int] = {version}",
            f"reads_too: ClassVar[frozenset[int]] = frozenset({reads_too!r})",
        )
        said = "".join(f"    {line}\n" for line in lines)
        body = re.sub(r"(    type: ClassVar\[str\] = .+\n)", rf"\g<1>{said}", body)
        return f"{head}{found}{body}\n    {field}{end}{more}"

    return change
