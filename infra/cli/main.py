"""The `newsletter` command: finds the stack that is meant, and runs one command on it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from cli import target
from cli.commands import (
    articles,
    campaign,
    check,
    digest,
    feeds,
    import_export,
    leads,
    mailing,
    operations,
    preview,
    secrets,
    subscribers,
)
from cli.commands.account import cost, doctor
from cli.commands.nurture import sequences
from cli.faults import Fault, aws_errors_as_faults
from cli.parsing import Run

EPILOG = """\
examples:
  newsletter campaign send kevatkampanja.md --stack newsletter-prod
  newsletter mailing show digest-2026-W48 --recipients
  newsletter decisions --local

Without --stack and --local the NEWSLETTER_* variables name the stack; without those, a local cloud that runs on this
computer (`make demo`) is used. Exit codes: 0 done, 1 a fault, 2 wrong usage.
"""
WithoutStack = Callable[[argparse.Namespace, Path], int | None]
"""Runs a command with the templates alone; None where its options need a stack after all."""
GROUPS = (
    *(campaign, mailing, digest, leads, operations),
    *(articles, feeds, sequences),
    *(import_export, subscribers),
    *(check, preview, secrets),
    *(doctor, cost),
)
"""In the order of `newsletter --help`."""


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
        # The reader of our output (`head`) has closed it; without this, Python would fail again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("\nnewsletter: stopped", file=sys.stderr)
        return 130


def _run(options: argparse.Namespace, wanted: target.Wanted) -> int:
    without_stack: WithoutStack | None = getattr(options, "without_stack", None)
    if without_stack and not (wanted.stack or wanted.local or target.named_by_environment()):
        code = without_stack(options, target.templates(wanted))
        if code is not None:
            return code
    found = target.find(wanted)
    if not (wanted.stack or wanted.local) and found.local:
        print(f"newsletter: using {found.name}", file=sys.stderr)
    run: Run = options.run
    with target.applied(found), aws_errors_as_faults():
        return run(options)


def _parser() -> argparse.ArgumentParser:
    stack_options = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    place = stack_options.add_argument_group("which stack")
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
        parents=[stack_options],
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(commands, stack_options)
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
