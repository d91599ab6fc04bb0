"""Writes down what is done with the command, before it is done, in the audit trail that console and API share."""

from __future__ import annotations

import argparse

from cli.faults import Fault
from cli.parsing import Run

MOST_NAMED = 5
NAMED = ("mailing", "period", "which", "lead", "reply", "feed", "article", "what", "draft", "name", "file")
"""Arguments that name what a command is done to: ids, names and files."""


def audited(options: argparse.Namespace, run: Run) -> int:
    """The command's exit code; one that changes something is in the audit trail before it runs."""
    act = _act(options)
    if not act:
        return run(options)
    import getpass

    from newsletter.container import app

    at = app.now()
    line = app.audit.add(getpass.getuser(), act, " ".join(_named(options)), at, via="command line")
    try:
        code = run(options)
    except Fault as fault:
        app.audit.refuse(line, str(fault))
        raise
    if code:
        app.audit.refuse(line, f"exit code {code}")
    return code


def _act(options: argparse.Namespace) -> str:
    from newsletter.platform.audit.acts import COMMANDS

    name = getattr(options, "command", "")
    only_looks = getattr(options, "dry_run", False) or (name == "digest note" and options.text is None)
    return "" if only_looks else COMMANDS.get(name, "")


def _named(options: argparse.Namespace) -> list[str]:
    """What the command is done to: ids, a file, and readers by their ids."""
    given = [getattr(options, name, None) for name in NAMED]
    named = [str(each) for each in given if each]
    address = getattr(options, "address", None)
    return [*named, *([_reader(address)] if address else [])][:MOST_NAMED]


def _reader(address: str) -> str:
    from newsletter.container import app
    from newsletter.platform.errors import InvalidInput
    from newsletter.readers.email_address import normalised

    try:
        return app.ids.of(normalised(address, allow_test_domains=True))
    except InvalidInput:
        return address  # which the store masks
