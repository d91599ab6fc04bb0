"""`newsletter secrets init`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command, add_group


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    add_command(
        add_group(commands, "secrets", "the stack's secrets in SSM"),
        "init",
        stack_options,
        _init,
        "create the secrets that are missing",
        "Create the SSM SecureString parameters that the functions need and that are missing. What exists is never "
        "changed, and no value is printed.",
    )


def _init(options: argparse.Namespace) -> int:  # noqa: ARG001 # as every command is called
    from cli.checks.secret_parameters import init

    return init()
