"""Every test here gets a stack of its own, made from template.yaml and infra/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.aws.dynamodb import adapters, dynalite
from tests.support.aws.measured import time
from tests.support.stack.cloud import Cloud, running
from tests.support.stack.product_over_http import product

__all__ = ["adapters", "cloud", "dynalite", "product", "time"]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An empty stack."""
    with running() as stack:
        yield stack
