"""How commands are declared: groups, the commands in them, and the options that many share.

The modules of `commands` import what does the work inside the functions that run it: `--help` loads neither the product
nor boto3 (80 ms instead of 700 ms of CPU).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

Subparsers = Any
"""What add_subparsers gives; argparse keeps the name of its type to itself."""
Run = Callable[[argparse.Namespace], int]
"""Runs a command with its options and returns the exit code."""


def add_group(commands: Subparsers, name: str, summary: str) -> Subparsers:
    """A command that does nothing by itself, such as `newsletter mailing`; what is below it is added to the result."""
    group = commands.add_parser(name, help=summary, description=_sentence(summary))
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_command(
    commands: Subparsers,
    name: str,
    stack_options: argparse.ArgumentParser,
    run: Run,
    summary: str,
    description: str = "",
) -> argparse.ArgumentParser:
    """A command that can be run. The summary stands in its group's help, the description in its own."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description or _sentence(summary),
        formatter_class=argparse.RawDescriptionHelpFormatter if "\n" in description else argparse.HelpFormatter,
        parents=[stack_options],
    )
    command.set_defaults(run=run)
    return command


def add_limit(command: argparse.ArgumentParser) -> None:
    """`--limit N`, for commands that list things."""
    command.add_argument("--limit", metavar="N", type=from_1_to_1000, default=20, help="how many, 1 to 1000 (20)")


def from_1_to_1000(text: str) -> int:
    """The number, as argparse converts an option. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)


def _sentence(summary: str) -> str:
    return summary[0].upper() + summary[1:] + "."
