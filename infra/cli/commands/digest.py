"""`newsletter digest list`, `show`, `preview`, `note`, `approve` and `reject`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command, add_group, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    digests = add_group(commands, "digest", "digests: what they carry, and those that wait for approval")
    add_limit(add_command(digests, "list", stack_options, _list, "the newest digests and how they stand"))
    look = add_command(
        digests,
        "preview",
        stack_options,
        _preview,
        "the next digest as one reader would get it",
        "Show the next digest as one reader would get it, or somebody who chose these topics, this language and how "
        "often. Nothing is sent and nothing is counted.",
    )
    look.add_argument("address", metavar="ADDRESS", nargs="?", default="", help="of a reader")
    look.add_argument("--topics", metavar="KEY,KEY", default="", help="of somebody else; none is every topic")
    look.add_argument("--language", metavar="CODE", default="", help="the first of the publication where left out")
    look.add_argument("--frequency", metavar="HOW", default="", help="weekly (the default) or monthly")
    look.add_argument("--html", metavar="FILE", type=Path, help="write the mail to a file")
    note = add_command(
        digests,
        "note",
        stack_options,
        _note,
        "write a line on top of a digest, or show it",
        "Write a line on top of the next digest, or of one that waits for approval. It stands in that one digest alone."
        " Without TEXT it is shown; an empty TEXT removes it.",
    )
    note.add_argument("text", metavar="TEXT", nargs="?", help="one paragraph, with **bold** and [links](https://…)")
    note.add_argument(
        "--for",
        dest="which",
        metavar="WHICH",
        default="weekly",
        help="weekly (the default) or monthly for the next digest, or a period that waits for approval, e.g. 2026-W48",
    )
    note.add_argument("--language", metavar="CODE", default="", help="only in this language (default: in all of them)")
    of_one_digest = (
        add_command(digests, "show", stack_options, _show, "what a digest carries, with its subjects"),
        add_command(
            digests,
            "approve",
            stack_options,
            _approve,
            "let a waiting digest go out",
            "Let a waiting digest go out. Approved twice, it still reaches everybody once.",
        ),
        add_command(
            digests,
            "reject",
            stack_options,
            _reject,
            "never let a waiting digest go out",
            "Never let a waiting digest go out. The next one carries its articles.",
        ),
    )
    for command in of_one_digest:
        command.add_argument("period", metavar="PERIOD", help="e.g. 2026-W48 or 2026-M11")


def _list(options: argparse.Namespace) -> int:
    from cli.mailings import digests

    return digests.show_list(options.limit)


def _preview(options: argparse.Namespace) -> int:
    from cli.mails.digest_preview import preview

    chosen = {name: getattr(options, name) for name in ("topics", "language", "frequency")}
    return preview(options.address, chosen, options.html)


def _show(options: argparse.Namespace) -> int:
    from cli.mailings import digests

    return digests.show(options.period)


def _note(options: argparse.Namespace) -> int:
    from cli.mailings import digests

    return digests.write_note(options.which, options.text, options.language)


def _approve(options: argparse.Namespace) -> int:
    from cli.mailings import digests

    return digests.decide("approve", options.period)


def _reject(options: argparse.Namespace) -> int:
    from cli.mailings import digests

    return digests.decide("reject", options.period)
