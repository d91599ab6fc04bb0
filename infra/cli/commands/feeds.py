"""`newsletter feeds`, and `newsletter feeds accept` and `archive`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, from_1_to_1000

FEEDS_HELP = """\
When each feed was read last, and what is wrong with it. Exit code 1 when one cannot be read or is held.

A feed that loses most of its entries, or has others in their place, is held: nothing of it is kept or mailed until it
is as it was, or a person accepts it as it is. What then turns out to be older than the last good reading goes to the
archive; it is not mailed.
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    feeds = add_command(
        commands,
        "feeds",
        stack_options,
        _show,
        "when each feed was read last, and what is wrong with it",
        FEEDS_HELP,
    )
    more = feeds.add_subparsers(title="commands", metavar="[COMMAND]", required=False)
    add_command(more, "accept", stack_options, _accept, "let a held feed through as it is").add_argument(
        "feed", metavar="URL", help="as `newsletter feeds` names it"
    )
    archive = add_command(
        more, "archive", stack_options, _archive, "read older pages of a feed into the archive; nothing is mailed"
    )
    archive.add_argument("feed", metavar="URL", help="as `newsletter feeds` names it")
    archive.add_argument(
        "--pages",
        metavar="N",
        type=from_1_to_1000,
        default=100,
        help="how many, 1 to 1000 (100); 1000 articles at most",
    )


def _show(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.articles import feeds

    return feeds.show_feeds()


def _accept(options: argparse.Namespace) -> int:
    from cli.articles import feeds

    return feeds.accept(options.feed)


def _archive(options: argparse.Namespace) -> int:
    from cli.articles import feeds

    return feeds.archive(options.feed, options.pages)
