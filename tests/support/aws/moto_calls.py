"""Calls to moto with our patches or as it came, and what is said to them, for comparison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError
from moto import mock_aws

from rehearsal.aws import moto_patches

CALLS = 120
SEEDS = range(6)
KEYS = {"region_name": "eu-north-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
UNSAID = {"ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics"}
"""Members of an answer that are not about items; moto and dynalite give them unasked, in ways of their own."""


@contextmanager
def moto(*, patched: bool) -> Iterator[None]:
    """An empty account in moto, with our patches or as moto came."""
    (moto_patches.install if patched else moto_patches.uninstall)()
    try:
        with mock_aws():
            yield
    finally:
        moto_patches.install()


def answered(client: Any, operation: str, named: dict[str, Any]) -> Any:
    try:
        answer = getattr(client, operation)(**named)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return in_order({name: value for name, value in answer.items() if name not in UNSAID})


def in_order(value: Any) -> Any:
    """Without the order that has no meaning: of sets, and of items that were asked for by their keys."""
    if isinstance(value, dict):
        return {
            name: sorted(each)
            if name in ("SS", "NS")
            else sorted(map(in_order, each), key=str)
            if name == "Things"
            else in_order(each)
            for name, each in value.items()
        }
    return [in_order(each) for each in value] if isinstance(value, list) else value
