"""The pepper of a stack: what is kept of it, another one in its place, and commands that meet it."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.aws.pepper_fingerprints_store import KEY
from tests.support.stack.cloud import Cloud

OTHER = "another-pepper-of-the-tests"


def parameter() -> str:
    """The name of the pepper's parameter."""
    return f"{app.settings.secrets_path}/pepper"


def put(cloud: Cloud, value: str) -> None:
    """Another pepper, or the same again."""
    cloud.client("ssm").put_parameter(Name=parameter(), Value=value, Type="SecureString", Overwrite=True)


def delete(cloud: Cloud) -> None:
    """No pepper any more."""
    cloud.client("ssm").delete_parameter(Name=parameter())


def new_container(cloud: Cloud) -> None:
    """Whatever this process knew is forgotten, as when Lambda starts another container."""
    assert cloud.stack is not None
    app.reset()


def kept(cloud: Cloud) -> dict[str, Any] | None:
    """The record of the pepper's fingerprint."""
    found: dict[str, Any] | None = (
        cloud.client("dynamodb").get_item(TableName=app.settings.subscribers_table, Key=KEY).get("Item")
    )
    return found
