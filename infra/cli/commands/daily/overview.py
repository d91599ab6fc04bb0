"""`newsletter overview`: what the start page of the console says."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "overview",
        stack_options,
        _show,
        "what goes out next, what waits for a person, how the list grows, how mails arrive",
    )
    command.add_argument("--json", action="store_true", help="for programs")


def _show(options: argparse.Namespace) -> int:
    from cli.readers import overview

    return overview.show(as_json=options.json)
