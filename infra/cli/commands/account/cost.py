"""`newsletter cost`: what a list of readers will cost a month."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

from cli.parsing import Subparsers, add_command

LINKS = 35
"""In the digest of a busy week: articles with title, picture and "read on", offers, and the links to our own pages."""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(
        commands,
        "cost",
        stack_options,
        run,
        "what a list of readers will cost a month at AWS",
        "What so many readers and digests cost a month at AWS, service by service, with a line for visits: mail "
        "scanners of companies open every link of a mail, and on a business list that costs more than sending does. "
        "Reckon with half to two thirds of a business list behind one. Needs no stack.",
    )
    command.add_argument("--readers", metavar="N", type=count, required=True, help="how many active readers")
    command.add_argument(
        "--digests-per-month", metavar="M", type=_amount, required=True, help="mails to each of them, such as 4.3"
    )
    command.add_argument(
        "--scanned", metavar="SHARE", type=share, default=0.6, help="the share behind mail scanners, 0 to 1 (0.6)"
    )
    command.add_argument("--links", metavar="L", type=count, default=LINKS, help=f"links in a mail ({LINKS})")
    command.add_argument(
        "--clicks", metavar="SHARE", type=share, default=0.1, help="the share who open a link themselves, 0 to 1 (0.1)"
    )
    command.add_argument(
        "--plan",
        choices=("none", "essentials", "pro", "enterprise"),
        default="none",
        help="SES's pricing plan; new accounts start with essentials, `newsletter doctor` names yours (none)",
    )
    command.add_argument(
        "--answers",
        metavar="N",
        type=_answers,
        default=0.0,
        help="mails of readers a month, where they are received (0)",
    )
    command.add_argument("--json", action="store_true", help="for programs")
    command.set_defaults(without_stack=lambda options, _: run(options))


def run(options: argparse.Namespace, _: Path | None = None) -> int:
    """Print the bill."""
    from cli.costs.bill import Asked, show

    asked = Asked(
        options.readers,
        options.digests_per_month,
        options.scanned,
        options.links,
        options.clicks,
        options.plan,
        options.answers,
    )
    return show(asked, as_json=options.json)


def count(text: str) -> int:
    """A number of readers or links, as argparse converts an option. Raises ArgumentTypeError."""
    number = text.replace("_", "")
    if not (number.isascii() and number.isdecimal() and 0 < int(number) <= 1_000_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1,000,000,000, such as 12000")
    return int(number)


def _amount(text: str) -> float:
    return _number(text, 0, 1_000, "a number from 0 to 1000, such as 4.3")


def _answers(text: str) -> float:
    return _number(text, 0, 10_000_000, "a number from 0 to 10000000, such as 200")


def share(text: str) -> float:
    """A part of a whole, as argparse converts an option. Raises ArgumentTypeError."""
    return _number(text, 0, 1, "a share from 0 to 1, such as 0.6")


def _number(text: str, least: float, most: float, right: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not {right}")
    return number
