"""Drafts and scheduled campaigns as a program with a token meets them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.platform.times import iso, parse_iso
from tests.support.console.console_calls import Program, call
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija@example.com"
ME = "anna@example.com"
TEXT = {"subject": "Kevään sparraukset", "body": "Moi **sinä**, lue [tämä](https://example.com/a).", "language": "fi"}


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """A program that may do everything."""
    add_reader(READER)
    return Program(cloud, issuer.token(scope="openid campaigns:send"))


def later(minutes: float) -> str:
    return iso(app.now() + timedelta(minutes=minutes))


def test_a_draft_is_kept_read_changed_and_sent(api: Program, cloud: Cloud) -> None:
    made = api("POST", "/campaigns", {"draft": True, "subject": "Puolikas"})
    campaign = made.json["campaign"]
    assert (made.status, made.headers["Location"]) == (201, f"/api/v1/campaigns/{campaign['id']}")
    assert (campaign["state"], campaign["version"], set(campaign["problems"])) == ("draft", 1, {"body", "language"})
    path = f"/campaigns/{campaign['id']}"
    assert api("POST", f"{path}/send").status == 422
    again = api("PUT", path, campaign | TEXT)
    assert (again.status, again.json["campaign"]["version"], again.headers["ETag"]) == (200, 2, '"2"')
    stale = api("PUT", path, campaign | {"subject": "Vanhan päälle"})
    assert (stale.status, stale.json["campaign"]["subject"]) == (409, TEXT["subject"])
    assert api("GET", "/campaigns").json["campaigns"] == [api("GET", path).json["campaign"]]
    sent = api("POST", f"{path}/send")
    assert (sent.status, sent.json["mailing"]["id"]) == (201, "campaign-kevaan-sparraukset")
    assert api("POST", f"{path}/send").status == 200
    assert cloud.drain() == []
    assert len(cloud.mails(READER)) == 1
    assert api("GET", path).json["campaign"]["mailing"] == "campaign-kevaan-sparraukset"
    for method in ("PUT", "DELETE"):
        assert api(method, path, TEXT if method == "PUT" else None).status == 409
    copy = api("POST", "/campaigns/campaign-kevaan-sparraukset/duplicate")
    assert (copy.status, copy.json["campaign"]["body"]) == (201, TEXT["body"])


def test_if_match_guards_what_is_read(api: Program, cloud: Cloud) -> None:
    path = f"/campaigns/{api('POST', '/campaigns', TEXT | {'draft': True}).json['campaign']['id']}"

    def put(etag: str) -> int:
        headers = {"authorization": f"Bearer {api.token}", "content-type": "application/json", "if-match": etag}
        import json

        return call(cloud, "PUT", f"/api/v1{path}", json.dumps(TEXT | {"body": etag}), headers).status

    assert [put('"1"'), put('"1"'), put('W/"2"'), put("nonsense"), put("*")] == [200, 409, 200, 422, 200]


def test_it_is_scheduled_put_off_and_taken_back(api: Program, cloud: Cloud) -> None:
    made = api("POST", "/campaigns", TEXT | {"send_at": later(30)})
    campaign = made.json["campaign"]
    path = f"/campaigns/{campaign['id']}"
    assert (made.status, campaign["state"]) == (201, "scheduled")
    moved = api("PUT", path, campaign | {"send_at": later(60)}).json["campaign"]
    assert parse_iso(moved["send_at"]) > parse_iso(campaign["send_at"])
    cloud.run("nurture", app.now() + timedelta(minutes=40))
    back = api("PUT", path, moved | {"send_at": None}).json["campaign"]
    assert (back["state"], back["send_at"]) == ("draft", None)
    cloud.run("nurture", app.now() + timedelta(minutes=90))
    assert api("GET", "/mailings").json["mailings"] == []
    assert api("POST", f"{path}/send", {"send_at": later(5)}).json["campaign"]["state"] == "scheduled"
    assert api("POST", f"{path}/unschedule").json["campaign"]["state"] == "draft"
    assert api("POST", f"{path}/send", {"send_at": later(5)}).status == 200
    cloud.run("nurture", app.now() + timedelta(minutes=10))
    assert [each["id"] for each in api("GET", "/mailings").json["mailings"]] == ["campaign-kevaan-sparraukset"]


WRONG = (
    ({"send_at": "2026-12-01T08:00:00"}, {"send_at"}),
    ({"send_at": "tomorrow"}, {"send_at"}),
    ({"send_at": 1796112000}, {"send_at"}),
    ({"send_at": "2020-01-01T08:00:00+02:00"}, {"send_at"}),
    ({"send_at": "2999-01-01T08:00:00+02:00"}, {"send_at"}),
    ({"draft": "yes"}, {"draft"}),
    ({"draft": True, "send_at": "2026-12-01T08:00:00Z"}, {"send_at"}),
    ({"draft": True, "subject": 7, "sbject": "x"}, {"subject", "sbject"}),
    ({"draft": True, "body": "x" * 50_001}, {"body"}),
    ({"version": 3}, {"version"}),
    ({"subject": "", "body": " ", "language": "de"}, {"subject", "body", "language"}),
)


@pytest.mark.parametrize(("change", "named"), WRONG)
def test_what_is_wrong_is_named_and_nothing_is_kept(api: Program, change: dict[str, object], named: set[str]) -> None:
    answer = api("POST", "/campaigns", TEXT | change)
    assert (answer.status, set(answer.json["errors"])) == (422, named)
    assert api("GET", "/campaigns").json == {"campaigns": [], "cursor": None}
    assert api("GET", "/mailings").json["mailings"] == []


def test_test_mails_are_few_and_limited(api: Program, cloud: Cloud) -> None:
    path = f"/campaigns/{api('POST', '/campaigns', TEXT | {'draft': True}).json['campaign']['id']}/test"
    for to in ([], "x@example.com", ["x"], [f"a{number}@example.com" for number in range(6)], [7], None):
        refused = api("POST", path, {"to": to})
        assert (refused.status, list(refused.json["errors"])) == (422, ["to"])
    said = api("POST", path, {"to": [ME], "language": "sv"})
    assert (said.status, said.json["to"]) == (202, [ME])
    statuses = [api("POST", path, {"to": [f"a{n}@example.com" for n in range(5)]}).status for _ in range(6)]
    assert statuses == [202, 202, 202, 202, 202, 429]
    assert cloud.drain() == []
    assert len(cloud.mails()) == 26
    assert api("POST", "/campaigns/nothing/test", {"to": [ME]}).status == 404


def test_the_list_goes_on_where_it_stopped(api: Program) -> None:
    made = {api("POST", "/campaigns", {"draft": True, "subject": f"{n}"}).json["campaign"]["id"] for n in range(5)}
    found, cursor = [], ""
    while True:
        page = api("GET", f"/campaigns?limit=2{f'&cursor={cursor}' if cursor else ''}").json
        found += [each["id"] for each in page["campaigns"]]
        if not (cursor := page["cursor"]):
            break
    assert (len(found), set(found)) == (5, made)
    assert api("GET", "/campaigns?cursor=x").status == 422
