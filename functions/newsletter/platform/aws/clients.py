"""boto3 clients, one for each service and process, with timeouts and retries that suit what is called."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from newsletter.platform.aws.api_models import api_models
from newsletter.platform.aws.time_limit_client import obey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

    from newsletter.platform.aws.s3 import S3Client

Service = Literal["dynamodb", "sqs", "sesv2", "ssm", "s3"]
SERVICES: tuple[Service, ...] = ("dynamodb", "sqs", "sesv2", "ssm", "s3")
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

CONNECT_SECONDS, READ_SECONDS = 1, 3
"""How long a client waits for a connection, and for an answer of DynamoDB, SQS and SSM. They answer within tens of
milliseconds, so that what takes longer is lost, and the next attempt finds another server."""
QUICK_CONNECT, QUICK_READ = 0.3, 0.4
"""Seconds that a quick client waits for a connection and for an answer: two calls one after the other take at most 1.4,
so that a click is answered within a second and a half whatever AWS does."""

_clients: dict[tuple[Service, bool], Any] = {}


@overload
def client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def client(service: Literal["sqs"]) -> SQSClient: ...
@overload
def client(service: Literal["sesv2"]) -> SESV2Client: ...
@overload
def client(service: Literal["ssm"]) -> SSMClient: ...
@overload
def client(service: Literal["s3"]) -> S3Client: ...
def client(service: Service) -> Any:
    """The process's one client of the service."""
    return _kept(service, quick=False)


@overload
def quick_client(service: Literal["dynamodb"]) -> DynamoDBClient: ...
@overload
def quick_client(service: Literal["sqs"]) -> SQSClient: ...
def quick_client(service: Service) -> Any:
    """The process's one client of the service for calls that somebody waits for and that may fail: tried once."""
    return _kept(service, quick=True)


def new_client(service: Service, *, quick: bool = False) -> Any:
    """A client of the service. Raises ValueError for one that is not in SERVICES.

    SES gets no retries of botocore's own: after a timeout it would send the same bulk call again without telling us,
    and SES has no idempotency key (measured: three requests for one call). What is safe to repeat, our queue repeats.
    """
    from botocore.config import Config

    if service not in SERVICES:
        message = f"{service!r} is not in SERVICES"
        raise ValueError(message)
    config = Config(
        connect_timeout=QUICK_CONNECT if quick else CONNECT_SECONDS,
        read_timeout=QUICK_READ if quick else 20 if service == "sesv2" else READ_SECONDS,
        retries={"total_max_attempts": 1 if quick or service == "sesv2" else 4, "mode": "standard"},
        max_pool_connections=16,
        parameter_validation=False,  # the checker has checked the requests, and AWS answers 400 to what is left
        user_agent=USER_AGENT,
        # S3 alone would add checksums of its own; TLS and the names of pictures guard what is sent and read.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    made: Any = _session().client(service, config=config)
    obey(made)
    return made


def forget() -> None:
    """Drop all clients: the next ones read the environment again."""
    _clients.clear()
    _session.cache_clear()


def _kept(service: Service, *, quick: bool) -> Any:
    if (service, quick) not in _clients:
        _clients[service, quick] = new_client(service, quick=quick)
    return _clients[service, quick]


@cache
def _session() -> Any:
    """One for all clients: each would add its methods of S3 to those of the one before, which boto3 refuses."""
    from boto3 import Session
    from botocore.session import get_session

    session = get_session()
    session.register_component("data_loader", _models())
    return Session(botocore_session=session)


@cache
def _models() -> Any:
    """What the files of the models say depends on nothing that `forget` is called for."""
    return api_models(LEAN_MODELS, SERVICES)
