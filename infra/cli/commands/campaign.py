"""`newsletter campaign new`, `check`, `preview`, `test`, `save`, `schedule`, `send`, `report` and the like."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.commands import check
from cli.commands.mailing import add_report_options
from cli.faults import Fault
from cli.parsing import Subparsers, add_command, add_group, add_limit

CAMPAIGN_HELP = """\
Send a Markdown file to an audience, once.

The file begins with front matter, YAML between two lines of ---:

  ---
  subject: Kevään sparraukset       # needed: one line
  language: fi                      # needed: the language of the text
  name: kevatkampanja-2027          # makes it unique; the file's name without .md where left out
  topics: [linkedin, nakyvyys]      # only readers of one of these, and those who chose none
  languages: [fi, sv]               # only readers of these languages; else of the text's language
  audience: Kevään klikkaajat       # whom it is for: a saved audience, or a rule (newsletter audience count --help)
  offer: sparraus                   # an offer of publication.toml, shown under the text
  preheader: Kolme aikaa jäljellä   # what an inbox shows after the subject
  doubt: resend                     # send again, once, to whom a mail may or may not have gone; else as the publication
  ab:                               # several subjects (2 to 4), tried on a fifth of the readers for four hours
    subjects: [Varaa aika, Kolme aikaa jäljellä]
    share: 0.2
    hours: 4
  archive: false                    # keep it out of the public archive; else it is there if it goes to everybody
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
    send.add_argument("what", metavar="FILE_OR_ID", help="Markdown with front matter, or the id of a draft")
    send.add_argument("--yes", action="store_true", help="send without asking, for scripts")

    _add_drafts(campaigns, stack_options)
    report = add_command(
        campaigns,
        "report",
        stack_options,
        _report,
        "what became of a campaign that was sent",
        "What became of a campaign, as `newsletter mailing show`. Exit code 1 when its figures do not add up.",
    )
    report.add_argument("what", metavar="FILE_OR_ID", help="its file, its name, or the id of its draft or mailing")
    add_report_options(report)
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


