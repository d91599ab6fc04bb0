"""Wheels that tests make: as small as PEP 427 allows."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MIT = "MIT License\n\nCopyright (c) 2026 Somebody\n"


def make_wheel(
    folder: Path,
    name: str,
    files: Mapping[str, str],
    metadata: str = "License-Expression: MIT",
    bom: Mapping[str, Any] | None = None,
    text: str = MIT,
) -> str:
    """Write version 1.0 of a wheel to the folder, and return its entry in a lock."""
    info = f"{name}-1.0.dist-info"
    held = {**files, f"{info}/METADATA": f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{metadata}\n"}
    if text:
        held[f"{info}/licenses/LICENSE"] = text
    if bom:
        held[f"{info}/sboms/{name}.cyclonedx.json"] = json.dumps(bom)
    held[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*held, f"{info}/RECORD"])
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, content in held.items():
            wheel.writestr(file, content)
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


CRATES = {
    "components": [
        {
            "name": "cssparser",
            "version": "0.38.0",
            "purl": "pkg:cargo/cssparser@0.38.0",
            "author": "Simon <simon@example.fi>",
            "licenses": [{"expression": "MPL-2.0"}],
            "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
            "externalReferences": [{"type": "vcs", "url": "https://example.fi/cssparser"}],
        },
        {"name": "cc", "version": "1.4.0", "purl": "pkg:cargo/cc@1.4.0", "scope": "excluded"},
    ]
}
"""As nh3 and cryptography list what they were compiled from."""
