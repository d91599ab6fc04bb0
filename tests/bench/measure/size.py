"""How large the upload of a function is."""

from __future__ import annotations

import runpy

from tests.bench.figures import Figure, LeftOut
from tests.bench.stack import ROOT


def measure() -> list[Figure | LeftOut]:
    """The size of the sender's zip; all functions are built from one CodeUri and weigh the same."""
    built = ROOT / ".aws-sam" / "build" / "Sender"
    if not built.is_dir():
        return [LeftOut("zip_mb", "nothing is built: run `make build` first")]
    prune = runpy.run_path(str(ROOT / "infra" / "build" / "prune.py"))
    return [Figure("zip_mb", prune["zip_bytes"](built) / prune["MB"], ".aws-sam/build/Sender")]
