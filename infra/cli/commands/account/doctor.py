"""`newsletter doctor`: are account, stack, DNS and the servers beside them as they have to be?"""

from __future__ import annotations

import argparse
import re
from ipaddress import ip_address

from cli.commands.account.cost import LINKS, count, share
from cli.parsing import Subparsers, add_command

MOST_WAIT = 900


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "doctor",
        stack_options,
        run,
        "are account, stack, DNS, feeds and CRM as they have to be?",
        "Look at everything that a newsletter needs: SES (access, quota, domain, DKIM, MAIL FROM, events, suppression "
        "list), SPF, DMARC and MX in DNS, what Lambda and API Gateway carry of the visits after a mailing, the stack "
        "against publication and templates, secrets, tables, queues, dead letters, schedules, feeds, CRM, issuer, "
        "clock and logs. Each line is fine, unknown (could not be looked at), warning or fault, with the command or "
        "DNS record that mends it. Exit code 0 if so, 3 with warnings, 1 with faults or if nothing could be looked at. "
        "It changes nothing; a CRM that takes webhooks gets an event marked as a test. With --send it also mails the "
        "mailbox simulator of SES.",
    )
    command.add_argument("--readers", metavar="N", type=count, help="for a list of this size (as it is now)")
    command.add_argument(
        "--scanned", metavar="SHARE", type=share, default=0.6, help="the share behind mail scanners, 0 to 1 (0.6)"
    )
    command.add_argument("--links", metavar="L", type=count, default=LINKS, help=f"links in a mail ({LINKS})")
    command.add_argument(
        "--send",
        action="store_true",
        help="send three mails to the mailbox simulator of SES and wait for their events; test events also to a CRM "
        "with an API of its own, and with a wrong signature",
    )
    command.add_argument(
        "--wait", metavar="SECONDS", type=_seconds, default=120, help=f"for those events, 1 to {MOST_WAIT} (120)"
    )
    command.add_argument(
        "--resolver", metavar="ADDRESS", type=_server, default=("", 53), help="name server to ask, e.g. 1.1.1.1"
    )
    command.add_argument(
        "--only", metavar="KEY", action="append", type=_key, default=[], help="only this check (or these)"
    )
    command.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    """Examine and print."""
    from cli.doctor.dns.resolver import Resolver
    from cli.doctor.examine import examine
    from cli.doctor.place import Wishes

    wishes = Wishes(options.readers, options.scanned, options.links, options.send, float(options.wait))
    return examine(wishes, Resolver(*options.resolver), as_json=options.json, only=options.only)


def _seconds(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WAIT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of seconds from 1 to {MOST_WAIT}")
    return int(text)


def _server(text: str) -> tuple[str, int]:
    """`1.1.1.1`, `1.1.1.1:53`, `2606:4700::1111` or `[2606:4700::1111]:53`."""
    match = re.fullmatch(r"\[(?P<six>[0-9a-fA-F:.]+)\](:(?P<port>\d+))?|(?P<four>[0-9.]+)(:(?P<port4>\d+))?", text)
    address = (match["six"] or match["four"]) if match else text
    port = int((match["port"] or match["port4"] or 53) if match else 53)
    try:
        ip_address(address)
    except ValueError:
        address = ""
    if not address or not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not the IP address of a name server, such as 1.1.1.1")
    return address, port


def _key(text: str) -> str:
    from cli.doctor.checks import CHECKS

    keys = [check.key for check in CHECKS]
    if text not in keys:
        raise argparse.ArgumentTypeError(f"{text!r} is none of the checks: {', '.join(keys)}")
    return text
