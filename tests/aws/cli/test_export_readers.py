"""What `newsletter export` writes, `newsletter import` takes back in another stack."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.readers.choice import Frequency
from newsletter.readers.subscriber import Status, Subscriber, subscriber_id
from tests.support.readers.import_lists import (
    LEFT,
    NOW,
    bring,
    chain_is_whole,
    done,
    empty,
    erase,
    exported,
    fill_in,
    id_of,
    keep,
    reader,
    status_of,
)
from tests.support.stack.cloud import Cloud

MAILABLE = (
    *("status", "email", "name", "language", "topics", "frequency", "paused_until", "tracking", "confirmed_at"),
    *("consent_version", "left_at", "left_how", "left_why"),
)


readers = st.builds(
    reader,
    email=st.from_regex(r"[a-z0-9+=-]{1,12}@[a-z]{1,8}\.fi", fullmatch=True),
    status=st.sampled_from([Status.ACTIVE, *LEFT]),
    topics=st.lists(st.sampled_from(["linkedin", "kriisit", "mittaaminen"]), unique=True).map(
        lambda keys: tuple(key for key in ("linkedin", "kriisit", "mittaaminen") if key in keys)
    ),
    language=st.sampled_from(["fi", "sv", "en"]),
    name=st.text("Äåb=+-@',;\"| ", max_size=12).map(lambda name: " ".join(name.split())),
    frequency=st.sampled_from(Frequency),
    tracking=st.booleans(),
    paused_until=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    confirmed_at=st.integers(1, 3000).map(lambda hours: NOW - timedelta(hours=hours + 100)),
    consent_version=st.sampled_from(["", "1", "2026-10"]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(readers, max_size=6, unique_by=lambda one: one.email),
    how=st.sampled_from(["page", "one-click", "bounced"]),
    why=st.sampled_from(["", "=liian usein", "muu, syy"]),
)
def test_an_export_comes_back_exactly_in_an_empty_stack(
    cloud: Cloud, tmp_path: Path, people: list[Subscriber], how: str, why: str
) -> None:
    empty(cloud)
    for one in people:
        gone = one.status is not Status.ACTIVE
        keep(one, how if gone else "", why if gone else "")
    before = exported(tmp_path)
    empty(cloud)

    facts = bring(tmp_path / "vanha.csv", before)

    assert facts["rejected"] == 0
    assert mailable(exported(tmp_path)) == mailable(before)
    assert {one.email: status_of(one.email) for one in people} == {one.email: one.status for one in people}
    assert all(chain_is_whole(one.email) for one in people)


def mailable(text: str) -> list[tuple[str, ...]]:
    return sorted(tuple(row[name] for name in MAILABLE) for row in csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("how", ["confirmed", "pending"])
def test_nobody_who_left_bounced_complained_or_was_erased_in_one_stack_is_woken_up_in_another(
    cloud: Cloud, tmp_path: Path, how: str
) -> None:
    keep(reader("reads@example.com", tracking=False, paused_until=date(2027, 1, 1)))
    for status in LEFT:
        keep(reader(f"{status}@example.com", status), "page")
    keep(reader("gone@example.com"))
    erase("gone@example.com")
    fill_in(cloud, "waits@example.com")
    before = exported(tmp_path)
    empty(cloud)

    facts = bring(tmp_path / "vanha.csv", before, how)

    assert [status_of(f"{status}@example.com") for status in LEFT] == list(LEFT)
    assert status_of("gone@example.com") == "erased"
    assert status_of("waits@example.com") == ""
    asked = {"asked": 2} if how == "pending" else {"added": 1, "unconfirmed": 1}
    assert done(facts) == {**asked, "suppressed": 4}
    assert status_of("reads@example.com") == ("active" if how == "confirmed" else "")
    for again in ("confirmed", "pending"):
        bare = "email\n" + "".join(f"{word}@example.com\n" for word in (*LEFT, "gone"))
        assert done(bring(tmp_path / "uusi.csv", bare, again)) == {"left": 4}


def test_marks_of_erased_readers_of_another_pepper_are_told_and_nobodys(cloud: Cloud, tmp_path: Path) -> None:
    mark = subscriber_id(b"another pepper", "gone@example.com")
    there = subscriber_id(b"another pepper", "a@example.com")
    text = f"id,record,status,email\n{mark},profile,erased,\n{there},profile,active,a@example.com\n"

    facts = bring(tmp_path / "a.csv", text)

    assert done(facts) == {"added": 1, "nameless": 1}
    assert [item["id"]["S"] for item in cloud.items("Subscribers")] == [id_of("a@example.com")]
