"""`python -m rehearsal`: the local cloud on PORT (8000) until Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

# All else is imported in main(), so that Ctrl-C during the start is as quiet as after it.
_at_the_end: list[Callable[[], None]] = []
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def main() -> int:
    """Start, say what to open and run until a signal; 1 when it cannot start, after one line that says why."""
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        port, log_level = _port(), _log_level()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1

    from rehearsal import address_file
    from rehearsal.cloud import LocalCloud
    from rehearsal.settings import CannotStart, templates_folder
    from rehearsal.template.cloudformation import TemplateError

    print("Starting the local cloud ...", flush=True)
    out = sys.stdout
    try:
        with LocalCloud(
            port,
            os.environ.get("NEWSLETTER_FEED_URL"),
            templates=templates_folder(os.environ.get("NEWSLETTER_TEMPLATES")),
            crm_url=os.environ.get("NEWSLETTER_CRM_URL"),
            log_level=log_level,
        ) as cloud:
            address_file.write(cloud.url)
            _at_the_end.append(lambda: address_file.remove(cloud.url))
            print(_welcome(cloud.url), file=out, flush=True)
            threading.Event().wait()
    except (CannotStart, TemplateError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # Everything lives in the memory of this process: it ends at once, whatever is under way, and nothing is left over.
    for act in _at_the_end:
        act()
    os.write(1, b"\nStopped.\n")
    os._exit(0)


def _welcome(url: str) -> str:
    return f"""
The newsletter runs on this computer. Open

    {url}/

It is the start page: sample blog, subscribe form, mailbox, CRM and console, and a walk through them all.
No mail leaves this computer, and everything is forgotten at the end.
Stop with Ctrl-C."""


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError(f"PORT is {text!r} and must be a number from 1 to 65535, like: make demo PORT=8001")
    return int(text)


def _log_level() -> str:
    level = (os.environ.get("NEWSLETTER_LOG") or "WARNING").upper()
    if level not in _LEVELS:
        raise ValueError(f"NEWSLETTER_LOG is {level!r} and must be one of {', '.join(_LEVELS)}")
    return level


if __name__ == "__main__":
    sys.exit(main())
