"""An import that was stopped or is run again: it goes on where it was, and nobody is asked twice."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from cli.imports import import_readers
from newsletter.platform.aws.queues_client import Queues
from newsletter.platform.messages import Message
from newsletter.readers.imports.import_subscribers import import_rows
from tests.support.readers.import_files import bring, csv_file, everything
from tests.support.stack.cloud import Cloud


def test_a_second_run_of_the_same_file_changes_nothing(cloud: Cloud, tmp_path: Path) -> None:
    path = csv_file(tmp_path, "email\n" + "\n".join(f"r{number}@example.com" for number in range(150)) + "\n")
    bring(path)
    before = everything(cloud)

    assert bring(path) == 0

    assert everything(cloud) == before
    assert len([item for item in before if '"profile"' in item]) == 150


def test_an_import_that_was_stopped_goes_on_where_it_was(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = csv_file(tmp_path, "email\n" + "\n".join(f"r{number}@example.com" for number in range(60)) + "\n")
    monkeypatch.setattr(import_readers, "WORKERS", 1)
    monkeypatch.setattr(import_readers, "GET_LIMIT", 20)
    real = import_rows
    calls: list[int] = []

    def stopped(*args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args, **kwargs)  # type: ignore[arg-type] # whatever the command passes on

    monkeypatch.setattr(import_readers, "import_rows", stopped)
    with pytest.raises(KeyboardInterrupt):
        bring(path)

    assert bring(path) == 0

    assert "Going on after line 21" in capsys.readouterr().out
    assert len([item for item in everything(cloud) if '"profile"' in item]) == 60
    assert len(calls) == 4
    assert [file.name for file in tmp_path.iterdir()] == ["lukijat.csv"]


def stop_at(monkeypatch: pytest.MonkeyPatch, call: int) -> None:
    """Two rows at a time, and Ctrl-C at that call for two rows."""
    monkeypatch.setattr(import_readers, "WORKERS", 1)
    monkeypatch.setattr(import_readers, "GET_LIMIT", 2)
    real = import_rows
    calls = iter(range(1, 100))

    def stopped(*args: Any, **options: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return real(*args, **options)

    monkeypatch.setattr(import_readers, "import_rows", stopped)


def test_the_report_of_an_import_that_was_stopped_is_whole_in_the_end(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cloud.url
    path = csv_file(tmp_path, "email\nno address\na@example.com\nb@example.com\nnone either\nc@example.com\nnor this\n")
    stop_at(monkeypatch, 2)
    with pytest.raises(KeyboardInterrupt):
        bring(path)
    bring(path, dry=True)
    assert bring(path) == 1

    with (tmp_path / "lukijat.rejected.csv").open(encoding="utf-8") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["2", "5", "7"]


def test_whom_a_stopped_import_meant_to_ask_is_asked_by_the_next_run_and_nobody_twice(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv_file(tmp_path, "email\na@example.com\nb@example.com\nc@example.com\n")
    stop_at(monkeypatch, 99)
    send_all, crashes = Queues.send_all, iter([False, True])

    def broken(self: Queues, queue: str, messages: Iterable[Message]) -> None:
        if next(crashes, False):
            raise KeyboardInterrupt
        send_all(self, queue, messages)

    monkeypatch.setattr(Queues, "send_all", broken)
    with pytest.raises(KeyboardInterrupt):
        bring(path, "pending", "")
    for _ in range(2):
        assert bring(path, "pending", "") == 0
    assert cloud.drain() == []
    assert sorted(mail.to[0] for mail in cloud.mails()) == ["a@example.com", "b@example.com", "c@example.com"]
