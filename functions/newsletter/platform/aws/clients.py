"""boto3 clients, one for each service and process, with timeouts and retries that suit what is called."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from newsletter.platform.aws.api_models import api_models

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

Service = Literal["dynamodb", "sqs", "sesv2", "ssm"]
SERVICES: tuple[Service, ...] = ("dynamodb", "sqs", "sesv2", "ssm")
"""Every AWS service the functions call; the build keeps only their models."""

USER_AGENT = "newsletter"
"""The User-Agent of our clients. A fixed one costs nothing; botocore would put one together for every call."""

LEAN_MODELS = Path(__file__).with_name("models")
"""Additions to botocore's API models: what is the same JSON on the wire and in our hands passes through unchanged.

Items of DynamoDB and entries of SendBulkEmail are trees of thousands of small values, and botocore would check, copy
and read each by its shape: more than half of the sender's CPU. Declared as "documents" they go as they are. Binary
attributes would need botocore's translation; we have none. tests/unit/platform/test_api_models.py compares the bytes
with those of the full models.
"""

_clients: dict[Service, Any] = {}


@overload
def client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
@overload
def client(service: Literal["sesv2"]) -> SESV2Client: ...
@overload
def client(service: Literal["ssm"]) -> SSMClient: ...
def client(service: Service) -> Any:
    """The process's one client of the service."""
    if service not in _clients:
        _clients[service] = new_client(service)
    return _clients[service]


def new_client(service: Service) -> Any:
    """A client of the service. Raises ValueError for one that is not in SERVICES.

    SES gets no retries of botocore's own: after a timeout it would send the same bulk call again without telling us,
    and SES has no idempotency key (measured: three requests for one call). What is safe to repeat, our queue repeats.
    """
    from boto3 import Session
    from botocore.config import Config

    if service not in SERVICES:
        message = f"{service!r} is not in SERVICES"
        raise ValueError(message)
    config = Config(
        connect_timeout=3,  # this and the next in seconds
        read_timeout=20 if service == "sesv2" else 10,
        retries={"total_max_attempts": 1 if service == "sesv2" else 4, "mode": "standard"},
        max_pool_connections=16,
        parameter_validation=False,  # the checker has checked the requests, and AWS answers 400 to what is left
        user_agent=USER_AGENT,
    )
    return Session(botocore_session=_botocore()).client(service, config=config)


def forget() -> None:
    """Drop all clients: the next ones read the environment again."""
    _clients.clear()
    _botocore.cache_clear()


@cache
def _botocore() -> Any:
    from botocore.session import get_session

    session = get_session()
    session.register_component("data_loader", api_models(LEAN_MODELS, SERVICES))
    return session
