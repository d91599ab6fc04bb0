"""`newsletter check`: a campaign file, or the publication and, where one is named, its stack."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "check",
        stack_options,
        run,
        "publication, templates, secrets and stack: is anything wrong?",
        "Check publication.toml, that every message and sequence text exists and every mail renders in each language "
        "and is fit to go out. With --stack also that stack: its secrets, and in what its parameters, functions, "
        "rights, schedules, tables, queues and SES identity differ from publication and templates, as far as you may "
        "look; of the local cloud its secrets, tables and queues. Each fault is said with its place and what mends it; "
        "exit code 1 if any. With FILE, the same as `newsletter campaign check FILE`.",
    )
    command.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a campaign: Markdown with front matter")
    command.add_argument("--online", action="store_true", help="also ask whether the links of FILE answer")
    command.add_argument(
        "--mails", action="store_true", help="a table of every mail with its size and, with SpamAssassin, its score"
    )
    command.add_argument(
        "--against",
        metavar="OLD.toml",
        type=Path,
        help="an earlier publication.toml: what an edit of sequences does to readers under way",
    )
    command.set_defaults(without_stack=without_stack)


def run(options: argparse.Namespace) -> int:
    """Check with the templates and the address of the stack; without a file, the stack too."""
    from newsletter.container import app

    return _check(options, app.settings.templates, app.settings.public_url)


def without_stack(options: argparse.Namespace, templates: Path) -> int:
    """Check what can be seen in files alone."""
    return _check(options, templates)


def _check(options: argparse.Namespace, templates: Path, public_url: str = "") -> int:
    from cli.checks.campaign import EXAMPLE_URL, check_campaign
    from cli.checks.publication import check_publication

    if options.file:
        return check_campaign(options.file, templates, public_url or EXAMPLE_URL, online=options.online)
    stack = getattr(options, "stack", "")
    return check_publication(
        templates, deployed=bool(public_url), stack=stack, mails=options.mails, against=options.against
    )
