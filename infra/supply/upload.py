"""Points the built template at the archives: `python -m supply.upload .aws-sam/build build/deployed`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from supply.package import functions_in
from supply.wheels import BadMaterial


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


if __name__ == "__main__":
    try:
        built = Path(sys.argv[1])
        upload(built / "template.yaml", [folder.name for folder in functions_in(built)], Path(sys.argv[2]))
    except BadMaterial as fault:
        sys.exit(str(fault))
