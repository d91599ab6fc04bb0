"""Calls `sam deploy`, which uploads what was built and has CloudFormation make or change the stack; it asks nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli.faults import Fault
from cli.target import REPOSITORY
from deploy.failure import why
from deploy.stage import Stage

SAM = REPOSITORY / ".venv-deploy/bin/sam"
BUILT = REPOSITORY / ".aws-sam/build/template.yaml"
"""What `make build` leaves."""
CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND")
"""IAM: the functions' roles, none of which has a name of its own. AUTO_EXPAND: the SAM transform, the nested stacks."""


def arguments(stage: Stage, template: Path, overrides: Path, *, plan: bool = False) -> list[str]:
    """What follows `sam`. `plan`: show what would change, and change nothing."""
    return [
        *("deploy", "--template-file", str(template), "--config-env", stage.name),
        *("--stack-name", stage.stack, "--region", stage.region),
        *("--capabilities", *CAPABILITIES, "--resolve-s3", "--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        *("--parameter-overrides", f"file://{overrides}"),
        *(["--no-execute-changeset"] if plan else []),
    ]


def deploy(stage: Stage, values: Mapping[str, str], template: Path = BUILT, *, plan: bool = False) -> None:
    """Raises Fault with what failed and the next step."""
    overrides = REPOSITORY / f"build/parameters.{stage.name}.yaml"
    overrides.parent.mkdir(exist_ok=True)
    overrides.write_text(json.dumps(values, ensure_ascii=False, indent=2), encoding="utf-8")  # JSON is YAML
    code = _run([str(SAM), *arguments(stage, template, overrides, plan=plan)], stage)
    if code:
        raise Fault("\n".join(filter(None, (f"sam deploy ended with {code}.", why(stage.stack, stage.client)))))


def _run(command: Sequence[str], stage: Stage) -> int:
    """Its exit code. What it prints goes to the terminal as it comes; where it asked, nobody would answer."""
    environment = os.environ | stage.environment | {"SAM_CLI_TELEMETRY": "0"}
    done = subprocess.run(command, cwd=REPOSITORY, env=environment, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    return done.returncode
