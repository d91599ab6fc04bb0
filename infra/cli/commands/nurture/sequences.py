"""`newsletter sequences list`, `show`, `join` and `simulate`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from cli.parsing import Subparsers, add_command, add_group

if TYPE_CHECKING:
    from cli.sequences.simulate_sequence import Wanted

SIMULATE_HELP = """\
Who would have got which step between two days, had the sequence been as it is in a publication file: the readers who
came into it (of a stack, or of --history), played against it with ticks that are never late. Beside it stands what
they did get. Nothing is stored or mailed; addresses are masked.

What is known of a reader is that of today. Who would have come in by a confirmation or an offer is found in the
profiles; who would by a click, a lost lead or marketing, only if they did. The cap on mails a week is not looked at.

--history FILE is a CSV with the columns who, event, at, and optionally topics (separated by blanks) and language. Of
event, a trigger (confirmed, click, lead, lead_lost, joined) brings the reader in, and left, stopped, answered,
lead_won, lead_lost or other_sequence ends their way. No stack is asked then.
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    group = add_group(commands, "sequences", "nurture series: what they did, and what they would do")
    listed = add_command(group, "list", stack_options, _list, "every sequence, with who came in and is under way")
    show = add_command(
        group,
        "show",
        stack_options,
        _show,
        "the funnel of a sequence",
        "Who came into a sequence, how many mails of each step went out, how many people clicked in them, who left "
        "after them, why readers' way ended, leads and how many were won. What came in is what is under way and what "
        "ended, by reason.",
    )
    join = add_command(
        group,
        "join",
        stack_options,
        _join,
        "put readers into a sequence, whatever begins it",
        "Put one reader, or those of a file with an address a line, into a sequence. Nobody comes in who is not an "
        "active reader, who is in it, was in it (unless it may be gone through again), or stopped it. Running it again "
        "brings nobody in twice.",
    )
    show.add_argument("sequence", metavar="KEY", help="of the sequence, as in publication.toml")
    join.add_argument("sequence", metavar="KEY", help="of the sequence, as in publication.toml")
    join.add_argument("who", metavar="ADDRESS|FILE")
    simulate = add_command(
        group, "simulate", stack_options, _simulate, "who would have got what by a changed sequence", SIMULATE_HELP
    )
    simulate.add_argument("sequence", metavar="KEY", help="of the sequence, as in publication.toml")
    simulate.add_argument("--from", dest="start", metavar="DAY", required=True, help="e.g. 2026-11-01")
    simulate.add_argument("--to", dest="end", metavar="DAY", required=True, help="the day after the last one")
    simulate.add_argument("--publication", metavar="FILE", type=Path, help="the changed one (that of --templates)")
    simulate.add_argument("--history", metavar="FILE", type=Path, help="a CSV in place of what a stack knows")
    simulate.set_defaults(without_stack=_simulate_without_stack)
    for command in (listed, show, join, simulate):
        command.add_argument("--json", action="store_true", help="for programs")


def _list(options: argparse.Namespace) -> int:
    from cli.sequences import show_sequences

    return show_sequences.show_list(as_json=options.json)


def _show(options: argparse.Namespace) -> int:
    from cli.sequences import show_sequences

    return show_sequences.show_funnel(options.sequence, as_json=options.json)


def _join(options: argparse.Namespace) -> int:
    from cli.sequences import join_sequence

    return join_sequence.join(options.sequence, options.who, as_json=options.json)


def _simulate(options: argparse.Namespace) -> int:
    from cli.sequences import simulate_sequence
    from newsletter.container import app

    return simulate_sequence.simulate(_wanted(options, app.settings.templates), as_json=options.json)


def _simulate_without_stack(options: argparse.Namespace, templates: Path) -> int | None:
    from cli.sequences import simulate_sequence

    if options.history is None:
        return None
    return simulate_sequence.simulate(_wanted(options, templates), as_json=options.json)


def _wanted(options: argparse.Namespace, templates: Path) -> Wanted:
    from cli.sequences.simulate_sequence import Wanted

    return Wanted(
        options.sequence,
        options.start,
        options.end,
        options.publication or templates / "publication.toml",
        options.history,
    )
