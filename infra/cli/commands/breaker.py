"""`newsletter breaker show` and `close`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    below = add_group(commands, "breaker", "what holds every mailing when too much bounces or is called spam")
    add_command(
        below,
        "show",
        stack_options,
        _show,
        "whether it is open, and the rates of the last 24 hours",
        "Whether the breaker is open, and the rates of the last 24 hours. Exit code 1 when it is open.",
    )
    add_command(
        below,
        "close",
        stack_options,
        _close,
        "close it, once the cause is mended",
        "Close the breaker and count anew. Mailings that it held stay held: resume or cancel each one.",
    )


def _show(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.mailings import breaker

    return breaker.show()


def _close(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.mailings import breaker

    return breaker.close()
