"""Every list of the API comes in pages: the cursor leads through all of it, each thing once, also if some come."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console import openapi
from newsletter.container import app
from newsletter.mailings.digests.digest import Digest, Window
from newsletter.mailings.mailing import Audience, Kind, Mailing
from tests.support.console.console_calls import Program
from tests.support.console.issuer import Issuer
from tests.support.mailings.mails import FIRST
from tests.support.stack.cloud import Cloud

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
MANY = 5
LISTS = {"/articles": "articles", "/decisions": "decisions", "/digests": "digests", "/mailings": "mailings"}


def add(number: int) -> None:
    """One of everything that is listed."""
    at = NOW - number * HOUR
    app.articles.put(
        replace(FIRST, id=f"a{number}", topics=(), published=at, listed_at=at, url=f"https://blog.example.com/{number}")
    )
    app.decisions.put(at, f"digest-2026-W{number + 10}", "empty", "nothing new")
    app.mailings.create(
        Mailing(f"campaign-nro-{number}", Kind.CAMPAIGN, at, Audience(), subject="S", body="B", language="fi")
    )
    app.digests.create(Digest(f"2026-W{number + 10}", Window(at - HOUR, at), ("a1",)))


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    for number in range(1, MANY + 1):
        add(number)
    return Program(cloud, issuer.token(scope="openid"))


def walked(api: Program, path: str, limit: int) -> list[Any]:
    """What the pages have, one after the other."""
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = api("GET", f"{path}?limit={limit}" + (f"&cursor={cursor.replace('#', '%23')}" if cursor else ""))
        assert answer.status == 200, answer.json
        page = answer.json[LISTS[path]]
        assert len(page) <= limit
        assert page, "no page is empty"
        found += page
        cursor = answer.json["cursor"]
    return found


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 5])
def test_the_pages_of_a_list_have_each_thing_once_the_newest_first(api: Program, path: str, limit: int) -> None:
    whole = api("GET", path).json
    assert len(whole[LISTS[path]]) == MANY
    assert whole["cursor"] is None
    assert walked(api, path, limit) == whole[LISTS[path]]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_added_meanwhile_shifts_no_page(api: Program, path: str) -> None:
    first = api("GET", f"{path}?limit=2").json
    add(0)
    cursor = first["cursor"].replace("#", "%23")
    second = api("GET", f"{path}?limit=200&cursor={cursor}").json
    assert len(first[LISTS[path]]) + len(second[LISTS[path]]) == MANY
    assert not [each for each in second[LISTS[path]] if each in first[LISTS[path]]]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", ["x" * 500, "%00", "2026", "..%2F.."])
def test_a_cursor_that_we_did_not_give_is_refused_by_name(api: Program, path: str, cursor: str) -> None:
    answer = api("GET", f"{path}?cursor={cursor}")
    assert answer.status == 422
    assert list(answer.json["errors"]) == ["cursor"]


def test_the_document_says_which_lists_have_a_cursor() -> None:
    paths = openapi.document()["paths"]
    for path in LISTS:
        assert {"limit", "cursor"} <= {each["name"] for each in paths[path]["get"]["parameters"]}
        schema = paths[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        assert "cursor" in openapi.document()["components"]["schemas"][schema.rpartition("/")[2]]["required"]


def test_the_limits_of_a_campaign_in_the_document_are_checked(cloud: Cloud, issuer: Issuer) -> None:
    described = openapi.document()["components"]["schemas"]["Campaign"]
    fields = described["anyOf"][0]["properties"]  # of one that is sent; a draft may lack anything
    good = dict(described["examples"][0])
    wrong = {
        "name": "x" * 61,
        "subject": "x" * (fields["subject"]["maxLength"] + 1),
        "preheader": "x" * (fields["preheader"]["maxLength"] + 1),
        "body": "x" * (fields["body"]["maxLength"] + 1),
        "doubt": "perhaps",
        "doubt_wait_minutes": fields["doubt_wait_minutes"]["anyOf"][1]["maximum"] + 1,
    }
    assert not re.search(fields["name"]["pattern"], wrong["name"])
    assert re.search(fields["name"]["pattern"], good["name"])
    writer = Program(cloud, issuer.token(scope="openid campaigns:send"))
    for field, value in wrong.items():
        answer = writer("POST", "/campaigns", good | {field: value})
        assert (answer.status, list(answer.json["errors"])) == (422, [field])
    right = {
        "subject": "x" * fields["subject"]["maxLength"],
        "preheader": "x" * fields["preheader"]["maxLength"],
        "doubt": fields["doubt"]["enum"][-1],
        "doubt_wait_minutes": fields["doubt_wait_minutes"]["anyOf"][1]["maximum"],
    }
    answer = writer("POST", "/campaigns", good | right)
    assert set(answer.json.get("errors", {})) & set(right) == set()
