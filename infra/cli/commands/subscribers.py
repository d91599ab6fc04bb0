"""`newsletter subscribers show`, `count`, `end` and `unsuppress`, and `newsletter consent show`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    readers = add_group(commands, "subscribers", "one reader, and what keeps mail from them")
    one = add_command(
        readers,
        "show",
        stack_options,
        _show,
        "one reader with all that is known of them, and whether SES holds their mail back",
        "The status of the reader, what they chose, which mails they got, what they read, their sequences and leads, "
        "and whether SES holds mail to the address back. Exit code 1 while it does.",
    )
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--json", action="store_true", help="for programs")
    many = add_command(readers, "count", stack_options, _count, "how many get mail, by language, topic and frequency")
    many.add_argument("--json", action="store_true", help="for programs")
    stop = add_command(
        readers,
        "end",
        stack_options,
        _end,
        "end a subscription because its reader asked for it",
        "Unsubscribe a reader who asked for it by mail or telephone; a second time, nothing happens. Only they can "
        "come back, with the form.",
    )
    stop.add_argument("address", metavar="ADDRESS")
    stop.add_argument("--yes", action="store_true", help="do not ask")
    stop.add_argument("--json", action="store_true", help="for programs")
    lift = add_command(
        readers,
        "unsuppress",
        stack_options,
        _unsuppress,
        "take an address off SES's suppression list",
        "Take an address off SES's suppression list, because its owner asked for it. After that they subscribe with "
        "the form as anybody does. `newsletter decisions` keeps who did it and why.",
    )
    lift.add_argument("address", metavar="ADDRESS")
    lift.add_argument("--because", metavar="TEXT", required=True, help="who asked for it, and when")
    lift.add_argument("--yes", action="store_true", help="do not ask")
    consents = add_group(commands, "consent", "what readers agreed to")
    proof = add_command(
        consents,
        "show",
        stack_options,
        _show_consent,
        "the proof of what a reader agreed to",
        "Every consent record of an address in its order, with the chain of hashes checked. Exit code 1 when a record "
        "was changed or is missing.",
    )
    proof.add_argument("address", metavar="ADDRESS")
    proof.add_argument("--json", action="store_true", help="for programs")


def _show(options: argparse.Namespace) -> int:
    from cli.readers import subscribers

    return subscribers.show(options.address, as_json=options.json)


def _count(options: argparse.Namespace) -> int:
    from cli.readers import count

    return count.show(as_json=options.json)


def _end(options: argparse.Namespace) -> int:
    from cli.readers import subscribers

    return subscribers.end(options.address, yes=options.yes, as_json=options.json)


def _unsuppress(options: argparse.Namespace) -> int:
    from cli.readers import subscribers

    return subscribers.unsuppress(options.address, options.because, yes=options.yes)


def _show_consent(options: argparse.Namespace) -> int:
    from cli.readers import consent

    return consent.show(options.address, as_json=options.json)
