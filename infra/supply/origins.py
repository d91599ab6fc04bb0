"""Where each file of an archive comes from. A file of unknown origin is not shipped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.util import source_from_cache

from supply.wheels import BadMaterial, Wheel

A_COPY = re.compile(r"(^|/)_?(vendor|vendored|extern|third_?party)(/|\.py$)", re.IGNORECASE)
"""A path that looks as if a package had copied another into itself."""


FOREIGN = re.compile(rb"copyright|@licen[cs]e|@preserve|SPDX-License|sourceMappingURL", re.IGNORECASE)
"""What scripts and styles of others have in them, and ours have not."""
FOREIGN_NAME = re.compile(r"\.min\.(js|css)$|\.(mjs|wasm|woff2?|ttf|otf)$")
OF_BROWSERS = re.compile(r"\.(js|css|svg)$")
TEMPLATES = "templates"
"""Where others' scripts, styles and fonts would lie, as `inside` of licences.toml."""


@dataclass(frozen=True)
class Copied:
    """Code or data of others at `path` (a folder ends in /) of the package `inside`, or of templates/."""

    inside: str
    path: str
    name: str
    licence: str

    def has(self, file: str) -> bool:
        return file.startswith(self.path) if self.path.endswith("/") else file == self.path


@dataclass(frozen=True)
class Shipped:
    """A package of which at least one file besides its metadata is in the archive."""

    wheel: Wheel
    files: frozenset[str]
    copied: tuple[Copied, ...]

    @property
    def left_out(self) -> int:
        """How many files of the wheel the build left out."""
        return len(self.wheel.files - self.files)


def _looks_copied(file: str) -> bool:
    return bool(A_COPY.search(file)) and file.endswith(".py") and not file.endswith("/__init__.py")


def trace(
    files: Collection[str], wheels: Iterable[Wheel], ours: Collection[str], copied: Collection[Copied]
) -> list[Shipped]:
    """The packages in an archive of these files; `ours` are the names of our own packages.

    Raises BadMaterial for a file that is neither ours nor of a wheel, for metadata of a package that is not there, and
    for copies that licences.toml does not list, or lists and are gone.
    """
    known = {file: wheel for wheel in wheels for file in wheel.files}
    held: dict[Wheel, set[str]] = {}
    for file in sorted(files):
        source = source_from_cache(file) if file.endswith(".pyc") else file
        wheel = known.get(source)
        if wheel is not None:
            held.setdefault(wheel, set()).add(file)
        elif source.partition("/")[0] not in ours:
            raise BadMaterial(f"{file}: of no wheel of the lock, and no package of ours")
        elif source not in files:
            raise BadMaterial(f"{file}: byte code whose source is gone")
    gone = {each for each in copied if each.inside != TEMPLATES}
    shipped = []
    for wheel, there in sorted(held.items(), key=lambda pair: pair[0].name):
        if all(".dist-info/" in file for file in there):
            raise BadMaterial(
                f"{wheel.name}: nothing of it is left but its metadata; the build should leave them out too"
            )
        listed = [each for each in copied if each.inside == wheel.name]
        found = tuple(each for each in listed if any(map(each.has, there)))
        unlisted = [
            file for file in sorted(there) if _looks_copied(file) and not any(each.has(file) for each in listed)
        ]
        if unlisted:
            raise BadMaterial(f"{wheel.name}: {unlisted[0]} looks like a copy of others' code; list it in [[copied]]")
        gone -= set(found)
        shipped.append(Shipped(wheel, frozenset(there), found))
    if gone:
        paths = ", ".join(sorted(each.path for each in gone))
        raise BadMaterial(f"licences.toml: nothing is at {paths} any more; take it out of [[copied]]")
    return shipped


def of_others(files: Mapping[str, bytes], copied: Collection[Copied]) -> tuple[Copied, ...]:
    """The scripts, styles and fonts of others among the templates, which licences.toml lists; all others are ours.

    Raises BadMaterial for one that looks like others' and is not listed, and for an entry that is gone.
    """
    listed = [each for each in copied if each.inside == TEMPLATES]
    for name, content in files.items():
        foreign = FOREIGN_NAME.search(name) or (OF_BROWSERS.search(name) and FOREIGN.search(content))
        if foreign and not any(each.has(name) for each in listed):
            raise BadMaterial(f'{name}: looks like others\' work; list it in [[copied]], inside "{TEMPLATES}"')
    gone = [each.path for each in listed if not any(map(each.has, files))]
    if gone:
        raise BadMaterial(f"licences.toml: nothing is at {', '.join(gone)} any more; take it out of [[copied]]")
    return tuple(listed)
