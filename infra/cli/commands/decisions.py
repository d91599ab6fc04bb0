"""`newsletter decisions` and `aside`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_limit


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    add_limit(add_command(commands, "decisions", stack_options, _decisions, "why scheduled runs did or did not send"))
    add_command(
        commands,
        "aside",
        stack_options,
        _aside,
        "reports of SES of a kind that the product does not know",
        "What SES reported and nobody knew what to do with, without addresses. Exit code 1 when there is anything.",
    )


def _decisions(options: argparse.Namespace) -> int:
    from cli.mailings import decisions

    return decisions.show_decisions(options.limit)


def _aside(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.mailings import decisions

    return decisions.show_unknown_events()
