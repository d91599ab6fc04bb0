"""boto3 clients, one per service and process, with the timeouts and retries each job can bear."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from newsletter.platform.aws.api_models import api_models

SERVICES = ("dynamodb", "sqs", "sesv2", "ssm")
"""Every AWS service the functions call; the build keeps only their models."""

USER_AGENT = "newsletter"
"""What our clients call themselves; botocore would put a name together for every call."""

LEAN_MODELS = Path(__file__).with_name("models")
"""Extras to botocore's API models: what is JSON on the wire exactly as in our hands passes through untouched.

Items of DynamoDB and entries of SendBulkEmail are trees of thousands of small values, and botocore would check, copy
and read each by its shape: more than half of the sender's CPU. As "documents" they go as they are. Binary attributes
would need botocore's translation; we have none. A test holds the bytes against those of the full models.
"""


@cache
def client(service: str) -> Any:
    """The client of a service in SERVICES.

    SES gets no retries of botocore's own: after a timeout it would silently send the same bulk call again, and SES has
    no idempotency key (measured: three requests for one call). What is safe to repeat, our queue repeats.
    """
    from boto3 import Session
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
        parameter_validation=False,  # AWS checks again, and says no with 400
        user_agent=USER_AGENT,
    )
    create: Any = Session(botocore_session=_botocore()).client  # its stubs know each service by its literal name only
    return create(service, config=config)


def forget() -> None:
    """Start over: the next clients look at the environment anew."""
    client.cache_clear()
    _botocore.cache_clear()


@cache
def _botocore() -> Any:
    from botocore.session import get_session

    session = get_session()
    session.register_component("data_loader", api_models(LEAN_MODELS, SERVICES))
    return session
