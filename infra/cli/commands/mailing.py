"""`newsletter mailing list`, `show`, `clickers`, `comments`, `mail`, `relink`, `archive`, and what stops one."""

from __future__ import annotations

import argparse
from pathlib import Path

from cli.parsing import Subparsers, add_command, add_group, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    mailings = add_group(commands, "mailing", "what was sent, and what became of it")
    add_limit(add_command(mailings, "list", stack_options, _list, "the newest mailings"))
    show = add_command(
        mailings,
        "show",
        stack_options,
        _show,
        "a mailing's certificate, and where each recipient stands",
        "What became of a mailing, counted from the ledger itself. Exit code 1 when its figures do not add up.",
    )
    show.add_argument("mailing", metavar="ID", help="e.g. digest-2026-W48 or campaign-kevatkampanja-2027")
    add_report_options(show)
    _add_details(mailings, stack_options)
    relink = add_command(
        mailings,
        "relink",
        stack_options,
        _relink,
        "correct where a link leads, after sending",
        "Let a link of a mailing that was sent lead elsewhere, within a minute. The decision log keeps who did so.",
    )
    relink.add_argument("mailing", metavar="ID", help="e.g. digest-2026-W48")
    relink.add_argument("old", metavar="OLD_URL", help="as it was written, or as `newsletter mailing show` lists it")
    relink.add_argument("new", metavar="NEW_URL", help="where it is to lead")
    archive = add_command(
        mailings,
        "archive",
        stack_options,
        _archive,
        "take a mailing out of the archive, or put it back",
        "Let the public archive leave a mailing out, from now on, or show it again. Readers keep their mail.",
    )
    archive.add_argument("mailing", metavar="ID", help="e.g. digest-2026-W48")
    which = archive.add_mutually_exclusive_group(required=True)
    which.add_argument("--out", action="store_true", help="take it out")
    which.add_argument("--back", action="store_true", help="put it back")
    _add_control(mailings, stack_options)


def add_report_options(command: argparse.ArgumentParser) -> None:
    """What a report says beside its figures."""
    command.add_argument("--recipients", action="store_true", help="one line per recipient, named by id")
    command.add_argument("--addresses", action="store_true", help="the same with addresses")
    command.add_argument("--json", action="store_true", help="for programs")


def _add_details(mailings: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    clickers = add_command(
        mailings,
        "clickers",
        stack_options,
        _clickers,
        "the people who opened its links",
        "Who opened a link of a mailing, as people; machines are left out. It is written into the audit trail.",
    )
    clickers.add_argument("--csv", metavar="FILE", default="", help="all of them as CSV; - for stdout")
    clickers.add_argument("--link", metavar="URL", default="", help="those alone who opened this link of it")
    clickers.add_argument("--json", action="store_true", help="for programs")
    comments = add_command(
        mailings,
        "comments",
        stack_options,
        _comments,
        "what readers wrote who left with it",
        "What readers wrote on the page to unsubscribe, without who they are. Nothing where fewer than five did.",
    )
    mail = add_command(
        mailings,
        "mail",
        stack_options,
        _mail,
        "a mail of it, as it was sent",
        "A mail as it was sent, for nobody; its links count nothing. Without --variant the one that most readers got.",
    )
    mail.add_argument("--variant", metavar="KEY", default="", help="as `mailing show --json` names it")
    mail.add_argument("--html", type=Path, metavar="FILE", help="write its HTML there, instead of showing its text")
    mail.add_argument("--json", action="store_true", help="for programs")
    for command in (clickers, comments, mail):
        command.add_argument("mailing", metavar="ID", help="e.g. digest-2026-W48")


def _add_control(mailings: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    pause = add_command(
        mailings,
        "pause",
        stack_options,
        _pause,
        "stop a mailing until it is resumed",
        "Stop a mailing. Calls to SES under way still go out, at most 50 mails each; the rest waits, however long.",
    )
    resume = add_command(
        mailings,
        "resume",
        stack_options,
        _resume,
        "go on with a mailing that was stopped",
        "Go on with whoever was not tried, after a pause, a hold or a wait. For a mailing that is being sent, what was "
        "lost from the queue is put there again. Nobody is mailed twice.",
    )
    cancel = add_command(
        mailings,
        "cancel",
        stack_options,
        _cancel,
        "stop a mailing for good",
        "Stop a mailing for good. Who was not tried gets nothing and counts as suppressed; no mail is recalled.",
    )
    cancel.add_argument("--yes", action="store_true", help="cancel without asking, for scripts")
    for command in (pause, resume, cancel):
        command.add_argument("mailing", metavar="ID", help="e.g. campaign-kevatkampanja-2027")


def _list(options: argparse.Namespace) -> int:
    from cli.mailings import show_mailings

    return show_mailings.show_list(options.limit)


def _show(options: argparse.Namespace) -> int:
    from cli.mailings import show_mailings

    return show_mailings.show(
        options.mailing, recipients=options.recipients, addresses=options.addresses, as_json=options.json
    )


def _clickers(options: argparse.Namespace) -> int:
    from cli.mailings.clickers import show_clickers

    return show_clickers(options.mailing, options.csv, options.link, as_json=options.json)


def _comments(options: argparse.Namespace) -> int:
    from cli.mailings.clickers import show_comments

    return show_comments(options.mailing)


def _mail(options: argparse.Namespace) -> int:
    from cli.mailings.clickers import show_mail

    return show_mail(options.mailing, options.variant, options.html, as_json=options.json)


def _relink(options: argparse.Namespace) -> int:
    from cli.mailings.relink_mailing import relink_mailing

    return relink_mailing(options.mailing, options.old, options.new)


def _archive(options: argparse.Namespace) -> int:
    from cli.mailings.relink_mailing import archive_mailing

    return archive_mailing(options.mailing, shown=options.back)


def _pause(options: argparse.Namespace) -> int:
    from cli.mailings.control_mailing import control

    return control("pause", options.mailing)


def _resume(options: argparse.Namespace) -> int:
    from cli.mailings.control_mailing import control

    return control("resume", options.mailing)


def _cancel(options: argparse.Namespace) -> int:
    from cli.mailings.control_mailing import control

    return control("cancel", options.mailing, yes=options.yes)
