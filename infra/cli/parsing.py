"""How commands are declared: groups, the commands in them, and the options that many share.

The modules of `commands` import what does the work inside the functions that run it: `--help` loads neither the product
nor boto3 (80 ms instead of 700 ms of CPU).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

Subparsers = Any
"""What add_subparsers gives; argparse keeps the name of its type to itself."""
Run = Callable[[argparse.Namespace], int]
"""Runs a command with its options and returns the exit code."""


class Parser(argparse.ArgumentParser):
    """An argument parser that says what was probably meant by a mistyped command or option."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; an option that this command does not know is refused here, where those it knows are."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = {option for parser, _ in commands_of(self) for option in options_of(parser)}
            meant = [close(word.partition("=")[0], options) for word in unknown if word.startswith("-")]
            self.error(f"unrecognized arguments: {' '.join(unknown)}{did_you_mean(meant)}")
        return found, unknown

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = [str(each) for each in action.choices]
            meant = did_you_mean([close(str(value), known)]) or f" (choose from {', '.join(known)})"
            raise argparse.ArgumentError(action, f"invalid choice: {value!r}{meant}")


def close(word: str, known: Iterable[str]) -> str:
    """The known word that is most like the other; empty if none is."""
    return next(iter(get_close_matches(word, sorted(known), 1, 0.6)), "")


def did_you_mean(meant: Iterable[str]) -> str:
    """`; did you mean --json?`, or nothing."""
    found = list(dict.fromkeys(filter(None, meant)))
    return f"; did you mean {' or '.join(found)}?" if found else ""


def commands_of(parser: argparse.ArgumentParser, path: str = "") -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """The parser and all below it, each with its path, such as `mailing show`; the first has none."""
    yield parser, path
    for name, below in subcommands_of(parser).items():
        yield from commands_of(below, f"{path} {name}".strip())


def subcommands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands straight below, by name."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return dict(found[0].choices) if found else {}


def helps_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    """What `--help` says of each command straight below."""
    found = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001
    return {each.dest: each.help or "" for action in found for each in action._choices_actions}  # noqa: SLF001


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Its options by name, such as `--json`."""
    return dict(parser._option_string_actions)  # noqa: SLF001


def add_group(commands: Subparsers, name: str, summary: str) -> Subparsers:
    """A command that does nothing by itself, such as `newsletter mailing`; what is below it is added to the result."""
    group = commands.add_parser(name, help=summary, description=_sentence(summary))
    return group.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_command(
    commands: Subparsers,
    name: str,
    stack_options: argparse.ArgumentParser,
    run: Run,
    summary: str,
    description: str = "",
) -> argparse.ArgumentParser:
    """A command that can be run. The summary stands in its group's help, the description in its own."""
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description or _sentence(summary),
        formatter_class=argparse.RawDescriptionHelpFormatter if "\n" in description else argparse.HelpFormatter,
        parents=[stack_options],
        # A command that has a --json of its own replaces this one.
        conflict_handler="resolve",
    )
    add_json(command)
    command.set_defaults(run=run, command=command.prog.partition(" ")[2])
    return command


def add_json(command: argparse.ArgumentParser) -> None:
    """`--json`, which gathers what the command prints (output.py)."""
    command.add_argument(
        "--json", dest="gather", action="store_true", default=argparse.SUPPRESS, help="for programs; nothing is asked"
    )


def add_limit(command: argparse.ArgumentParser) -> None:
    """`--limit N`, for commands that list things."""
    command.add_argument("--limit", metavar="N", type=from_1_to_1000, default=20, help="how many, 1 to 1000 (20)")


def from_1_to_1000(text: str) -> int:
    """The number, as argparse converts an option. Raises ArgumentTypeError."""
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 1000")
    return int(text)


def _sentence(summary: str) -> str:
    return summary[0].upper() + summary[1:] + "."
