"""`newsletter dead-letters`, which shows them, with `redrive` and `drop`."""

from __future__ import annotations

import argparse

from cli.mailings.queue_names import QUEUE_NAMES
from cli.parsing import Subparsers, add_command, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    letters = commands.add_parser(
        "dead-letters",
        help="messages that failed for good",
        description="Messages that failed for good, by queue, with the reason. Exit code 1 when there are any.",
        parents=[stack_options],
    )
    letters.set_defaults(run=_show, queue="", limit=20)
    below = letters.add_subparsers(title="commands", metavar="COMMAND")
    show = add_command(below, "show", stack_options, _show, "what failed, and why; the same without `show`")
    show.add_argument(
        "queue", metavar="QUEUE", nargs="?", default="", choices=("", *QUEUE_NAMES), help=", ".join(QUEUE_NAMES)
    )
    add_limit(show)
    redrive = add_command(
        below,
        "redrive",
        stack_options,
        _redrive,
        "send them on to the queue they came from",
        "Send dead letters on to the queue they came from, once the cause is mended. Every message may come twice, so "
        "this is always safe: nobody is mailed twice, no lead is handed off twice.",
    )
    drop = add_command(below, "drop", stack_options, _drop, "delete them")
    drop.add_argument("--yes", action="store_true", help="delete without asking, for scripts")
    for command in (redrive, drop):
        command.add_argument("queue", metavar="QUEUE", choices=QUEUE_NAMES, help=", ".join(QUEUE_NAMES))
        command.add_argument(
            "--message", metavar="ID", action="append", default=[], help="only this one; may be given more than once"
        )


def _show(options: argparse.Namespace) -> int:
    from cli.mailings import dead_letters

    return dead_letters.show(options.queue, options.limit)


def _redrive(options: argparse.Namespace) -> int:
    from cli.mailings import dead_letters

    return dead_letters.redrive(options.queue, options.message)


def _drop(options: argparse.Namespace) -> int:
    from cli.mailings import dead_letters

    return dead_letters.drop(options.queue, options.message, yes=options.yes)
