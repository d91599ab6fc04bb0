"""`newsletter doctor`: can the account take what is to come?"""

from __future__ import annotations

import argparse

from cli.commands.account.cost import LINKS, count, share
from cli.parsing import Subparsers, add_command


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "doctor",
        stack_options,
        run,
        "can the account take what is to come?",
        "Whether the account can take a mailing to all readers and what comes back from it: Lambda's concurrent "
        "executions and API Gateway's limits against the visits of mail scanners, SES's quota against the size of the "
        "list, and how many executions may send. Exit code 0 if so, 3 with warnings, 1 with faults. It reads the "
        "account and changes nothing.",
    )
    command.add_argument("--readers", metavar="N", type=count, help="for a list of this size (as it is now)")
    command.add_argument(
        "--scanned", metavar="SHARE", type=share, default=0.6, help="the share behind mail scanners, 0 to 1 (0.6)"
    )
    command.add_argument("--links", metavar="L", type=count, default=LINKS, help=f"links in a mail ({LINKS})")
    command.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    """Examine and print."""
    from cli.doctor.examine import examine

    return examine(options.readers, options.scanned, options.links, as_json=options.json)
