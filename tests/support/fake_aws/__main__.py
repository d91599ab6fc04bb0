"""Runs a command without a terminal against the fake account: `python -m tests.support.fake_aws make deploy`.

Prints what the command prints, then how often the account was asked for what; ends with the command's exit code.
"""

from __future__ import annotations

import sys
from collections import Counter

from tests.support.fake_aws.account import fake_aws
from tests.support.fake_aws.deployments import unattended

if __name__ == "__main__":
    with fake_aws() as (account, variables):
        done = unattended(*sys.argv[1:], account=variables)
    asked = Counter(f"{service} {operation.partition(' /')[0]}" for service, operation in account.log)
    sys.stdout.write(done.stdout + "\nThe account was asked for\n")
    sys.stdout.writelines(f"  {operation}: {number}\n" for operation, number in sorted(asked.items()))
    sys.exit(done.returncode)
