"""`newsletter articles`, and `newsletter article show`, `pin`, `skip`, `again`, `retopic` and `reset`."""

from __future__ import annotations

import argparse

from cli.parsing import Run, Subparsers, add_command, add_group, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    recent = add_command(
        commands, "articles", stack_options, _list, "recent articles, their topics, and why they have them"
    )
    add_limit(recent)
    recent.add_argument("--json", action="store_true", help="for programs")
    article = add_group(commands, "article", "what marketing makes of an article, whatever its feed says")
    runs: dict[str, tuple[Run, str]] = {
        "show": (_show, "everything that is known of an article"),
        "pin": (_pin, "put an article on top of its digest"),
        "skip": (_skip, "keep an article out of every digest"),
        "again": (_again, "have the next digest carry an article once more, also to those who got it"),
        "retopic": (_retopic, "give an article other topics than those that were found"),
        "reset": (_reset, "take back what was pinned, skipped, asked for again or given other topics"),
    }
    for name, (run, summary) in runs.items():
        command = add_command(article, name, stack_options, run, summary)
        command.add_argument("article", metavar="ID", help="as `newsletter articles` names it; its beginning will do")
        if name == "retopic":
            command.add_argument("topics", metavar="TOPIC", nargs="*", help="keys of publication.toml")
            command.add_argument("--everyone", action="store_true", help="no topic: for every reader")


def _list(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.show_articles(options.limit, as_json=options.json)


def _show(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.show_article(options.article)


def _pin(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.pin(options.article)


def _skip(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.skip(options.article)


def _again(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.again(options.article)


def _retopic(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.retopic(options.article, options.topics, everyone=options.everyone)


def _reset(options: argparse.Namespace) -> int:
    from cli.articles import articles

    return articles.reset(options.article)
