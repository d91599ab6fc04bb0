"""Every test here gets a stack of its own, made from template.yaml and infra/*.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.aws.dynamodb import adapters, dynalite
from tests.support.aws.measured import time
from tests.support.mailings.templates import templates_with_replies
from tests.support.stack.cloud import Cloud, running
from tests.support.stack.product_over_http import product

__all__ = ["adapters", "cloud", "dynalite", "product", "time"]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """An empty stack."""
    with running() as stack:
        yield stack


@pytest.fixture(scope="session")
def templates_that_receive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The templates of the tests, with [replies]."""
    return templates_with_replies(tmp_path_factory.mktemp("replies"))


@pytest.fixture
def receiving(templates_that_receive: Path) -> Iterator[Cloud]:
    """An empty stack that receives answers."""
    with running(templates_that_receive) as stack:
        yield stack
