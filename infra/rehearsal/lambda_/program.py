"""One container of a version: reads events on standard input, a line each, and answers in the same way.

python -m rehearsal.lambda_.program sender.handler.handle
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import traceback
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from rehearsal.lambda_.context import Context

TRACE = "_X_AMZN_TRACE_ID"
"""Where Lambda says the trace header of a run, which botocore passes on."""


def main(handler: str, events: IO[str], answers: IO[str]) -> None:
    """Answer every event until there are no more. A line is an object with `event`, `context`, `ahead` and `trace`:
    the fields of a context, by how many seconds the clock is ahead, and the trace header.
    """
    ahead = [0.0]
    name, _, attribute = handler.rpartition(".")
    for line in events:
        given = json.loads(line)
        ahead[0], os.environ[TRACE] = float(given["ahead"]), given["trace"]
        printed = io.StringIO()
        answer: dict[str, Any]
        try:
            with redirect_stdout(printed):
                handle = getattr(importlib.import_module(name), attribute)
                _go_by(ahead)
                # As Lambda does it: what is no JSON is a failure of the run.
                answer = json.loads(json.dumps({"answer": handle(given["event"], Context(**given["context"]))}))
        except Exception:  # noqa: BLE001 whatever it is, the next event comes to this container all the same
            answer = {"failed": traceback.format_exc()}
        answers.write(json.dumps({**answer, "lines": printed.getvalue().splitlines()}) + "\n")
        answers.flush()


def _go_by(ahead: list[float]) -> None:
    """The product, where this is its code, takes the present from the clock of the local cloud."""
    container = sys.modules.get("newsletter.container")
    if container is not None:
        vars(container.app)["now"] = lambda: datetime.now(UTC) + timedelta(seconds=ahead[0])


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin, sys.stdout)
