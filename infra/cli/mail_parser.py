"""The commands that look at mails before readers do, and send campaigns: campaign, check, preview."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Commands, add_group, add_leaf

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
  The text, in Markdown. The greeting comes by itself.

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
PREVIEW_HELP = """\
Write a mail as HTML, text and .eml, and as pictures on a desktop, a phone and a dark screen where Chromium and
Playwright are installed. Nothing is sent. WHAT is

  nothing          the weekly digest of a stack, as it would start now, for a reader of every topic
  FILE.md          a campaign
  digest, welcome, confirmation, confirmation-moving, reminder, reminder-moving, already, already-moving, moved,
  campaign, or a step such as sparraus-1
                   with sample content; no stack is needed for these and for campaigns. `already` is what a reader
                   gets of a second sign-up; `-moving` are the mails of a change of address

The .eml is what SES would send, headers and all. In the HTML and the text, links lead straight to their targets.
"""


def add_campaign(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter campaign send` and `check`."""
    campaigns = add_group(commands, "campaign", "check and send a campaign from a file")
    send = add_leaf(campaigns, "campaign send", where, "send a Markdown file to an audience, once", CAMPAIGN_HELP)
    send.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    send.add_argument("--yes", action="store_true", help="send without asking, for scripts")

    try_out = add_leaf(
        campaigns, "campaign check", where, "what is wrong with a file, said with its line", CAMPAIGN_CHECK_HELP
    )
    try_out.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    try_out.add_argument("--online", action="store_true", help="also ask whether its links answer")


def add_check(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter check`."""
    check = add_leaf(
        commands,
        "check",
        where,
        "publication, templates, secrets and stack: is anything wrong?",
        "Check publication.toml, that every message and sequence text exists and every mail renders in each language "
        "and is fit to go out. With --stack also that stack: its secrets, and in what its parameters, functions, "
        "rights, schedules, tables, queues and SES identity differ from publication and templates, as far as you may "
        "look; of the local cloud its secrets, tables and queues. Each fault is said with its place and what mends it; "
        "exit code 1 if any. With FILE, the same as `newsletter campaign check FILE`.",
    )
    check.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a campaign: Markdown with front matter")
    check.add_argument("--online", action="store_true", help="also ask whether the links of FILE answer")
    check.add_argument(
        "--mails", action="store_true", help="a table of every mail with its size and, with SpamAssassin, its score"
    )


def add_preview(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter preview`."""
    look = add_leaf(commands, "preview", where, "a mail as files and pictures, to look at", PREVIEW_HELP)
    look.add_argument("what", metavar="WHAT", nargs="?", default="", help="a campaign file, or the name of a mail")
    look.add_argument("--language", metavar="LANGUAGE", default="", help="only this one, e.g. fi")
    look.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("preview"), help="the folder to write to (preview)"
    )
