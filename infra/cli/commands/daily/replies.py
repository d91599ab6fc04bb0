"""`newsletter replies list` and `person`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    replies = add_group(commands, "replies", "answers to our mails, and what each was taken for")
    listed = add_command(
        replies,
        "list",
        stack_options,
        _list,
        "what came in, from whom, and what became of it",
        "Mails that came in within the last 30 days, the newest first: from whom (masked), to which mailing, what each "
        "was taken for and why, whether it was sent on to the mailbox of people, and the lead that it made.",
    )
    listed.add_argument("--mailing", metavar="ID", default="", help="that answer this mailing")
    add_limit(listed)
    listed.add_argument("--json", action="store_true", help="for programs")
    person = add_command(
        replies,
        "person",
        stack_options,
        _person,
        "say of a mail that a person wrote it",
        "Say that a person wrote the mail and that its sender's address is theirs: it goes on to the mailbox, ends "
        "sequences, is counted and makes its lead. Also for one that a limit held. Again, nothing is done again.",
    )
    person.add_argument("reply", metavar="ID", help="of the mail, as `newsletter replies list` names it")
    person.add_argument("--json", action="store_true", help="for programs")


def _list(options: argparse.Namespace) -> int:
    from cli.replies import show_replies

    return show_replies.show_list(options.mailing, options.limit, as_json=options.json)


def _person(options: argparse.Namespace) -> int:
    from cli.replies.say_person import say_person

    return say_person(options.reply, as_json=options.json)
