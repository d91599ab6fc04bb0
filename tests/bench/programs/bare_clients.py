"""The floor of a cold start: boto3 and the clients, and nothing else."""

from __future__ import annotations

import sys
import time


def main() -> None:
    """Arguments: the services."""
    text = sys.stdin.read()
    began = time.process_time()
    import json

    import boto3

    (services,) = json.loads(text)
    create = boto3.client
    _clients = [create(service) for service in services]
    print(json.dumps({"ms": (time.process_time() - began) * 1000}))


if __name__ == "__main__":
    main()
