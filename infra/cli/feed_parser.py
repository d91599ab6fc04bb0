"""The commands for what comes in: feeds and their articles."""

from __future__ import annotations

import argparse

from cli.parsing import Commands, add_group, add_leaf, add_limit, from_1_to_1000

FEEDS_HELP = """\
When each feed was read last, and what is wrong with it. Exit code 1 when one cannot be read or is held.

A feed that loses most of its entries, or has others in their place, is held: nothing of it is kept or mailed until it
is as it was, or a person accepts it as it is. What then turns out to be older than the last good reading goes to the
archive; it is not mailed.
"""


def add_articles(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter articles`, and `newsletter article show`, `pin`, `skip`, `retopic` and `reset`."""
    recent = add_leaf(commands, "articles", where, "recent articles, their topics, and why they have them")
    add_limit(recent)
    recent.add_argument("--json", action="store_true", help="for programs")
    article = add_group(commands, "article", "what marketing makes of an article, whatever its feed says")
    for name, summary in {
        "show": "everything that is known of an article",
        "pin": "put an article on top of its digest",
        "skip": "keep an article out of every digest",
        "retopic": "give an article other topics than those that were found",
        "reset": "take back what was pinned, skipped or given other topics",
    }.items():
        leaf = add_leaf(article, f"article {name}", where, summary)
        leaf.add_argument("article", metavar="ID", help="as `newsletter articles` names it; its beginning will do")
        if name == "retopic":
            leaf.add_argument("topics", metavar="TOPIC", nargs="*", help="keys of publication.toml")
            leaf.add_argument("--everyone", action="store_true", help="no topic: for every reader")


def add_feeds(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter feeds`, and `newsletter feeds accept` and `archive`."""
    feeds = add_leaf(commands, "feeds", where, "when each feed was read last, and what is wrong with it", FEEDS_HELP)
    more = feeds.add_subparsers(title="commands", metavar="[COMMAND]", required=False)
    add_leaf(more, "feeds accept", where, "let a held feed through as it is").add_argument(
        "feed", metavar="URL", help="as `newsletter feeds` names it"
    )
    archive = add_leaf(more, "feeds archive", where, "read older pages of a feed into the archive; nothing is mailed")
    archive.add_argument("feed", metavar="URL", help="as `newsletter feeds` names it")
    archive.add_argument(
        "--pages",
        metavar="N",
        type=from_1_to_1000,
        default=100,
        help="how many, 1 to 1000 (100); 1000 articles at most",
    )
