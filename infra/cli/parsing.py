"""How commands are declared: groups, leaves, and the options that many share."""

from __future__ import annotations

import argparse
from typing import Any

Commands = Any
"""What add_subparsers gives; argparse keeps the name of its type to itself."""


def add_group(commands: Commands, name: str, summary: str) -> Commands:
    group = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_leaf(
    commands: Commands, command: str, where: argparse.ArgumentParser, summary: str, description: str = ""
) -> argparse.ArgumentParser:
    leaf: argparse.ArgumentParser = commands.add_parser(
        command.rpartition(" ")[2],
        help=summary,
        description=description or summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter if "\n" in description else argparse.HelpFormatter,
        parents=[where],
    )
    leaf.set_defaults(command=command)
    return leaf


def add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limit", metavar="N", type=from_1_to_1000, default=20, help="how many, 1 to 1000 (20)")


def from_1_to_1000(text: str) -> int:
    """For argparse."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)
