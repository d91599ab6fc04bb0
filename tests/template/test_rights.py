"""Least rights, proven by use: what the functions did in a year with the product is allowed, and little else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.container import app
from tests.support.stack.cloud import Cloud, running
from tests.template.recorded import Uses, recording
from tests.template.rights import granted
from tests.template.year.leads import (
    click_makes_a_warm_lead,
    crm_has_bad_days_and_tells_us,
    leads_are_looked_at,
    offer_taken_up,
    reader_erased_while_their_lead_is_made,
)
from tests.template.year.mailings import (
    campaign,
    doubt_looked_into,
    feeds_and_digests,
    poisoned_messages,
    sending_in_trouble,
    sequence_edited,
    tick,
)
from tests.template.year.readers import list_bombing, passer_by, reader_changes_and_leaves, readers_are_invited_and_move


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cloud, Uses]]:
    """The stack after it all, and what each function used."""
    feed = tmp_path_factory.mktemp("blog") / "feed.xml"
    with pytest.MonkeyPatch.context() as monkeypatch, running() as cloud, recording(cloud, monkeypatch) as uses:
        monkeypatch.setenv("NEWSLETTER_FEED_URL", str(feed))
        app.reset()
        feeds_and_digests(cloud, feed)
        readers_are_invited_and_move(cloud)
        offer_taken_up(cloud, monkeypatch)
        leads_are_looked_at(cloud, monkeypatch)
        click_makes_a_warm_lead(cloud, monkeypatch)
        reader_erased_while_their_lead_is_made(cloud, monkeypatch)
        crm_has_bad_days_and_tells_us(cloud, monkeypatch)
        list_bombing(cloud, monkeypatch)
        sequence_edited(cloud, monkeypatch)
        tick(cloud, 30)
        campaign(cloud, monkeypatch)
        passer_by(cloud)
        sending_in_trouble(cloud, monkeypatch)
        poisoned_messages(cloud)
        doubt_looked_into(cloud)
        reader_changes_and_leaves(cloud)
        tick(cloud, 800)
        yield cloud, uses


FOLDERS = [
    "feed_ingest",
    "planner",
    "sender",
    "feedback",
    "public_site",
    "console",
    "transfers",
    "lead_handoff",
    "nurture",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_may_do_all_that_it_does(year: tuple[Cloud, Uses], folder: str) -> None:
    cloud, uses = year
    rights = granted(cloud, folder)
    assert uses[folder] != set()
    refused = [use for use in uses[folder] if not any(right.allows(use) for right in rights)]
    assert sorted({f"{use.action} on {use.resource}, e.g. {sorted(use.keys)}" for use in refused}) == []


def former_index() -> str:
    """The index that functions of the version before read while a deployment replaces them: these read another."""
    outputs = (Path(__file__).parents[2] / "infra/storage.yaml").read_text(encoding="utf-8")
    (former,) = re.findall(r"^  FormerMailableIndex: { Value: ([\w-]+) }$", outputs, re.MULTILINE)
    return str(former)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_does_all_that_it_may_do(year: tuple[Cloud, Uses], folder: str) -> None:
    cloud, uses = year
    unused = [
        part
        for right in granted(cloud, folder)
        for part in right.unused(uses[folder])
        if not part.endswith(f"/index/{former_index()}")
    ]
    assert unused == [], (
        f"take these rights out of template.yaml, or let the year above show what they are for: {unused}"
    )
