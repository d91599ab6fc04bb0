"""What a function may try in a container, as handlers of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any


def write(event: str, _: object) -> str:
    """Write a file beside whatever the event names."""
    folders = {
        "task": os.environ["LAMBDA_TASK_ROOT"],
        "tmp": os.environ["TMPDIR"],
        "beside": str(Path(__file__).parent),
    }
    Path(folders[event], "written").write_text("x")
    return "written"


def grow(event: int, _: object) -> int:
    """Take so many MB of memory."""
    return len(bytearray(event * 1024 * 1024))


def leave(_: object, __: object) -> None:
    """End the process in the middle of an event."""
    os._exit(1)


def see(_: object, context: Any) -> dict[str, Any]:
    """What of Lambda is to be seen."""
    return {
        "variables": sorted(os.environ),
        "path": sys.path,
        "memory": context.memory_limit_in_mb,
        "arn": context.invoked_function_arn,
        "left": context.get_remaining_time_in_millis(),
    }
