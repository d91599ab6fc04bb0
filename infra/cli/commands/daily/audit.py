"""`newsletter audit`: who did what."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "audit",
        stack_options,
        _show,
        "who did what, in the console, the API and with this command",
        "Who did what in a month, the newest first. With --json, `cursor` is what --cursor takes to see older lines.",
    )
    command.add_argument("--month", metavar="MONTH", default="", help="e.g. 2026-11 (this month)")
    command.add_argument("--cursor", metavar="TEXT", default="", help="the page after that which gave it")
    add_limit(command)
    command.add_argument("--json", action="store_true", help="for programs")


def _show(options: argparse.Namespace) -> int:
    from cli.readers import audit

    return audit.show(options.month, options.limit, options.cursor, as_json=options.json)
