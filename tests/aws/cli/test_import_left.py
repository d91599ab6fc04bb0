"""`newsletter import` wakes nobody: who left here or elsewhere stays left, whatever the file and its options."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.readers.subscriber import Status
from tests.support.readers.import_lists import (
    LEFT,
    NOW,
    bring,
    chain_is_whole,
    done,
    fill_in,
    id_of,
    keep,
    reader,
    status_of,
)
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import Cloud, link_to


def test_who_left_elsewhere_is_left_here_and_comes_back_only_by_a_confirmation(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,name,topics,tila,poistumispäivä\na@example.com,http://x,golf,perunut,24.12.2025\n"

    assert done(bring(tmp_path / "a.csv", text, "pending")) == {"suppressed": 1}

    profile = stored_profile(app.subscribers, id_of("a@example.com")) or {}
    assert (profile["status"], profile["left_at"], profile["name"]) == ("unsubscribed", "2025-12-23T22:00:00Z", "")
    assert "mailable" not in profile
    assert profile["due_at"] == "2026-12-23T22:00:00Z"
    assert cloud.drain() == []
    assert cloud.mails() == []
    assert chain_is_whole("a@example.com")
    fill_in(cloud, "a@example.com")
    assert status_of("a@example.com") == "unsubscribed"
    assert cloud.http("POST", link_to("confirm", cloud.mails("a@example.com")[-1]))["statusCode"] == 200
    assert status_of("a@example.com") == "active"
    assert chain_is_whole("a@example.com")


@pytest.mark.parametrize("rows", [("active", "unsubscribed"), ("unsubscribed", "active"), ("", "bounced", "active")])
@pytest.mark.parametrize("how", ["confirmed", "pending"])
def test_of_an_address_that_is_there_twice_the_stricter_word_counts_in_any_order(
    cloud: Cloud, tmp_path: Path, rows: tuple[str, ...], how: str
) -> None:
    addresses = ("a@example.com", "A@EXAMPLE.com", " a@example.com")
    text = "email,status\n" + "".join(f"{email},{word}\n" for email, word in zip(addresses, rows, strict=False))

    facts = bring(tmp_path / "a.csv", text, how)

    assert done(facts) == {"suppressed": 1, "twice": len(rows) - 1}
    assert status_of("a@example.com") in LEFT
    assert cloud.drain() == []
    assert cloud.mails() == []


def test_a_list_of_those_who_left_needs_addresses_alone_and_ends_readers_of_ours(cloud: Cloud, tmp_path: Path) -> None:
    keep(reader("reads@example.com"))
    bring(tmp_path / "kutsu.csv", "email\nasked@example.com\n", "pending")
    text = "reads@example.com\nasked@example.com\nnew@example.com\nnew@example.com\n"

    would = bring(tmp_path / "estolista.csv", text, "left", dry=True)
    assert status_of("reads@example.com") == "active"
    facts = bring(tmp_path / "estolista.csv", text, "left")

    assert done(facts) == done(would) == {"suppressed": 2, "ended": 1, "known": 1}
    assert {status_of(f"{word}@example.com") for word in ("reads", "asked", "new")} == {"unsubscribed"}
    assert chain_is_whole("reads@example.com")
    assert app.sign_ups.kept(id_of("asked@example.com"), NOW) == []
    assert cloud.drain() == []
    assert cloud.mails() == []
    assert done(bring(tmp_path / "uusi.csv", text)) == {"left": 4}


def test_who_came_back_since_is_not_ended_by_the_same_list_or_an_older_day(cloud: Cloud, tmp_path: Path) -> None:
    text = "email\na@example.com\n"
    bring(tmp_path / "estolista.csv", text, "left")
    cloud.subscribe("a@example.com")

    assert done(bring(tmp_path / "estolista.csv", text, "left")) == {"known": 1}
    older = "email,unsubscribed_at\na@example.com,2020-01-01\n"
    assert done(bring(tmp_path / "vanha.csv", older)) == {"known": 1}
    assert status_of("a@example.com") == "active"
    assert done(bring(tmp_path / "toinen.csv", f"{text}b@example.com\n", "left")) == {"ended": 1, "suppressed": 1}
    assert chain_is_whole("a@example.com")


def test_whom_soft_bounces_stopped_stays_left_when_a_mail_comes_after_all(cloud: Cloud, tmp_path: Path) -> None:
    keep(reader("a@example.com"))
    at = NOW - timedelta(hours=1)
    counted = app.bounces.add_soft_bounce(id_of("a@example.com"), at, "m")
    assert counted is not None
    assert app.bounces.stop(
        id_of("a@example.com"),
        Status.BOUNCED,
        "soft bounces",
        valid_at=at,
        now=NOW,
        forget_after=timedelta(days=9),
        passing=set(counted.mails),
    )

    assert done(bring(tmp_path / "a.csv", "email,status\na@example.com,unsubscribed\n")) == {"left": 1}

    assert status_of("a@example.com") == "unsubscribed"
    assert cloud.url


def test_a_list_of_those_who_left_takes_whoever_never_confirmed_and_keeps_the_strictest_word(
    cloud: Cloud, tmp_path: Path
) -> None:
    text = "email,status\na@example.com,pending\nb@example.com,\nB@example.com,complained\nc@example.com,bounced\n"

    assert done(bring(tmp_path / "a.csv", text, "left")) == {"suppressed": 3, "twice": 1}

    found = [status_of(f"{letter}@example.com") for letter in "abc"]
    assert found == ["unsubscribed", "complained", "bounced"]
    assert cloud.url
