"""boto3 clients, one per service and process, with the timeouts and retries each job can bear."""

from __future__ import annotations

from functools import cache
from typing import Any

SERVICES = ("dynamodb", "sqs", "sesv2", "ssm")
"""Every AWS service the functions call; the build keeps only their models."""


@cache
def client(service: str) -> Any:
    """The client of a service in SERVICES.

    SES gets no retries of botocore's own: after a timeout it would silently send the same bulk call again, and SES has
    no idempotency key (measured: three requests for one call). What is safe to repeat, our queue repeats.
    """
    import boto3
    from botocore.config import Config

    if service not in SERVICES:
        message = f"{service!r} is not in SERVICES"
        raise ValueError(message)
    attempts = 1 if service == "sesv2" else 4
    config = Config(
        connect_timeout=3,
        read_timeout=20 if service == "sesv2" else 10,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        max_pool_connections=16,
    )
    create: Any = boto3.client  # its stubs know each service by its literal name only
    return create(service, config=config)
