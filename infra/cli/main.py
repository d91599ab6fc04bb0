"""`newsletter`: what an operator asks of a stack, deployed or local."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cli import feed_parser, mail_parser, reader_parser, sending_parser, target
from cli.faults import Fault, of_aws
from cli.parsing import add_group, add_leaf

EPILOG = """\
examples:
  newsletter campaign send kevatkampanja.md --stack newsletter-prod
  newsletter mailing show digest-2026-W48 --recipients
  newsletter decisions --local

Without --stack and --local the NEWSLETTER_* variables name the stack; without those, a local cloud that runs on this
computer (`make demo`) is used. Exit codes: 0 done, 1 a fault, 2 wrong usage.
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
    """Check a campaign file, or the publication; with the address of a stack that stack, too."""
    from cli import check, check_campaign

    if options.file:
        url = public_url or check_campaign.NOWHERE
        return check_campaign.check_campaign(options.file, root, url, online=options.online)
    return check.check(root, deployed=bool(public_url), stack=getattr(options, "stack", ""), mails=options.mails)


def _preview(options: argparse.Namespace, root: Path) -> int:
    from cli.check_campaign import NOWHERE
    from cli.preview import preview
    from newsletter.mail.templates import Templates

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
        import_wishes,
        mailing,
        preview,
        secret_parameters,
        subscribers,
    )
    from newsletter.container import app
    from newsletter.readers.imports.listed_status import ListedStatus

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
        "import": lambda: import_readers.import_file(
            options.file,
            options.as_,
            options.evidence,
            dry=options.dry_run,
            wishes=import_wishes.wishes_of(
                options.ignore_column,
                options.status_column,
                {
                    ListedStatus.LEFT: options.left,
                    ListedStatus.ACTIVE: options.active,
                    ListedStatus.PENDING: options.pending,
                },
                yes_is_left=options.yes_is_left,
                yes_is_mail=options.yes_is_mail,
                encoding=options.encoding,
            ),
            as_json=options.json,
        ),
        "export": lambda: export_readers.export(options.file),
        "subscribers show": lambda: subscribers.show(options.address, as_json=options.json),
        "subscribers unsuppress": lambda: subscribers.unsuppress(options.address, options.because, yes=options.yes),
        "consent show": lambda: consent.show(options.address, as_json=options.json),
        "campaign check": lambda: _check(options, app.settings.templates, app.settings.public_url),
        "check": lambda: _check(options, app.settings.templates, app.settings.public_url),
        "preview": lambda: preview.preview(options.what, options.language, options.out, app.templates, app),
        "secrets init": secret_parameters.init,
    }
    return commands[options.command]()


def _parser() -> argparse.ArgumentParser:
    where = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    place = where.add_argument_group("which stack")
    place.add_argument(
        "--stack", metavar="NAME", help="a deployed CloudFormation stack, in your AWS account and region"
    )
    place.add_argument(
        "--local", metavar="URL", help="the local cloud; without a URL, the one that runs on this computer"
    )
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

    mail_parser.add_campaign(commands, where)
    sending_parser.add_mailings(commands, where)
    sending_parser.add_breaker(commands, where)
    sending_parser.add_digests(commands, where)
    sending_parser.add_dead_letters(commands, where)

    sending_parser.add_records(commands, where)
    feed_parser.add_articles(commands, where)
    feed_parser.add_feeds(commands, where)
    reader_parser.add_readers(commands, where)
    mail_parser.add_check(commands, where)
    mail_parser.add_preview(commands, where)
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
