"""A program that asks too much is told so before any work is done, and every answer says what is left."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.container import Container, app
from newsletter.mailings.drafts.try_out import MAILS_AN_HOUR
from newsletter.platform.aws import clients
from tests.support.console.console_calls import Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import Cloud

A_SECOND = 2
MOST, COSTLY = 10 * A_SECOND, 2 * A_SECOND


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """May do everything."""
    return Program(cloud, issuer.token(scope="campaigns:send"))


@pytest.fixture
def now(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Three seconds into a window, in which a program may make few requests."""
    request.getfixturevalue("api")  # the stack is there first
    access = replace(app.publication.access, requests_a_second=A_SECOND)
    monkeypatch.setitem(vars(app.templates), "publication", replace(app.publication, access=access))
    seconds = int(app.now().timestamp()) // 10 * 10 + 3
    seconds += 300 if seconds % 3600 > 3300 else 0  # so that the hour of test mails does not end meanwhile
    moment = datetime.fromtimestamp(seconds, app.now().tzinfo)
    monkeypatch.setattr(Container, "now", lambda _: moment)
    return moment


def refused(answer: Answer) -> bool:
    if answer.status != 429:
        return False
    assert answer.json["error"].startswith(f"{MOST} requests of one program in 10 seconds; wait 7 s")
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers["RateLimit"] == '"requests";r=0;t=7'
    return True


def use_up(api: Program) -> None:
    assert [api("GET", "/mailings").status for _ in range(MOST)] == [200] * MOST
    assert refused(api("GET", "/mailings"))


def test_every_answer_says_what_is_left_and_the_last_one_when_to_come_again(
    now: datetime, api: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, MOST + 1):
        answer = api("GET", "/nothing" if number == 1 else "/mailings/campaign-none" if number == 2 else "/mailings")
        if number > 1:
            assert answer.headers["RateLimit-Policy"] == f'"requests";q={MOST};w=10'
            assert answer.headers["RateLimit"] == f'"requests";r={MOST - number + 1};t=7'
    assert not refused(api("GET", "/mailings"))
    assert refused(api("GET", "/mailings"))
    monkeypatch.setattr(Container, "now", lambda _: now + timedelta(seconds=7))
    assert api("GET", "/mailings").status == 200


@pytest.mark.usefixtures("now")
def test_the_limit_is_exact_for_requests_at_the_same_time(api: Program) -> None:
    api("GET", "/mailings")
    with ThreadPoolExecutor(8) as executor:
        statuses = Counter(executor.map(lambda _: api("GET", "/mailings").status, range(2 * MOST)))
    assert statuses == {200: MOST - 1, 429: MOST + 1}


@pytest.mark.usefixtures("now")
def test_one_program_does_not_use_up_what_another_may(cloud: Cloud, issuer: Issuer, api: Program) -> None:
    use_up(api)
    other = Program(cloud, issuer.token(sub="bo"))
    assert other("GET", "/mailings").headers["RateLimit"] == f'"requests";r={MOST - 1};t=7'
    # A new token of the same program is no new program.
    assert refused(Program(cloud, issuer.token(scope="openid campaigns:send", iat=1))("GET", "/mailings"))
    browser = Browser(cloud, issuer)
    browser.sign_in()
    assert browser.get("/console/mailings").status == 200


@pytest.mark.usefixtures("now")
def test_what_costs_much_may_be_asked_for_less_often(api: Program) -> None:
    for number in range(1, COSTLY + 1):
        counted = api("GET", "/subscribers/count")
        assert (counted.status, counted.headers["RateLimit"]) == (200, f'"costly";r={COSTLY - number};t=7')
    assert api("GET", "/subscribers/count").json["error"].startswith(f"{COSTLY} costly requests of one program")
    assert api("POST", "/feeds/check", {"url": "nothing"}).status == 429
    assert api("GET", "/mailings").status == 200


@pytest.mark.usefixtures("now")
def test_a_refusal_does_no_work_and_a_flood_of_them_asks_no_table(api: Program) -> None:
    use_up(api)
    draft = {"draft": True, "subject": "Kevät"}
    asked: list[str] = []
    clients.client("dynamodb").meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    assert {api("POST", "/campaigns", draft).status for _ in range(5)} == {429}
    assert asked == []
    assert api("GET", "/campaigns").status == 429
    assert app.drafts.page("", 5)[0] == []
    assert asked == ["Query"]


def test_test_mails_are_counted_by_the_hour(now: datetime, api: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = api("POST", "/campaigns", {"draft": True, "subject": "K", "body": "Hei.", "language": "fi"})
    path = f"/campaigns/{draft.json['campaign']['id']}/test"
    addresses = [f"oma{number}@example.com" for number in range(5)]
    moment = now
    for _ in range(MAILS_AN_HOUR // len(addresses)):
        moment += timedelta(seconds=10)
        monkeypatch.setattr(Container, "now", lambda _, moment=moment: moment)
        assert api("POST", path, {"to": addresses}).status == 202
    answer = api("POST", path, {"to": addresses[:1]})
    assert (answer.status, answer.headers["Retry-After"]) == (429, str(3600 - int(moment.timestamp()) % 3600))
    assert re.fullmatch(r'"costly";r=\d+;t=\d+', answer.headers["RateLimit"])
