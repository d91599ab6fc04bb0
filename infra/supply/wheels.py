"""The wheels that the functions are built from: name, licence, files and what is compiled into them."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?P<rest>(?:.*\\\n)*.*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
TEXT = re.compile(
    r"[^/]+\.dist-info/licenses/.+|(?:.+/)?(?:LICEN[CS]E|NOTICE|COPYING)(?:[.-](?!pyc?$)[^/]*)?", re.IGNORECASE
)
"""Files of a wheel with the texts that its licence wants to go along: those of PEP 639, and where others lie."""
LAMBDA = re.compile(r"-(?:any|[^-]*aarch64)\.whl$")


class BadMaterial(Exception):
    """What would be shipped is not what the lock, the list of licences or the wheels say. The text is for people."""


@dataclass(frozen=True)
class Part:
    """Code of others within a package: compiled into it, or copied. `authors` as its makers wrote them."""

    name: str
    version: str
    stated: str
    """Its licence, in the words of whoever states it; empty where nobody does."""
    authors: tuple[str, ...] = ()
    purl: str = ""
    sha256: str = ""
    source: str = ""
    """Address of its source code."""
    source_is: str = "vcs"
    """What is at that address: `vcs`, `website` or `distribution`, as CycloneDX calls them."""


@dataclass(frozen=True)
class Wheel:
    """One wheel of the lock, as it is for Lambda."""

    name: str
    version: str
    filename: str
    sha256: str
    stated: str
    """Its licence by its metadata: the expression, else the field, else what the classifiers say."""
    requires: frozenset[str]
    files: frozenset[str]
    texts: dict[str, str] = field(hash=False)
    parts: tuple[Part, ...] = ()


def read_wheels(folder: Path, lock: Path) -> list[Wheel]:
    """Those for Lambda (python3.13 on arm64), by name. Raises BadMaterial for one whose hash is not in the lock."""
    hashes = locked_hashes(lock.read_text("utf-8"))
    wheels = [_read(path) for path in sorted(folder.glob("*.whl")) if LAMBDA.search(path.name)]
    for wheel in wheels:
        if wheel.sha256 not in hashes.get((wheel.name, wheel.version), ()):
            raise BadMaterial(f"{wheel.filename}: its hash is not in {lock.name}; `rm -r {folder}` and build again")
    missing = {name for name, _ in hashes} - {wheel.name for wheel in wheels}
    if missing:
        raise BadMaterial(f"{folder}: no wheel for Lambda of {', '.join(sorted(missing))}, which {lock.name} has")
    return sorted(wheels, key=lambda wheel: wheel.name)


def locked_hashes(lock: str) -> dict[tuple[str, str], frozenset[str]]:
    """Name and version to the hashes of all files that a lock accepts for them."""
    return {
        (canonicalize_name(pin["name"]), pin["version"]): frozenset(HASH.findall(pin["rest"]))
        for pin in LOCKED.finditer(lock)
    }


def _read(path: Path) -> Wheel:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        info = next(name for name in names if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)).rpartition("/")[0]
        metadata = HeaderParser().parsestr(archive.read(f"{info}/METADATA").decode("utf-8"))
        record = csv.reader(archive.read(f"{info}/RECORD").decode("utf-8").splitlines())
        texts = {name: archive.read(name).decode("utf-8") for name in sorted(names) if TEXT.fullmatch(name)}
        boms = [json.loads(archive.read(name)) for name in sorted(names) if name.startswith(f"{info}/sboms/")]
    classifiers = [each.rpartition(" :: ")[2] for each in metadata.get_all("Classifier", []) if " License" in each]
    return Wheel(
        name=canonicalize_name(metadata["Name"]),
        version=metadata["Version"],
        filename=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        stated=metadata["License-Expression"] or metadata["License"] or "; ".join(classifiers),
        requires=frozenset(_requires(metadata.get_all("Requires-Dist", []))),
        files=frozenset(row[0] for row in record if row),
        texts=texts,
        parts=tuple(part for bom in boms for part in _parts(bom)),
    )


def _requires(stated: list[str]) -> Iterator[str]:
    """Names of what the package wants in Lambda, without its extras."""
    for each in stated:
        wanted = Requirement(each)
        if wanted.marker is None or wanted.marker.evaluate({"extra": "", "python_version": "3.13"}):
            yield canonicalize_name(wanted.name)


def _parts(bom: dict[str, Any]) -> Iterator[Part]:
    """What a wheel says by PEP 770 that it was compiled from; `excluded` is what only its build used."""
    for each in bom.get("components", ()):
        if each.get("scope") == "excluded" or "path+file" in each.get("bom-ref", ""):
            continue
        licences = [one.get("expression") or one["license"].get("id") or "" for one in each.get("licenses", ())]
        sources = {one["type"]: one["url"] for one in each.get("externalReferences", ())}
        kind = next((kind for kind in ("vcs", "website", "distribution") if kind in sources), "vcs")
        yield Part(
            name=each["name"],
            version=each["version"],
            stated=" AND ".join(licences),
            authors=tuple(re.sub(r" *<[^>]*>", "", each.get("author", "")).split(", ")) if each.get("author") else (),
            purl=each["purl"].partition("?")[0],
            sha256=next((one["content"] for one in each.get("hashes", ()) if one["alg"] == "SHA-256"), ""),
            source=sources.get(kind, ""),
            source_is=kind,
        )
