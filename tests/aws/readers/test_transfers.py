"""Imports and exports in the background, with crashes between any two steps and messages that come twice."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.errors import InvalidInput, NotNow
from newsletter.readers.consents.consents_store import Consents
from newsletter.readers.imports.listed_status import ListedStatus
from newsletter.readers.imports.options import NO_OPTIONS, ImportOptions
from newsletter.readers.imports.scan import scan_file
from newsletter.readers.profiles.subscribers_store import Subscribers
from newsletter.readers.signup.sign_ups_store import SignUps
from newsletter.readers.subscriber import Status
from newsletter.readers.transfers import run_import
from newsletter.readers.transfers.carry_on import carry_on
from newsletter.readers.transfers.export import file_of, start_export
from newsletter.readers.transfers.manage_import import (
    cancel_import,
    check_import,
    new_import,
    put_part,
    start_import,
)
from newsletter.readers.transfers.transfer import ExportState, ImportJob, ImportState
from newsletter.readers.transfers.transfers_store import Transfers
from tests.support.readers.import_lists import chain_is_whole, id_of, keep, reader, status_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READERS = 25


def uploaded(text: str) -> ImportJob:
    content = text.encode()
    job = new_import("list.csv", len(content), "anna", app.now(), app)
    return put_part(job, 0, content, app)


def checked(cloud: Cloud, mode: str) -> ImportJob:
    text = "email\n" + "".join(f"r{number}@example.com\n" for number in range(READERS))
    job = check_import(uploaded(text), mode, "fair", NO_OPTIONS, app)
    assert cloud.drain() == []
    found = app.transfers.get_import(job.id)
    assert found is not None
    assert found.state is ImportState.CHECKED
    return found


@pytest.mark.parametrize(
    ("mode", "lost_after"),
    [*(("confirmed", number) for number in (0, 1, 2, 3, 6)), ("pending", 2), ("pending", 3)],
)
def test_an_import_that_dies_after_any_write_brings_everybody_in_once_and_counts_them_right(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, mode: str, lost_after: int
) -> None:
    monkeypatch.setattr(run_import, "ROWS", 10)
    job = checked(cloud, mode)
    assert job.chunks == 3
    start_import(job, app)
    change, writes = Transfers.change, [0]

    def dies(self: Transfers, before: Any, after: Any) -> Any:
        writes[0] += 1
        if writes[0] == lost_after + 1:
            if lost_after % 2:
                change(self, before, after)
            message = "the function died"
            raise RuntimeError(message)
        return change(self, before, after)

    with monkeypatch.context() as dying:
        dying.setattr(Transfers, "change", dies)
        cloud.drain()
    for _ in range(30):
        carry_on(job.id, app)
    assert cloud.drain() == []

    found = app.transfers.get_import(job.id)
    assert found is not None
    assert found.state is ImportState.DONE
    assert found.counts == {"added" if mode == "confirmed" else "asked": READERS}
    if mode == "pending":
        assert sorted(mail.to[0] for mail in cloud.mails()) == sorted(f"r{n}@example.com" for n in range(READERS))
    else:
        assert len(cloud.items("Subscribers")) == READERS


@pytest.mark.parametrize("dies_at", [(Consents, "append"), (Subscribers, "remember_head"), (SignUps, "delete")])
def test_a_list_of_those_who_left_that_dies_at_any_line_leaves_every_record_and_no_reminder(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, dies_at: tuple[type, str]
) -> None:
    check_import(uploaded("email\nasked@example.com\n"), "pending", "", NO_OPTIONS, app, start=True)
    assert cloud.drain() == []
    keep(reader("reads@example.com"))
    text = "email\nreads@example.com\nasked@example.com\nnew@example.com\n"
    job = check_import(uploaded(text), "left", "", NO_OPTIONS, app, start=True)

    def dies(*_: Any) -> None:
        message = "the function died"
        raise RuntimeError(message)

    with monkeypatch.context() as dying:
        dying.setattr(*dies_at, dies)
        cloud.drain()
    for _ in range(5):
        carry_on(job.id, app)
    assert cloud.drain() == []

    found = app.transfers.get_import(job.id)
    assert found is not None
    assert (found.state, sum(found.counts.values())) == (ImportState.DONE, 3)
    assert chain_is_whole("reads@example.com")
    assert app.consents.chain(id_of("reads@example.com"))[-1].consent.act == "withdrawn"
    assert app.sign_ups.kept(id_of("asked@example.com"), app.now()) == []


def test_two_messages_for_one_step_do_it_once(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_import, "ROWS", 10)
    job = start_import(checked(cloud, "confirmed"), app)
    for _ in range(3):
        carry_on(job.id, app)
    assert cloud.drain() == []
    found = app.transfers.get_import(job.id)
    assert found is not None
    assert (found.state, found.counts) == (ImportState.DONE, {"added": READERS})


def test_a_check_that_another_one_replaces_leaves_nothing_of_its_answers_behind(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = uploaded("email,Unsubscribed?\na@example.com,?\n")
    first = check_import(job, "confirmed", "fair", ImportOptions(ignore=("Unsubscribed?",)), app)
    scan, mended = scan_file, ImportOptions(status=("Unsubscribed?",), meanings={"?": ListedStatus.LEFT})

    def slow(*args: Any) -> Any:
        monkeypatch.setattr(run_import, "scan_file", scan)
        found = scan(*args)
        check_import(first, "confirmed", "fair", mended, app)
        carry_on(job.id, app)
        return found

    monkeypatch.setattr(run_import, "scan_file", slow)
    assert cloud.drain() == []
    done = app.transfers.get_import(job.id)
    assert done is not None
    assert done.would == {"suppressed": 1}
    start_import(done, app)
    assert cloud.drain() == []
    assert status_of("a@example.com") == Status.UNSUBSCRIBED
    assert kept_kinds(cloud) == {"checked", "results"}


@pytest.mark.parametrize("cancels", [True, False])
def test_the_lines_of_a_check_go_with_it(cloud: Cloud, cancels: bool) -> None:  # noqa: FBT001 a case
    job = checked(cloud, "confirmed")
    if cancels:
        cancel_import(check_import(job, "pending", "", NO_OPTIONS, app), app)
    else:
        check_import(job, "pending", "", NO_OPTIONS, app, start=True)
    assert cloud.drain() == []
    assert kept_kinds(cloud) <= {"checked", "results"}


def kept_kinds(cloud: Cloud) -> set[str]:
    keys = [item["key"]["S"].split("#") for item in cloud.items("Guards")]
    return {key[2] for key in keys if key[0] == "transfer"}


def test_an_import_does_not_begin_twice_nor_before_its_check(cloud: Cloud) -> None:
    job = uploaded("email\na@example.com\n")
    with pytest.raises(NotNow, match="once it is checked"):
        start_import(job, app)
    with pytest.raises(InvalidInput, match="where and when"):
        check_import(job, "confirmed", " ", NO_OPTIONS, app)
    done = check_import(job, "pending", "", NO_OPTIONS, app, start=True)
    assert cloud.drain() == []
    again = app.transfers.get_import(done.id)
    assert again is not None
    assert start_import(again, app).state is ImportState.DONE
    with pytest.raises(NotNow, match="done"):
        check_import(again, "pending", "", NO_OPTIONS, app)
    with pytest.raises(NotNow, match="already"):
        put_part(again, 0, b"x", app)


def test_an_export_in_many_steps_has_every_reader_once(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.readers.profiles.reader_export_store.READ", 3)
    monkeypatch.setattr("newsletter.readers.transfers.export.READS", 1)
    monkeypatch.setattr("newsletter.readers.transfers.export.LONGEST_FILE", 600)
    addresses = [f"r{number}@example.com" for number in range(12)]
    for address in addresses:
        add_reader(address)
    job = start_export({}, "anna", app.now(), app)
    carry_on(job.id, app)
    assert cloud.drain() == []
    found = app.transfers.get_export(job.id)
    assert found is not None
    assert found.state is ExportState.DONE
    assert len(found.files) > 1
    texts = [file_of(found, number, app.now(), app) for number in range(1, len(found.files) + 1)]
    rows = [row for text in texts for row in csv.DictReader(io.StringIO(text))]
    assert sorted(row["email"] for row in rows) == sorted(addresses)
    assert found.readers == len(addresses)
