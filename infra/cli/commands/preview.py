"""`newsletter preview`."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command

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


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    look = add_command(
        commands, "preview", stack_options, _run, "a mail as files and pictures, to look at", PREVIEW_HELP
    )
    look.add_argument("what", metavar="WHAT", nargs="?", default="", help="a campaign file, or the name of a mail")
    look.add_argument("--language", metavar="LANGUAGE", default="", help="only this one, e.g. fi")
    look.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("preview"), help="the folder to write to (preview)"
    )
    look.set_defaults(without_stack=_without_stack)


def _run(options: argparse.Namespace) -> int:
    from cli.mails.preview import preview
    from newsletter.container import app

    return preview(options.what, options.language, options.out, app.templates, app)


def _without_stack(options: argparse.Namespace, templates: Path) -> int | None:
    """None for the digest of this week, whose articles are in a stack."""
    from cli.checks.campaign import EXAMPLE_URL
    from cli.mails.preview import preview
    from newsletter.mail.templates import Templates

    if not options.what:
        return None
    return preview(options.what, options.language, options.out, Templates(templates, EXAMPLE_URL))
