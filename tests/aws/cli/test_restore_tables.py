"""Other tables that were restored to a point in time: the table in use wins, and nothing acts by itself again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from newsletter.container import app
from newsletter.readers import my_data
from tests.support.commands import Captured, run
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

AT = ("--at", "2026-11-28T08:00:00Z")
RESTORED = "restored"
Item = dict[str, Any]


@pytest.fixture(autouse=True)
def _removed(cloud: Cloud) -> Iterator[None]:
    """The account is used again by other tests."""
    yield
    if RESTORED in cloud.client("dynamodb").list_tables()["TableNames"]:
        cloud.client("dynamodb").delete_table(TableName=RESTORED)


def restored(cloud: Cloud, like: str, *items: Item) -> str:
    """A table with the keys of another and these items; its name."""
    dynamodb = cloud.client("dynamodb")
    keys = dynamodb.describe_table(TableName=like)["Table"]["KeySchema"]
    types = [{"AttributeName": each["AttributeName"], "AttributeType": "S"} for each in keys]
    dynamodb.create_table(TableName=RESTORED, KeySchema=keys, AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    put(cloud, RESTORED, *items)
    return RESTORED


def put(cloud: Cloud, table: str, *items: Item) -> None:
    for item in items:
        cloud.client("dynamodb").put_item(TableName=table, Item=item)


def items(cloud: Cloud, table: str) -> list[Item]:
    found: list[Item] = cloud.client("dynamodb").scan(TableName=table)["Items"]
    return found


def text(**values: str) -> Item:
    return {name: {"S": value} for name, value in values.items()}


def test_what_was_sent_since_then_is_known_and_no_campaign_becomes_due(cloud: Cloud, capsys: Captured) -> None:
    content = app.settings.content_table
    sent = text(pk="mailing#campaign-a", sk="mailing", state="complete")
    put(cloud, content, sent, text(pk="digests", sk="2026-W48", start="s", end="e"))
    spoilt = text(pk="article#1", sk="article", title="lost")
    under_way = text(pk="mailing#campaign-a", sk="mailing", state="sending")
    table = restored(cloud, content, under_way, spoilt, text(pk="due-drafts", sk="2026-11-28T09:00:00Z#d1"))
    wanted = [*items(cloud, content), spoilt]
    code, said, _ = run(capsys, "restore", "merge", content, table, *AT, "--dry-run")
    assert (code, "would be written" in said) == (0, True)
    assert under_way in items(cloud, table), "a dry run writes nothing"
    code, said, _ = run(capsys, "restore", "merge", content, table, *AT)
    assert code == 0
    assert "Content, restored to 2026-11-28T08:00:00Z" in said
    found = items(cloud, table)
    assert all(item in found for item in wanted)
    assert "due-drafts" not in {item["pk"]["S"] for item in found}


def test_the_ledger_that_is_further_on_counts(cloud: Cloud, capsys: Captured) -> None:
    ledger = app.settings.deliveries_table
    done = text(mailing="m", part="batch#1", state="sent") | {"delivered": {"NS": ["1", "2"]}}
    put(cloud, ledger, done)
    table = restored(cloud, ledger, text(mailing="m", part="batch#1", state="claimed"))
    assert run(capsys, "restore", "merge", ledger, table, *AT)[0] == 0
    (found,) = items(cloud, table)
    assert {**found, "delivered": set(found["delivered"]["NS"])} == {**done, "delivered": {"1", "2"}}


def test_a_lead_of_who_was_erased_does_not_come_back(cloud: Cloud, capsys: Captured) -> None:
    gone, there = add_reader("gone@example.com"), add_reader("there@example.com")
    my_data.erase_every_address(gone, app.now(), app)
    leads = app.settings.leads_table
    kept = [text(lead="b", record="lead", subscriber=there), text(lead="b", record="event#1")]
    erased = [text(lead="a", record="lead", subscriber=gone), text(lead="a", record="event#1", due_at=AT[1])]
    table = restored(cloud, leads, *kept, *erased)
    assert run(capsys, "restore", "merge", leads, table, *AT)[0] == 0
    assert {item["lead"]["S"] for item in items(cloud, table)} == {"b"}
    assert len(items(cloud, table)) == 2


@pytest.mark.parametrize(
    ("used", "options", "said"),
    [
        ("nothing", AT, "there is no table nothing"),
        ("{leads}", AT, "is Leads"),
        ("{deliveries}", (), "add --at 2026-11-28T08:00:00Z"),
        ("{deliveries}", ("--at", "yesterday"), "not a moment such as"),
    ],
)
def test_what_cannot_be_merged_is_said(
    cloud: Cloud, capsys: Captured, used: str, options: tuple[str, ...], said: str
) -> None:
    names = {"leads": app.settings.leads_table, "deliveries": app.settings.deliveries_table}
    table = restored(cloud, app.settings.deliveries_table)
    code, _, fault = run(capsys, "restore", "merge", used.format(**names), table, *options)
    assert (code, said in fault) == (1, True), fault


def test_readers_of_another_pepper_are_not_mixed_in(cloud: Cloud, capsys: Captured) -> None:
    add_reader("a@example.com")
    print_of_other = text(id="pepper", record="fingerprint", fingerprint="another")
    readers = app.settings.subscribers_table
    put(cloud, readers, text(id="pepper", record="fingerprint", fingerprint="ours"))
    table = restored(cloud, readers, print_of_other)
    code, _, fault = run(capsys, "restore", "merge", readers, table, *AT)
    assert (code, "two peppers" in fault) == (1, True), fault
    assert items(cloud, table) == [print_of_other]
