"""Points the built template at the archives and names the release.

Run after packing: `python -m supply.upload .aws-sam/build build/deployed`.
"""

from __future__ import annotations

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from supply.package import ROOT, functions_in
from supply.wheels import BadMaterial

OPTIONS = ("STAGE", "DEPLOY", "PARAMETERS")
"""Variables of `make deploy` that say which values the parameters of the template get."""

SHOWN = 12
"""Digits of a release that its name has."""


def upload(template: Path, functions: Sequence[str], target: Path) -> None:
    """Point the built template at the archives, which `sam deploy` uploads as they are, once for all functions.

    It would pack each folder anew, in the order in which the disk lists it.
    """
    text = template.read_text("utf-8")
    zips = Path(os.path.relpath(target.resolve(), template.parent.resolve()))
    code = re.compile(rf"^(\s+CodeUri: )(?:{'|'.join(functions)}|\S*/functions\.zip)$", re.MULTILINE)
    layer = re.compile(r"^(\s+ContentUri: )(?:\S*/templates/?|\S*/templates\.zip)$", re.MULTILINE)
    text, pointed = code.subn(rf"\g<1>{zips / 'functions.zip'}", text)
    text, layers = layer.subn(rf"\g<1>{zips / 'templates.zip'}", text)
    if (pointed, layers) != (len(functions), 1):
        raise BadMaterial(
            f"{template}: {pointed} functions of {len(functions)} and {layers} layers of 1 name what was built"
        )
    template.write_text(text, encoding="utf-8")


def name_release(template: Path, release: str) -> None:
    """Let every function get a new version if the release is another one, and only then.

    The description of the functions names it. SAM publishes a version where a property of a function changes, and
    Lambda refuses one that is the same as the last: the description is in both of what they compare.
    """
    named = re.compile(r"^( +Description: )Release \S+$", re.MULTILINE)
    text, found = named.subn(rf"\g<1>Release {release[:SHOWN]}", template.read_text("utf-8"))
    if found != 1:
        raise BadMaterial(f"{template}: a release is named {found} times and must be once, in Globals")
    template.write_text(text, encoding="utf-8")


def release_of(root: Path, target: Path, variables: Mapping[str, str]) -> str:
    """The SHA-256 of everything that a version of a function is made of: archives, templates, values of parameters.

    Whatever may say such a value counts whole, so that there may be a new version too many, and never one too few.
    """
    digest = hashlib.sha256()
    for name, content in _parts(root, target, variables):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _parts(root: Path, target: Path, variables: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for option in OPTIONS:
        yield option, variables.get(option, "").encode()
    stated = variables.get("PARAMETERS")
    files = [
        *sorted(target.glob("*.zip")),
        root / "template.yaml",
        *sorted((root / "infra").glob("*.yaml")),
        root / "samconfig.toml",
        *sorted(root.glob("deploy.*.toml")),
        *([root / stated] if stated else []),
    ]
    for file in files:
        yield file.name, file.read_bytes()


if __name__ == "__main__":
    try:
        built, archives = Path(sys.argv[1]), Path(sys.argv[2])
        upload(built / "template.yaml", [folder.name for folder in functions_in(built)], archives)
        name_release(built / "template.yaml", release_of(ROOT, archives, os.environ))
    except BadMaterial as fault:
        sys.exit(str(fault))
