"""`newsletter secrets init | check`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the commands."""
    group = add_group(commands, "secrets", "the stack's secrets in SSM")
    add_command(
        group,
        "init",
        stack_options,
        _init,
        "create the secrets that are missing",
        "Create the SSM SecureString parameters that the functions need and that are missing. What exists is never "
        "changed, and no value is printed.",
    )
    add_command(
        group,
        "check",
        stack_options,
        _check,
        "say what is wrong with the secrets",
        "Say which of the SSM parameters is missing or wrong, by its place in a list; no value is printed. "
        "`newsletter check` says the same among other things.",
    )


def _check(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.checks.secret_parameters import check

    return check()


def _init(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.checks.secret_parameters import init

    return init()
