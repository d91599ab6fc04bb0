"""`newsletter breaker`, `dead-letters`, `decisions` and `aside`: what an operator looks at when something is amiss."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group, add_json, add_limit
from cli.queues.queue_names import QUEUE_NAMES


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    _add_breaker(commands, stack_options)
    _add_dead_letters(commands, stack_options)
    _add_decisions(commands, stack_options)


def _add_breaker(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    below = add_group(commands, "breaker", "what holds every mailing when too much bounces or is called spam")
    add_command(
        below,
        "show",
        stack_options,
        _show_breaker,
        "whether it is open, and the rates of the last 24 hours",
        "Whether the breaker is open, and the rates of the last 24 hours. Exit code 1 when it is open.",
    )
    add_command(
        below,
        "close",
        stack_options,
        _close_breaker,
        "close it, once the cause is mended",
        "Close the breaker and count anew. Mailings that it held stay held: resume or cancel each one.",
    )


def _add_dead_letters(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    letters = commands.add_parser(
        "dead-letters",
        help="messages that failed for good",
        description="Messages that failed for good, by queue, with the reason. Exit code 1 when there are any.",
        parents=[stack_options],
    )
    add_json(letters)
    letters.set_defaults(run=_show_dead_letters, queue="", limit=20)
    below = letters.add_subparsers(title="commands", metavar="COMMAND")
    show = add_command(
        below, "show", stack_options, _show_dead_letters, "what failed, and why; the same without `show`"
    )
    show.add_argument(
        "queue", metavar="QUEUE", nargs="?", default="", choices=("", *QUEUE_NAMES), help=", ".join(QUEUE_NAMES)
    )
    add_limit(show)
    redrive = add_command(
        below,
        "redrive",
        stack_options,
        _redrive_dead_letters,
        "send them on to the queue they came from",
        "Send dead letters on to the queue they came from, once the cause is mended. Every message may come twice, so "
        "this is always safe: nobody is mailed twice, no lead is handed off twice.",
    )
    drop = add_command(below, "drop", stack_options, _drop_dead_letters, "delete them")
    drop.add_argument("--yes", action="store_true", help="delete without asking, for scripts")
    for command in (redrive, drop):
        command.add_argument("queue", metavar="QUEUE", choices=QUEUE_NAMES, help=", ".join(QUEUE_NAMES))
        command.add_argument(
            "--message", metavar="ID", action="append", default=[], help="only this one; may be given more than once"
        )


def _add_decisions(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    add_limit(add_command(commands, "decisions", stack_options, _decisions, "why scheduled runs did or did not send"))
    add_command(
        commands,
        "aside",
        stack_options,
        _aside,
        "reports of SES of a kind that the product does not know",
        "What SES reported and nobody knew what to do with, without addresses. Exit code 1 when there is anything.",
    )


def _show_breaker(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.mailings import breaker

    return breaker.show()


def _close_breaker(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.mailings import breaker

    return breaker.close()


def _show_dead_letters(options: argparse.Namespace) -> int:
    from cli.queues import dead_letters

    return dead_letters.show(options.queue, options.limit)


def _redrive_dead_letters(options: argparse.Namespace) -> int:
    from cli.queues import dead_letters

    return dead_letters.redrive(options.queue, options.message)


def _drop_dead_letters(options: argparse.Namespace) -> int:
    from cli.queues import dead_letters

    return dead_letters.drop(options.queue, options.message, yes=options.yes)


def _decisions(options: argparse.Namespace) -> int:
    from cli.mailings import decisions

    return decisions.show_decisions(options.limit)


def _aside(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.mailings import decisions

    return decisions.show_unknown_events()
