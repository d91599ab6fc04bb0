"""`newsletter completion bash`, `zsh` and `fish`."""

from __future__ import annotations

import argparse

from cli.parsing import Subparsers, add_command

HELP = """\
Print a script with which the shell completes commands and options:

  bash   newsletter completion bash > ~/.local/share/bash-completion/completions/newsletter
  zsh    newsletter completion zsh > "${fpath[1]}/_newsletter"
  fish   newsletter completion fish > ~/.config/fish/completions/newsletter.fish
"""


def add(commands: Subparsers, stack_options: argparse.ArgumentParser) -> None:
    """Declare the command."""
    command = add_command(commands, "completion", stack_options, _run, "let the shell complete commands", HELP)
    command.add_argument("shell", choices=("bash", "zsh", "fish"))
    command.set_defaults(without_stack=lambda options, _: _run(options))


def _run(options: argparse.Namespace) -> int:
    from cli.completion import script
    from cli.main import parser
    from cli.output import say

    say(script(options.shell, parser()).rstrip("\n"))
    return 0
