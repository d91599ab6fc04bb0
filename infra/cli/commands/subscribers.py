"""`newsletter subscribers show` and `unsuppress`, and `newsletter consent show`."""

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
        "status of an address, here and on SES's suppression list",
        "The status of the reader, whether a sign-up waits, and whether SES holds mail to the address back. Exit code "
        "1 while it does.",
    )
    one.add_argument("address", metavar="ADDRESS")
    one.add_argument("--json", action="store_true", help="for programs")
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


def _unsuppress(options: argparse.Namespace) -> int:
    from cli.readers import subscribers

    return subscribers.unsuppress(options.address, options.because, yes=options.yes)


def _show_consent(options: argparse.Namespace) -> int:
    from cli.readers import consent

    return consent.show(options.address, as_json=options.json)
