"""`newsletter picture add` and `picture list`: pictures for mails."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command, add_group, add_limit

ADD_HELP = """\
Upload a picture for mails: PNG, JPEG or GIF, at most 1 MB and 2,000 x 4,000 pixels; 1,040 wide is sharp in every mail.
It is not made smaller here, but what cameras and programs note in it, such as the place, is taken out. Prints the line
that stands for it in a text; width and height follow from its address. The same file again is the same picture.
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    group = add_group(commands, "picture", "pictures for mails")
    one = add_command(group, "add", stack_options, _add, "upload a picture", ADD_HELP)
    one.add_argument("file", metavar="FILE", type=Path, help="PNG, JPEG or GIF")
    one.add_argument("--alt", metavar="TEXT", default="", help="what it shows, for who does not see it")
    one.add_argument("--json", action="store_true", help="for programs")
    listed = add_command(group, "list", stack_options, _list, "the pictures that are there, the newest first")
    add_limit(listed)
    listed.add_argument("--json", action="store_true", help="for programs")


def _add(options: argparse.Namespace) -> int:
    from cli.mails import pictures

    return pictures.add(options.file, options.alt, as_json=options.json)


def _list(options: argparse.Namespace) -> int:
    from cli.mails import pictures

    return pictures.show(options.limit, as_json=options.json)
