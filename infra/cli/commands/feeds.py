"""`newsletter feeds`, and `newsletter feeds list`, `show`, `check`, `add`, `accept` and `archive`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command, from_1_to_1000

FEEDS_HELP = """\
When each feed was read last, and what is wrong with it. Exit code 1 when one cannot be read or is held.

A feed that loses most of its entries, or has others in their place, is held: nothing of it is kept or mailed until it
is as it was, or a person accepts it as it is. What then turns out to be older than the last good reading goes to the
archive; it is not mailed.
"""
CHECK_HELP = """\
What we would make of feeds: each entry with title, address, date, language, topics and why it has them, summary and
picture, why it would stay out, and every problem. No stack is asked and nothing is kept. Exit code 1 when one of them
is no feed that can be read, as a web page; of a page, the feed that it names is shown.

With --json, one object (feed, url, readable, entries, problems, named_feeds) where one feed is given, and
{"feeds": [objects]} where several are. The settings of a feed of the publication (--templates) are applied.
"""
ADD_HELP = """\
Add a feed to templates/publication.toml, with comments and order of the file as they are. URL may be the page of a
blog: the feed that it names is taken. What would be read first is shown, and a question asked.
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    summary = "when each feed was read last, and what is wrong with it"
    feeds = add_command(commands, "feeds", stack_options, _list, summary, FEEDS_HELP)
    more = feeds.add_subparsers(title="commands", metavar="[COMMAND]", required=False)
    listed = add_command(more, "list", stack_options, _list, "the same: every feed with its state", FEEDS_HELP)
    show = add_command(more, "show", stack_options, _show, "one feed with its state")
    check = add_command(
        more, "check", stack_options, _check, "what we would make of a feed, without a stack", CHECK_HELP
    )
    check.add_argument("feeds", metavar="URL_OR_FILE", nargs="+", help="an address, a file, or - for standard input")
    check.set_defaults(without_stack=_check_without_stack)
    added = add_command(more, "add", stack_options, _add, "add a feed, or that of a page, to the publication", ADD_HELP)
    added.add_argument("url", metavar="URL", help="a feed, or a page that names its feed")
    added.add_argument("--language", metavar="CODE", default="", help="of its articles (what the feed states)")
    added.add_argument("--yes", action="store_true", help="add without asking, for scripts")
    added.set_defaults(without_stack=_add_without_stack)
    accept = add_command(more, "accept", stack_options, _accept, "let a held feed through as it is")
    archive = add_command(
        more, "archive", stack_options, _archive, "read older pages of a feed into the archive; nothing is mailed"
    )
    for command in (show, accept, archive):
        command.add_argument("feed", metavar="URL", help="as `newsletter feeds` names it")
    archive.add_argument(
        "--pages",
        metavar="N",
        type=from_1_to_1000,
        default=100,
        help="how many, 1 to 1000 (100); 1000 articles at most",
    )
    for command in (feeds, listed, show, check):
        # Left out, it is not set: else a command would undo what stands before its name, as in `feeds --json list`.
        command.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="for programs")


def _list(options: argparse.Namespace) -> int:
    from cli.articles import feeds

    return feeds.show_feeds(as_json=_as_json(options))


def _show(options: argparse.Namespace) -> int:
    from cli.articles import feeds

    return feeds.show_feeds(options.feed, as_json=_as_json(options))


def _check(options: argparse.Namespace) -> int:
    from newsletter.container import app

    return _check_without_stack(options, app.settings.templates)


def _check_without_stack(options: argparse.Namespace, templates: Path) -> int:
    from cli.articles import check_feeds

    return check_feeds.check_feeds(options.feeds, templates, as_json=_as_json(options))


def _add(options: argparse.Namespace) -> int:
    from newsletter.container import app

    return _add_without_stack(options, app.settings.templates)


def _add_without_stack(options: argparse.Namespace, templates: Path) -> int:
    from cli.articles import add_feed

    return add_feed.add_feed(options.url, templates, language=options.language, yes=options.yes)


def _accept(options: argparse.Namespace) -> int:
    from cli.articles import feeds

    return feeds.accept(options.feed)


def _archive(options: argparse.Namespace) -> int:
    from cli.articles import feeds

    return feeds.archive(options.feed, options.pages)


def _as_json(options: argparse.Namespace) -> bool:
    return getattr(options, "json", False)
