"""Run by the Python of .venv-deploy: prints as JSON what `sam deploy` makes of these arguments, and does nothing."""

from __future__ import annotations

import json
import sys
from inspect import signature
from typing import Any

from samcli.commands.deploy import command

REAL = command.do_cli
SHOWN = (
    *("stack_name", "region", "capabilities", "confirm_changeset", "fail_on_empty_changeset", "resolve_s3", "guided"),
    "parameter_overrides",
)


def show(*arguments: Any, **more: Any) -> None:
    """In place of the deployment."""
    options = signature(REAL).bind(*arguments, **more).arguments
    sys.stdout.write(json.dumps({name: options[name] for name in SHOWN}))


if __name__ == "__main__":
    command.do_cli = show
    command.cli.main(sys.argv[1:], prog_name="deploy")
