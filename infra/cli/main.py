"""`newsletter`: what an operator asks of a stack, deployed or local."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cli import feed_parser, sending_parser, target
from cli.faults import Fault, of_aws
from cli.parsing import Commands, add_group, add_leaf, add_limit

EPILOG = """\
examples:
  newsletter campaign send kevatkampanja.md --stack newsletter-prod
  newsletter mailing show digest-2026-W48 --recipients
  newsletter decisions --local

Without --stack and --local the NEWSLETTER_* variables name the stack; without those, a local cloud that runs on this
computer (`make demo`) is used. Exit codes: 0 done, 1 a fault, 2 wrong usage.
"""
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
  digest, welcome, confirmation, reminder, moved, campaign, or a step such as sparraus-1
                   with sample content; no stack is needed for these and for campaigns

The .eml is what SES would send, headers and all. In the HTML and the text, links lead straight to their targets.
"""
IMPORT_HELP = """\
Bring readers in from a CSV file. Nobody who left, bounced, complained or was erased is woken up by it.

The first line names the columns: email, and where wanted name, language, topics (separated by spaces) and frequency,
in English, Finnish or Swedish. UTF-8 and Latin-1, commas and semicolons are told apart without help.

  --as pending                     asks each reader to confirm
  --as confirmed --evidence TEXT   they agreed elsewhere; the text is kept as their proof of consent

Rows that cannot be used go to FILE.rejected.csv with line, field and reason. Stopped half-way, the same command goes
on where it was; a second run of the same file changes nothing.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; faults are one line on stderr."""
    options = _parser().parse_args(_with_local_url(sys.argv[1:] if arguments is None else arguments))
    wanted = target.Wanted(
        getattr(options, "stack", ""),
        getattr(options, "local", ""),
        getattr(options, "templates", None),
    )
    try:
        return _run(options, wanted)
    except Fault as fault:
        print(f"newsletter: {' '.join(str(fault).split())}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output (`head`) has seen enough; Python would complain once more when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("\nnewsletter: stopped", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace, wanted: target.Wanted) -> int:
    if not (wanted.stack or wanted.local or target.named_by_environment()):
        if options.command in ("check", "campaign check"):
            return _check(options, target.templates(wanted))
        if options.command == "preview" and options.what:
            return _preview(options, target.templates(wanted))
    found = target.find(wanted)
    if not (wanted.stack or wanted.local) and found.local:
        print(f"newsletter: using {found.name}", file=sys.stderr)
    with target.applied(found), of_aws():
        return _command(options)


def _check(options: argparse.Namespace, root: Path, public_url: str = "") -> int:
    """Check a campaign file, or the publication; with the address of a stack its secrets, too."""
    from cli import check, check_campaign

    if options.file:
        url = public_url or check_campaign.NOWHERE
        return check_campaign.check_campaign(options.file, root, url, online=options.online)
    return check.check(root, secrets=bool(public_url), mails=options.mails)


def _preview(options: argparse.Namespace, root: Path) -> int:
    from cli.check_campaign import NOWHERE
    from cli.preview import preview
    from newsletter.adapters.templates import Templates

    return preview(options.what, options.language, options.out, Templates(root, NOWHERE))


def _command(options: argparse.Namespace) -> int:
    """The command with its options; modules are imported here, so that --help comes at once."""
    from cli import (
        articles,
        breaker,
        campaign,
        consent,
        control,
        dead_letters,
        digest,
        export_readers,
        feeds,
        history,
        import_readers,
        mailing,
        preview,
        secret_parameters,
    )
    from newsletter import wiring

    commands: dict[str, Callable[[], int]] = {
        "campaign send": lambda: campaign.send(options.file, yes=options.yes),
        "mailing list": lambda: mailing.show_list(options.limit),
        "mailing show": lambda: mailing.show(
            options.mailing, recipients=options.recipients, addresses=options.addresses, as_json=options.json
        ),
        "mailing pause": lambda: control.control("pause", options.mailing),
        "mailing resume": lambda: control.control("resume", options.mailing),
        "mailing cancel": lambda: control.control("cancel", options.mailing, yes=options.yes),
        "breaker show": breaker.show,
        "breaker close": breaker.close,
        "digest list": lambda: digest.show_list(options.limit),
        "digest show": lambda: digest.show(options.period),
        "digest approve": lambda: digest.decide("approve", options.period),
        "digest reject": lambda: digest.decide("reject", options.period),
        "dead-letters show": lambda: dead_letters.show(options.queue, options.limit),
        "dead-letters redrive": lambda: dead_letters.redrive(options.queue, options.message),
        "dead-letters drop": lambda: dead_letters.drop(options.queue, options.message, yes=options.yes),
        "aside": history.show_aside,
        "decisions": lambda: history.show_decisions(options.limit),
        "articles": lambda: articles.show_articles(options.limit, as_json=options.json),
        "article show": lambda: articles.show_article(options.article),
        "article pin": lambda: articles.pin(options.article),
        "article skip": lambda: articles.skip(options.article),
        "article retopic": lambda: articles.retopic(options.article, options.topics, everyone=options.everyone),
        "article reset": lambda: articles.reset(options.article),
        "feeds": feeds.show_feeds,
        "feeds accept": lambda: feeds.accept(options.feed),
        "feeds archive": lambda: feeds.archive(options.feed, options.pages),
        "import": lambda: import_readers.import_file(options.file, options.as_, options.evidence, dry=options.dry_run),
        "export": lambda: export_readers.export(options.file),
        "consent show": lambda: consent.show(options.address, as_json=options.json),
        "campaign check": lambda: _check(options, wiring.settings().templates, wiring.settings().public_url),
        "check": lambda: _check(options, wiring.settings().templates, wiring.settings().public_url),
        "preview": lambda: preview.preview(
            options.what, options.language, options.out, wiring.templates(), wiring.digest_desk()
        ),
        "secrets init": secret_parameters.init,
    }
    return commands[options.command]()


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    place = where.add_argument_group("which stack")
    place.add_argument(
        "--stack", metavar="NAME", help="a deployed CloudFormation stack, in your AWS account and region"
    )
    place.add_argument("--local", metavar="URL", help=f"the local cloud; without a URL, {target.local_url()}")
    place.add_argument(
        "--templates", metavar="DIR", type=Path, help="publication and templates (./templates, else those installed)"
    )
    parser = argparse.ArgumentParser(
        prog="newsletter",
        description="Send campaigns, see what became of every mailing, and keep a newsletter's stack in order.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[where],
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    campaigns = add_group(commands, "campaign", "check and send a campaign from a file")
    send = add_leaf(campaigns, "campaign send", where, "send a Markdown file to an audience, once", CAMPAIGN_HELP)
    send.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    send.add_argument("--yes", action="store_true", help="send without asking, for scripts")

    try_out = add_leaf(
        campaigns, "campaign check", where, "what is wrong with a file, said with its line", CAMPAIGN_CHECK_HELP
    )
    try_out.add_argument("file", metavar="FILE", type=Path, help="Markdown with front matter")
    try_out.add_argument("--online", action="store_true", help="also ask whether its links answer")

    mailings = add_group(commands, "mailing", "what was sent, and what became of it")
    add_limit(add_leaf(mailings, "mailing list", where, "the newest mailings"))
    show = add_leaf(
        mailings,
        "mailing show",
        where,
        "a mailing's certificate, and where each recipient stands",
        "What became of a mailing, counted from the ledger itself. Exit code 1 when its figures do not add up.",
    )
    show.add_argument("mailing", metavar="ID", help="e.g. digest-2026-W48 or campaign-kevatkampanja-2027")
    show.add_argument("--recipients", action="store_true", help="one line per recipient, named by id")
    show.add_argument("--addresses", action="store_true", help="the same with addresses")
    show.add_argument("--json", action="store_true", help="for programs")

    sending_parser.add_control(mailings, where)
    sending_parser.add_breaker(commands, where)
    sending_parser.add_digests(commands, where)
    sending_parser.add_dead_letters(commands, where)

    add_limit(add_leaf(commands, "decisions", where, "why scheduled runs did or did not send"))
    add_leaf(
        commands,
        "aside",
        where,
        "reports of SES of a kind that the product does not know",
        "What SES reported and nobody knew what to do with, without addresses. Exit code 1 when there is anything.",
    )
    feed_parser.add_articles(commands, where)
    feed_parser.add_feeds(commands, where)
    _reader_commands(commands, where)
    check = add_leaf(
        commands,
        "check",
        where,
        "publication, templates and secrets: is anything wrong?",
        "Check publication.toml, that every message and sequence text exists and every mail renders in each language "
        "and is fit to go out, and, where a stack is named, its secrets. Each fault is said with its file and field; "
        "exit code 1 if any. With FILE, the same as `newsletter campaign check FILE`.",
    )
    check.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a campaign: Markdown with front matter")
    check.add_argument("--online", action="store_true", help="also ask whether the links of FILE answer")
    check.add_argument(
        "--mails", action="store_true", help="a table of every mail with its size and, with SpamAssassin, its score"
    )
    look = add_leaf(commands, "preview", where, "a mail as files and pictures, to look at", PREVIEW_HELP)
    look.add_argument("what", metavar="WHAT", nargs="?", default="", help="a campaign file, or the name of a mail")
    look.add_argument("--language", metavar="LANGUAGE", default="", help="only this one, e.g. fi")
    look.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("preview"), help="the folder to write to (preview)"
    )
    secret = add_group(commands, "secrets", "the stack's secrets in SSM")
    add_leaf(
        secret,
        "secrets init",
        where,
        "create the secrets that are missing",
        "Create the SSM SecureString parameters that the functions need and that are missing. What exists is never "
        "changed, and no value is printed.",
    )
    return parser


def _reader_commands(commands: Commands, where: argparse.ArgumentParser) -> None:
    bring = add_leaf(commands, "import", where, "bring readers in from a CSV file", IMPORT_HELP)
    bring.add_argument("file", metavar="FILE", type=Path, help="CSV with a column email")
    bring.add_argument(
        "--as", dest="as_", metavar="HOW", choices=("pending", "confirmed"), required=True, help="pending or confirmed"
    )
    bring.add_argument("--evidence", metavar="TEXT", default="", help="where and when these readers agreed")
    bring.add_argument("--dry-run", action="store_true", help="only say what would happen")
    take = add_leaf(commands, "export", where, "write every reader as CSV")
    take.add_argument("file", metavar="FILE", type=Path, nargs="?", help="stdout where left out")
    consents = add_group(commands, "consent", "what readers agreed to")
    proof = add_leaf(
        consents,
        "consent show",
        where,
        "the proof of what a reader agreed to",
        "Every consent record of an address in its order, with the chain of hashes checked. Exit code 1 when a record "
        "was changed or is missing.",
    )
    proof.add_argument("address", metavar="ADDRESS")
    proof.add_argument("--json", action="store_true", help="for programs")


def _with_local_url(arguments: Sequence[str]) -> list[str]:
    """`--local` alone means the local cloud of `make demo`; argparse would take the next word for its URL."""
    after = [*arguments, ""][1:]
    return [
        f"--local={target.local_url()}"
        if word == "--local" and not following.startswith(("http://", "https://"))
        else word
        for word, following in zip(arguments, after, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
