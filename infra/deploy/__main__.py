"""`make deploy` calls it twice: `python -m deploy check STAGE` before the minutes of building, `run STAGE` after."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cli.faults import Fault, aws_errors_as_faults
from deploy import account, example, sam
from deploy.account import Before
from deploy.parameters import read_parameters
from deploy.stage import Stage, read_stage

STOPPED = (
    "Stopped here. What CloudFormation was told by then it goes on with: see its console, and when it is done run "
    "`make deploy` again, which goes on from there"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 done, 1 with the reason on stderr, 130 stopped."""
    line = argparse.ArgumentParser(prog="python -m deploy", description=__doc__)
    line.add_argument("what", choices=("check", "run", "example"))
    line.add_argument("stage", nargs="?", default="dev")
    line.add_argument("--parameters", type=Path, help="in place of deploy.<stage>.toml")
    line.add_argument("--other-data", default="", metavar="NAMES", help="parameters of tables that may change")
    line.add_argument("--template", type=Path, default=sam.BUILT, help="in place of what `make build` left")
    line.add_argument("--plan", action="store_true", help="show what would change, and change nothing")
    options = line.parse_args(arguments)
    if options.what == "example":
        sys.stdout.write(example.example())
        return 0
    try:
        with aws_errors_as_faults():
            _run(options)
    except Fault as fault:
        print(f"\nNot deployed:\n{fault}" if options.what == "check" else f"\n{fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{STOPPED}", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    stage = read_stage(options.stage)
    path = options.parameters or Path(f"deploy.{stage.name}.toml")
    values = read_parameters(path)
    os.environ.update(stage.environment)
    before = account.look(stage, values, options.other_data)
    if options.what == "check":
        _show(stage, path, before, values)
        return
    sam.deploy(stage, values, options.template, plan=options.plan)
    if not options.plan:
        from deploy.after import finish

        finish(stage)


def _show(stage: Stage, path: Path, before: Before, values: dict[str, str]) -> None:
    new = "which is there" if before.exists else "which is new"
    print(f"Stage {stage.name}: the stack {stage.stack} in {stage.region} of account {before.account}, {new}.")
    print(f"{path}: {len(values)} parameters, none at fault.")
    for change in before.changes(values):
        print(f"  {change}")


if __name__ == "__main__":
    sys.exit(main())
