"""What a tick asks while nothing is due, which is what an idle stack costs beside alarms and queues."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from botocore.client import BaseClient

from cli.costs import prices, usage
from newsletter.container import app
from tests.support.stack.cloud import Cloud


def test_a_tick_with_nothing_due_asks_as_often_as_the_bill_says_and_writes_nothing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.run("nurture", app.now())
    cloud.drain()
    calls: Counter[str] = Counter()
    call: Any = getattr(BaseClient, "_make_api_call")  # noqa: B009 (boto3 has no other place for all calls)

    def counted(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        calls[operation] += 1
        return call(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counted)
    cloud.run("nurture", app.now())
    assert calls.keys() == {"Query", "GetItem", "GetAccount"}
    reads = calls["Query"] + calls["GetItem"]
    assert reads == usage.TICK.dynamodb_reads
    assert usage.TICK.lambda_gb_seconds == pytest.approx((reads + 1) * prices.WAIT_S["dynamodb"], abs=0.05)
