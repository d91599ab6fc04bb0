"""The `newsletter` command: finds the stack that is meant, and runs one command on it."""

from __future__ import annotations

import argparse
import errno
import json
import os
import sys
from collections.abc import Callable, Container, Sequence
from pathlib import Path

from cli import target
from cli.audited import audited
from cli.commands import (
    articles,
    campaign,
    check,
    completion,
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
from cli.commands.account import cost, dns, doctor, restore
from cli.commands.daily import audience, audit, overview, pictures, replies, trace
from cli.commands.nurture import sequences
from cli.faults import Fault, aws_errors_as_faults
from cli.parsing import Parser, Run, subcommands_of

EPILOG = """\
examples:
  newsletter campaign send kevatkampanja.md --stack newsletter-prod
  newsletter mailing show digest-2026-W48 --recipients
  newsletter decisions --local

Without --stack and --local the NEWSLETTER_* variables name the stack; without those, a local cloud that runs on this
computer (`make demo`) is used. With --json, every command prints one JSON document (export: one for each reader); a
fault is {"error": "..."}, and on stderr as always. Exit codes: 0 done, 1 a fault or not done, 2 wrong usage, 130
stopped; a command that has others says which.
"""
WithoutStack = Callable[[argparse.Namespace, Path], int | None]
"""Runs a command with the templates alone; None where its options need a stack after all."""
GROUPS = (
    *(campaign, audience, mailing, digest, leads, replies, operations),
    *(articles, feeds, sequences),
    *(import_export, subscribers, overview, audit, trace),
    *(check, preview, pictures, secrets),
    *(doctor, dns, restore, cost),
    completion,
)
"""In the order of `newsletter --help`."""
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""A disk that is full, a share of it that is used up, a file that may not grow."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; faults are one line on stderr, also that the output can no longer be written."""
    if sys.stdout is None:  # closed by whoever started us, with `>&-`
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 (it is open until the end)
    try:
        code = _answer(arguments)
        # Here, where a full disk or a closed pipe can still be told; at the end of the process Python only notes it.
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader of our output (`head`) has closed it.
        _write_no_more()
        return 1
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _write_no_more()
        where = error.filename or "the output"
        print(f"newsletter: {where} is not whole: {error.strerror}; make room, and run it again", file=sys.stderr)
        return 1
    return code


def _answer(arguments: Sequence[str] | None) -> int:
    line = parser()
    given = _with_json_last(sys.argv[1:] if arguments is None else arguments, subcommands_of(line))
    options = line.parse_args(_with_local_url(given))
    wanted = target.Wanted(
        getattr(options, "stack", ""),
        getattr(options, "local", ""),
        getattr(options, "templates", None),
    )
    try:
        _refuse_what_is_no_text(given)
        return _run(options, wanted)
    except Fault as fault:
        if _is_for_programs(options):
            print(json.dumps({"error": " ".join(str(fault).split())}, ensure_ascii=False))
        print(f"newsletter: {' '.join(str(fault).split())}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nnewsletter: stopped", file=sys.stderr)
        return 130


def _write_no_more() -> None:
    """Without this, Python would fail again when it closes stdout."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    """Bytes of the shell that are no UTF-8, which Python passes on as half characters, cannot be stored or printed."""
    for word in arguments:
        if any("\ud800" <= each <= "\udfff" for each in word):
            raise Fault(f"{word!a} is no text: UTF-8 is wanted")


def _run(options: argparse.Namespace, wanted: target.Wanted) -> int:
    if not getattr(options, "gather", False):
        return _run_plainly(options, wanted)
    from cli.output import gathered  # here, because it loads rich

    with gathered() as document:
        code = _run_plainly(options, wanted)
    print(document.as_json)
    return code


def _is_for_programs(options: argparse.Namespace) -> bool:
    return bool(getattr(options, "gather", False) or getattr(options, "json", False))


def _run_plainly(options: argparse.Namespace, wanted: target.Wanted) -> int:
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
        return audited(options, run)


class Version(argparse.Action):
    """`--version`: which one is installed."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="which one this is")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it, and end."""
        from importlib.metadata import version

        print(f"newsletter {version('newsletter')}")
        parser.exit()


def parser() -> Parser:
    """The whole command line."""
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
    newsletter = Parser(
        prog="newsletter",
        description="Send campaigns, see what became of every mailing, and keep a newsletter's stack in order.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[stack_options],
    )
    newsletter.add_argument("--version", action=Version)
    commands = newsletter.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for group in GROUPS:
        group.add(commands, stack_options)
    return newsletter


def _with_json_last(arguments: Sequence[str], commands: Container[str]) -> list[str]:
    """`newsletter --json mailing list` is `newsletter mailing list --json`: the option belongs to each command."""
    command = next((place for place, word in enumerate(arguments) if word in commands), 0)
    if "--json" not in arguments[:command]:
        return list(arguments)
    return [*(word for word in arguments[:command] if word != "--json"), *arguments[command:], "--json"]


def _with_local_url(arguments: Sequence[str]) -> list[str]:
    """`--local` alone means whichever local cloud runs here; argparse would take the next word for its URL."""
    after = [*arguments, ""][1:]
    return [
        f"--local={target.ANY}" if word == "--local" and not following.startswith(("http://", "https://")) else word
        for word, following in zip(arguments, after, strict=True)
    ]


if __name__ == "__main__":
    sys.exit(main())
