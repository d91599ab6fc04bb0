"""How large the upload of a function is."""

from __future__ import annotations

from tests.bench.figures import Figure, LeftOut
from tests.bench.stack import ROOT

MB = 1_000_000
"""AWS counts its limit of 50 MB for a zip in these."""


def measure() -> list[Figure | LeftOut]:
    """The size of the archive, which is one for all functions."""
    archive = ROOT / "build" / "deployed" / "functions.zip"
    if not archive.is_file():
        return [LeftOut("zip_mb", "nothing is built: run `make build` first")]
    return [Figure("zip_mb", archive.stat().st_size / MB, "build/deployed/functions.zip")]
