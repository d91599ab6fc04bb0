"""The environment of the functions, put on for as long as the local cloud runs and taken off without a trace."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rehearsal.template.cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rehearsal.template.model import Stack

# Whatever the shell says of a real AWS account must not reach a rehearsal.
_KEPT_AWAY = ("AWS_", "AMAZON_", "BOTO_")


def of_functions(stack: Stack) -> dict[str, str]:
    """The variables of all functions as one set, because here they share a process.

    Raises `TemplateError` when two functions give one variable two values."""
    together: dict[str, str] = {}
    first: dict[str, str] = {}
    for function in stack.functions:
        for name, value in function.environment.items():
            if together.setdefault(name, value) != value:
                raise TemplateError(
                    f"template.yaml: {function.logical_id}: {name} is {value!r} here and {together[name]!r} in "
                    f"{first[name]}; the local cloud runs both in one process, so they must agree"
                )
            first.setdefault(name, function.logical_id)
    return together


def of_aws(stack: Stack) -> dict[str, str]:
    """What the Lambda runtime says of region and credentials, with credentials that open nothing."""
    return {
        "AWS_REGION": stack.account.region,
        "AWS_DEFAULT_REGION": stack.account.region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_EC2_METADATA_DISABLED": "true",
        # A missing file: the profiles of the person at the keyboard are not read.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@contextmanager
def applied(variables: Mapping[str, str]) -> Iterator[None]:
    """`os.environ` with `variables`, without any AWS setting of the shell, and with loopback exempt from proxies."""
    before = dict(os.environ)
    for name in before:
        if name.startswith(_KEPT_AWAY):
            del os.environ[name]
    os.environ.update(variables)
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (before.get(name), "127.0.0.1", "localhost")))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
