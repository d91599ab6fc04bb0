"""A process that ends in a certain call of AWS."""

from __future__ import annotations

from typing import Any

from botocore.client import BaseClient

CALL = BaseClient._make_api_call  # noqa: SLF001
READS = ("GetItem", "BatchGetItem", "Query", "GetAccount", "GetParameter")


class CrashingCall:
    """Fails in the writing call of that number; `effective`: the call takes effect and its answer is lost."""

    def __init__(self, at: int, *, effective: bool) -> None:
        self.at, self.effective, self.calls = at, effective, 0

    def __call__(self, client: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        """Stands in for the method of boto3's clients."""
        self.calls += operation not in READS
        if operation not in READS and self.calls == self.at:
            if self.effective:
                CALL(client, operation, arguments)
            raise KeyboardInterrupt
        return CALL(client, operation, arguments)
