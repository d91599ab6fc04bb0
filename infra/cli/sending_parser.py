"""The commands for whoever keeps sending in order: mailings, digests, breaker, dead letters, decisions."""

from __future__ import annotations

import argparse

from cli.parsing import Commands, add_group, add_leaf, add_limit

SCHEDULE = "schedule"
NAMES = ("plan", "batch", "transactional", "feedback", "lead", SCHEDULE)
"""Queues by the names that a person types."""


def add_mailings(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter mailing list`, `show`, `pause`, `resume` and `cancel`."""
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
    _add_control(mailings, where)


def _add_control(mailings: Commands, where: argparse.ArgumentParser) -> None:
    pause = add_leaf(
        mailings,
        "mailing pause",
        where,
        "stop a mailing until it is resumed",
        "Stop a mailing. Calls to SES under way still go out, at most 50 mails each; the rest waits, however long.",
    )
    resume = add_leaf(
        mailings,
        "mailing resume",
        where,
        "go on with a mailing that was stopped",
        "Go on with whoever was not tried, after a pause, a hold or a wait. For a mailing that is being sent, what was "
        "lost from the queue is put there again. Nobody is mailed twice.",
    )
    cancel = add_leaf(
        mailings,
        "mailing cancel",
        where,
        "stop a mailing for good",
        "Stop a mailing for good. Who was not tried gets nothing and counts as suppressed; no mail is recalled.",
    )
    cancel.add_argument("--yes", action="store_true", help="cancel without asking, for scripts")
    for leaf in (pause, resume, cancel):
        leaf.add_argument("mailing", metavar="ID", help="e.g. campaign-kevatkampanja-2027")


def add_breaker(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter breaker show` and `close`."""
    below = add_group(commands, "breaker", "what holds every mailing when too much bounces or is called spam")
    add_leaf(
        below,
        "breaker show",
        where,
        "whether it is open, and the rates of the last 24 hours",
        "Whether the breaker is open, and the rates of the last 24 hours. Exit code 1 when it is open.",
    )
    add_leaf(
        below,
        "breaker close",
        where,
        "close it, once the cause is mended",
        "Close the breaker and count anew. Mailings that it held stay held: resume or cancel each one.",
    )


def add_digests(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter digest list`, `show`, `approve` and `reject`."""
    digests = add_group(commands, "digest", "digests: what they carry, and those that wait for approval")
    add_limit(add_leaf(digests, "digest list", where, "the newest digests and how they stand"))
    leaves = (
        add_leaf(digests, "digest show", where, "what a digest carries, with its subjects"),
        add_leaf(
            digests,
            "digest approve",
            where,
            "let a waiting digest go out",
            "Let a waiting digest go out. Approved twice, it still reaches everybody once.",
        ),
        add_leaf(
            digests,
            "digest reject",
            where,
            "never let a waiting digest go out",
            "Never let a waiting digest go out. The next one carries its articles.",
        ),
    )
    for leaf in leaves:
        leaf.add_argument("period", metavar="PERIOD", help="e.g. 2026-W48 or 2026-M11")


def add_records(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter decisions` and `aside`."""
    add_limit(add_leaf(commands, "decisions", where, "why scheduled runs did or did not send"))
    add_leaf(
        commands,
        "aside",
        where,
        "reports of SES of a kind that the product does not know",
        "What SES reported and nobody knew what to do with, without addresses. Exit code 1 when there is anything.",
    )


def add_dead_letters(commands: Commands, where: argparse.ArgumentParser) -> None:
    """`newsletter dead-letters`, which shows them, with `redrive` and `drop`."""
    letters = commands.add_parser(
        "dead-letters",
        help="messages that failed for good",
        description="Messages that failed for good, by queue, with the reason. Exit code 1 when there are any.",
        parents=[where],
    )
    letters.set_defaults(command="dead-letters show", queue="", limit=20)
    below = letters.add_subparsers(title="commands", metavar="COMMAND")
    show = add_leaf(below, "dead-letters show", where, "what failed, and why; the same without `show`")
    show.add_argument("queue", metavar="QUEUE", nargs="?", default="", choices=("", *NAMES), help=", ".join(NAMES))
    add_limit(show)
    redrive = add_leaf(
        below,
        "dead-letters redrive",
        where,
        "send them on to the queue they came from",
        "Send dead letters on to the queue they came from, once the cause is mended. Every message may come twice, so "
        "this is always safe: nobody is mailed twice, no lead is handed off twice.",
    )
    drop = add_leaf(below, "dead-letters drop", where, "delete them")
    drop.add_argument("--yes", action="store_true", help="delete without asking, for scripts")
    for leaf in (redrive, drop):
        leaf.add_argument("queue", metavar="QUEUE", choices=NAMES, help=", ".join(NAMES))
        leaf.add_argument(
            "--message", metavar="ID", action="append", default=[], help="only this one; may be given more than once"
        )
