"""What is packed does not depend on when it is packed, and there must be something to pack."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from supply.package import functions_in, made_at
from supply.wheels import BadMaterial


def test_the_moment_in_the_bill_is_the_one_that_is_given_or_that_of_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")
    assert made_at() == datetime(2026, 11, 30, 0, 53, 20, tzinfo=UTC)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert made_at() == made_at() != datetime(2026, 11, 30, 0, 53, 20, tzinfo=UTC)


def test_a_folder_without_a_built_function_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Storage").mkdir()
    with pytest.raises(BadMaterial, match="run `make build`"):
        functions_in(tmp_path)
    (tmp_path / "Sender" / "newsletter").mkdir(parents=True)
    assert functions_in(tmp_path) == [tmp_path / "Sender"]
