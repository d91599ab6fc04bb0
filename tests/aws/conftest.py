"""Every test here gets a stack of its own, made from template.yaml and infra/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cloud import Cloud, running
from tests.support.dynamodb import adapters, dynalite
from tests.support.measured import time
from tests.support.product_over_http import product

__all__ = ["adapters", "cloud", "dynalite", "product", "time"]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An empty stack."""
    with running() as stack:
        yield stack
