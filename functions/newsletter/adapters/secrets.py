"""The secrets of the stack, from SSM SecureString parameters, read once per container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from newsletter.settings import MissingSetting


@dataclass(frozen=True)
class Secrets:
    """`link_keys` and `webhook_secrets` go from oldest to newest: the last signs, all are accepted (rotation)."""

    pepper: bytes
    link_keys: tuple[str, ...]
    webhook_secrets: tuple[str, ...]


NAMES = ("pepper", "link_keys", "webhook_secrets")


def read_secrets(ssm: Any, path: str) -> Secrets:
    """The parameters below `path`. Raises MissingSetting that names the first one that is not there."""
    answer = ssm.get_parameters_by_path(Path=path, WithDecryption=True)
    values = {parameter["Name"].rsplit("/", 1)[-1]: parameter["Value"] for parameter in answer["Parameters"]}
    for name in NAMES:
        if not values.get(name):
            message = f"SSM parameter {path}/{name} is not set; run `newsletter secrets init`"
            raise MissingSetting(message)
    return Secrets(
        pepper=values["pepper"].encode(),
        link_keys=tuple(values["link_keys"].split(",")),
        webhook_secrets=tuple(values["webhook_secrets"].split(",")),
    )
