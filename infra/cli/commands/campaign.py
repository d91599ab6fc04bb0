"""`newsletter campaign send` and `check`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.commands import check
from cli.parsing import Subparsers, add_command, add_group

CAMPAIGN_HELP = """\
Send a Markdown file to an audience, once.

The file begins with front matter, YAML between two lines of ---:

  ---
  subject: Kevään sparraukset       # needed: one line
  language: fi                      # needed: the language of the text
  name: kevatkampanja-2027          # makes it unique; the file's name without .md where left out
  topics: [linkedin, nakyvyys]      # only readers of one of these, and those who chose none
  languages: [fi, sv]               # only readers of these languages; else of the text's language
  offer: sparraus                   # an offer of publication.toml, shown under the text
  preheader: Kolme aikaa jäljellä   # what an inbox shows after the subject
  doubt: resend                     # send again, once, to whom a mail may or may not have gone; else as the publication
  archive: false                    # keep it out of the public archive; else it is there if meant for every topic
  ---
  The text, in Markdown. The greeting comes by itself. {{ first_name | friend }} is the reader's first name, or friend.

The same file again sends nothing and is no error; another text under the same name is one.
"""
CAMPAIGN_CHECK_HELP = """\
Look a campaign over as it would be before it is sent. Nothing is sent.

Broken, so that it would not go out: HTML that Gmail would cut off (over 102 kB), links that are relative or lead
nowhere, links without text, placeholders that nobody fills in, no way to unsubscribe, an empty text part.
Said, but left to you: pictures without a description, headings that skip a level, a text part that says something
else, colours too alike, and a score of 3 points or more (from 5 it is broken) where SpamAssassin is installed.

Each finding begins with file and line; exit code 1 when something is broken.
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    campaigns = add_group(commands, "campaign", "check and send a campaign from a file")
    send = add_command(
        campaigns, "send", stack_options, _send, "send a Markdown file to an audience, once", CAMPAIGN_HELP
    )
    send.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    send.add_argument("--yes", action="store_true", help="send without asking, for scripts")

    try_out = add_command(
        campaigns,
        "check",
        stack_options,
        check.run,
        "what is wrong with a file, said with its line",
        CAMPAIGN_CHECK_HELP,
    )
    try_out.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    try_out.add_argument("--online", action="store_true", help="also ask whether its links answer")
    try_out.set_defaults(without_stack=check.without_stack)


def _send(options: argparse.Namespace) -> int:
    from cli.mailings.send_campaign import send

    return send(options.file, yes=options.yes)