def _add_drafts(campaigns: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    new = add_command(campaigns, "new", stack_options, _new, "write a file to begin a campaign with")
    new.add_argument("file", metavar="FILE", type=Path, help="a new file, e.g. kevatkampanja-2027.md")
    new.set_defaults(without_stack=_new_without_stack)
    preview = add_command(
        campaigns, "preview", stack_options, _preview, "HTML, text and pictures of the mail, into a folder"
    )
    preview.add_argument("what", metavar="FILE", help="Markdown with front matter")
    preview.add_argument("--language", default="", help="of the texts around it")
    preview.add_argument("--out", metavar="DIR", type=Path, default=Path("preview"), help="a folder (./preview)")
    preview.set_defaults(without_stack=_preview_without_stack)
    test = add_command(
        campaigns,
        "test",
        stack_options,
        _test,
        "send a test mail to addresses of your own",
        "Send a test mail to at most five addresses. It is marked in its subject and counts nowhere.",
    )
    test.add_argument("what", metavar="FILE_OR_ID", help="Markdown with front matter, or the id of a draft")
    test.add_argument("--to", metavar="ADDRESS", action="append", required=True, help="again for each address")
    test.add_argument("--language", default="", help="of the texts around it")
    listed = add_command(campaigns, "list", stack_options, _list, "drafts and scheduled campaigns")
    add_limit(listed)
    listed.add_argument("--json", action="store_true", help="for programs")
    save = add_command(campaigns, "save", stack_options, _save, "keep a file as a draft; nothing is sent")
    save.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    later = add_command(
        campaigns,
        "schedule",
        stack_options,
        _schedule,
        "let a campaign go out at a time",
        "Let a campaign go out at a time. It goes to those who are readers then; until then it can be taken back.",
    )
    later.add_argument("what", metavar="FILE_OR_ID", help="Markdown with front matter, or the id of a draft")
    later.add_argument("--at", metavar="TIME", required=True, help="'2026-12-01 08:00', in the publication's zone")
    _add_again(campaigns, stack_options)
    for name, summary in (
        ("unschedule", "take a scheduled campaign back"),
        ("duplicate", "make a new draft of a draft, or of a campaign that was sent"),
        ("delete", "delete a draft"),
    ):
        command = add_command(campaigns, name, stack_options, _on_draft, summary)
        command.add_argument("draft", metavar="ID", help="as `newsletter campaign list` shows it")
        command.set_defaults(act=name)


def _add_again(campaigns: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    again = add_command(
        campaigns,
        "send-again",
        stack_options,
        _send_again,
        "send a campaign again, once, to those who did not click",
        "Send a campaign again, with another subject, to those who got it and did not click as people, and neither"
        " left, complained nor bounced. Once, and not within 24 hours.",
    )
    again.add_argument("mailing", metavar="MAILING", help="as `newsletter mailing list` shows it")
    again.add_argument("--subject", required=True, help="another one than the first mail had")
    again.add_argument("--preheader", default="", help="what an inbox shows after it; else as in the first mail")
    again.add_argument("--at", metavar="TIME", default="", help="later: '2026-12-01 08:00', in the publication's zone")
    again.add_argument("--draft", action="store_true", help="keep it as a draft; nothing is sent")
    again.add_argument("--yes", action="store_true", help="send without asking, for scripts")


def _send_again(options: argparse.Namespace) -> int:
    from cli.mailings import drafts

    if options.draft and options.at:
        raise Fault("--draft and --at: a draft has no time; leave one of them out")
    return drafts.again(
        options.mailing, options.subject, options.preheader, options.at, keep=options.draft, yes=options.yes
    )


def _new(options: argparse.Namespace) -> int:
    from newsletter.container import app

    return _new_without_stack(options, app.settings.templates)


def _new_without_stack(options: argparse.Namespace, templates: Path) -> int:
    from cli.mailings import drafts
    from newsletter.mail.templates import Templates

    publication = Templates(templates, "https://newsletter.example").publication
    return drafts.new(options.file, publication.languages[0], next((topic.key for topic in publication.topics), ""))


def _preview(options: argparse.Namespace) -> int:
    from newsletter.container import app

    return _preview_without_stack(options, app.settings.templates)


def _preview_without_stack(options: argparse.Namespace, templates: Path) -> int:
    from cli.checks.campaign import EXAMPLE_URL
    from cli.mails.preview import preview
    from newsletter.mail.templates import Templates

    if not options.what.endswith(".md"):
        raise Fault(f"{options.what}: give a campaign's file, whose name ends in .md")
    return preview(options.what, options.language, options.out, Templates(templates, EXAMPLE_URL))


def _test(options: argparse.Namespace) -> int:
    from cli.mailings import drafts

    return drafts.test(options.what, options.to, options.language)


def _list(options: argparse.Namespace) -> int:
    from cli.mailings import drafts

    return drafts.list_drafts(options.limit, as_json=options.json)


def _save(options: argparse.Namespace) -> int:
    from cli.mailings import drafts

    return drafts.save(options.file)


def _schedule(options: argparse.Namespace) -> int:
    from cli.mailings import drafts

    return drafts.schedule_campaign(options.what, options.at)


def _on_draft(options: argparse.Namespace) -> int:
    from cli.mailings import drafts

    acts = {"unschedule": drafts.unschedule, "duplicate": drafts.duplicate, "delete": drafts.delete}
    return acts[options.act](options.draft)


def _report(options: argparse.Namespace) -> int:
    from cli.mailings import drafts, show_mailings

    mailing = drafts.mailing_of(options.what)
    return show_mailings.show(mailing, recipients=options.recipients, addresses=options.addresses, as_json=options.json)


def _send(options: argparse.Namespace) -> int:
    from cli.mailings import drafts
    from cli.mailings.send_campaign import send

    if options.what.endswith(".md") or Path(options.what).exists():
        return send(Path(options.what), yes=options.yes)
    return drafts.send_now(options.what, yes=options.yes)
