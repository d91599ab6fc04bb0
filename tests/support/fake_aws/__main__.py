"""`make deploy`, whole and without a terminal, to the fake account: `python -m tests.support.fake_aws prod`.

Prints what a person would see, then what the account was asked for and how often; ends with the exit code of make.
"""

from __future__ import annotations

import sys
import tomllib
from collections import Counter

from tests.support.fake_aws.account import fake_aws
from tests.support.fake_aws.deployments import PARAMETERS, unattended
from tests.template.stacks import ROOT


def main(stage: str) -> int:
    """The exit code."""
    publication = tomllib.loads((ROOT / "templates/publication.toml").read_text("utf-8"))
    path = ROOT / "build/deploy.fake.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(PARAMETERS.format(domain=publication["sender"]["address"].rpartition("@")[2]), encoding="utf-8")
    with fake_aws() as (account, variables):
        done = unattended("make", "deploy", f"STAGE={stage}", f"PARAMETERS={path}", account=variables)
    asked = Counter(f"{service} {operation.partition(' /')[0]}" for service, operation in account.log)
    sys.stdout.write(f"{done.stdout}\nThe account was asked for\n")
    sys.stdout.writelines(f"  {operation}: {number}\n" for operation, number in sorted(asked.items()))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
