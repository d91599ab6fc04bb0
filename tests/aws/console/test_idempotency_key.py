"""A request of a program with an Idempotency-Key is carried out once, whatever becomes of its first answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from newsletter.container import Container, app
from newsletter.leads.lead import LeadState
from newsletter.mailings.drafts.drafts_store import Drafts
from newsletter.platform.aws.queues_client import Queues
from newsletter.platform.times import iso
from newsletter.platform.web.kept_answers_store import LEASE, LIFE, KeptAnswers
from tests.support.console.console_calls import Answer, call
from tests.support.console.issuer import Issuer
from tests.support.leads.kept_leads import add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"
TEXT = {"subject": "Kevät", "body": "Hei.", "language": "fi"}
KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'
Send = Callable[..., Answer]


@pytest.fixture
def post(cloud: Cloud, issuer: Issuer) -> Send:
    """A POST below /api/v1 with a key."""
    add_reader(READER)

    def send(path: str, body: Any = None, key: str = KEY, sub: str = "anna", scope: str = "campaigns:send") -> Answer:
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        headers = {
            "authorization": f"Bearer {issuer.token(scope=scope, sub=sub, exp=int(time.time()) + 7 * 24 * 3600)}",
            "content-type": "application/json",
            "idempotency-key": key,
        }
        return call(cloud, "POST", f"/api/v1{path}", text, headers)

    return send


class Crash(BaseException):
    """The process ends here."""


def kept(cloud: Cloud) -> list[dict[str, Any]]:
    items = cloud.client("dynamodb").scan(TableName=app.settings.guards_table)["Items"]
    return [item for item in items if item["key"]["S"].startswith("idempotency#")]


def acts() -> list[str]:
    return [line.act for line in app.audit.page(f"{app.now():%Y-%m}", 50, now=app.now()).lines]


def drafts() -> list[str]:
    return [draft.id for draft in app.drafts.page("", 50)[0]]


def test_the_same_request_gets_the_first_answer_again_and_nothing_is_done_twice(post: Send) -> None:
    first = post("/campaigns", TEXT | {"draft": True})
    again = post("/campaigns", json.dumps({"draft": True, **dict(reversed(TEXT.items()))}, indent=2))
    assert (first.status, first.body) == (again.status, again.body) == (201, first.body)
    assert first.headers["Location"] == again.headers["Location"]
    assert first.headers["ETag"] == again.headers["ETag"]
    assert ("Idempotent-Replayed" in first.headers, again.headers["Idempotent-Replayed"]) == (False, "true")
    assert len(drafts()) == 1
    assert acts() == ["draft of a campaign saved"]
    started = post("/campaigns", TEXT, "start")
    assert [post("/campaigns", TEXT, "start").status for _ in range(2)] == [201, 201] == [started.status] * 2


def test_every_kind_of_post_is_done_once(cloud: Cloud, post: Send) -> None:
    draft = post("/campaigns", TEXT | {"draft": True}).json["campaign"]["id"]
    copies = {post(f"/campaigns/{draft}/duplicate", None, "copy").json["campaign"]["id"] for _ in range(3)}
    assert len(copies) == 1
    later = {"send_at": iso(app.now() + timedelta(hours=1))}
    assert {post("/campaigns", TEXT | later, "later").json["campaign"]["id"] for _ in range(2)} & set(drafts())
    assert len(drafts()) == 3
    for _ in range(3):
        assert post(f"/campaigns/{draft}/test", {"to": ["oma@example.com"]}, "try").status == 202
    cloud.drain()
    assert len(cloud.mails("oma@example.com")) == 1


def test_a_key_of_another_request_is_refused_and_one_of_another_user_is_another(post: Send) -> None:
    assert post("/campaigns", TEXT | {"draft": True}).status == 201
    for path, body in (("/campaigns", TEXT | {"draft": True, "subject": "Kesä"}), ("/feeds/accept", None)):
        answer = post(path, body)
        if answer.status != 404:
            assert (answer.status, list(answer.json["errors"])) == (422, ["Idempotency-Key"])
    draft = drafts()[0]
    assert post(f"/campaigns/{draft}/duplicate").status == 422
    assert post("/campaigns", TEXT | {"draft": True, "subject": "Kesä"}, sub="bo").status == 201
    assert len(drafts()) == 2


@pytest.mark.parametrize(
    "key",
    ["", " ", '""', "a b", '"a', 'a"', '"a", "b"', "a, b", '"ä"', '"a";x=1', "a" * 256, f'"{"a" * 256}"', '"\\n"'],
)
def test_what_is_no_key_is_refused_before_anything_is_done(post: Send, key: str) -> None:
    answer = post("/campaigns", TEXT | {"draft": True}, key)
    assert answer.status == 400
    assert answer.json["error"].startswith("Idempotency-Key: ")
    assert drafts() == []


def test_quotes_are_no_part_of_a_key(post: Send) -> None:
    made = [post("/campaigns", TEXT | {"draft": True}, key).body for key in ("abc-1", '"abc-1"', ' "abc-1" ')]
    assert len(set(made)) == 1
    post("/campaigns", TEXT | {"draft": True}, f'"{"a" * 253}\\""')
    post("/campaigns", TEXT | {"draft": True}, "a" * 255)
    assert len(drafts()) == 3


def test_while_the_first_is_being_answered_the_second_is_told_to_wait(
    post: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside: list[Answer] = []
    create = Drafts.create

    def slow(self: Drafts, draft: Any) -> bool:
        if not inside:
            inside.append(post("/campaigns", TEXT | {"draft": True}))
        return create(self, draft)

    monkeypatch.setattr(Drafts, "create", slow)
    assert post("/campaigns", TEXT | {"draft": True}).status == 201
    assert inside[0].status == 409
    assert int(inside[0].headers["Retry-After"]) <= LEASE.total_seconds()
    assert len(drafts()) == 1


@pytest.mark.parametrize("moment", ["before", "after", "recorded"])
@pytest.mark.parametrize("wish", [{"draft": True}, {"send_at": "later"}, {}])
def test_a_crash_anywhere_is_completed_by_the_second_attempt(
    cloud: Cloud, post: Send, monkeypatch: pytest.MonkeyPatch, moment: str, wish: dict[str, Any]
) -> None:
    body = TEXT | wish | ({"send_at": iso(app.now() + timedelta(hours=1))} if "send_at" in wish else {})

    def crash(*_: Any, **__: Any) -> None:
        raise Crash

    with monkeypatch.context() as crashing:
        if moment == "before" and not wish:
            for name in ("send", "send_all", "send_later"):
                crashing.setattr(Queues, name, crash)
        elif moment == "before":
            crashing.setattr(Drafts, "create", crash)
        elif moment == "after" and "send_at" in wish:
            crashing.setattr(Drafts, "change", crash)
        else:
            crashing.setattr(KeptAnswers, "finish", crash)
        with pytest.raises(Crash):
            post("/campaigns", body)
    assert post("/campaigns", body).status == 409
    now = app.now() + LEASE + timedelta(seconds=1)
    monkeypatch.setattr(Container, "now", lambda _: now)
    assert post("/campaigns", body | {"subject": "Kesä"}).status == 422
    done = post("/campaigns", body)
    assert done.status in (200, 201), done.body
    assert post("/campaigns", body).body == done.body
    if wish:
        assert drafts() == [done.json["campaign"]["id"]]
        assert done.json["campaign"]["state"] == ("scheduled" if "send_at" in wish else "draft")
    else:
        cloud.drain()
        assert len(cloud.mails(READER)) == 1


def test_a_failure_of_ours_can_be_tried_again_at_once(post: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> bool:
        raise RuntimeError

    with monkeypatch.context() as failing:
        failing.setattr(Drafts, "create", fail)
        assert post("/campaigns", TEXT | {"draft": True}).status == 500
    assert post("/campaigns", TEXT | {"draft": True, "subject": "Kesä"}).status == 422
    assert post("/campaigns", TEXT | {"draft": True}).status == 201


def test_a_refusal_leaves_the_key_unused(cloud: Cloud, post: Send) -> None:
    assert post("/campaigns", TEXT | {"language": "xx"}).status == 422
    assert kept(cloud) == []
    assert post("/campaigns", TEXT, scope="newsletter:look").status == 403
    assert post("/campaigns", TEXT).status == 201


def test_an_answer_is_kept_for_a_day(post: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    first, start = post("/campaigns", TEXT | {"draft": True}), app.now()
    monkeypatch.setattr(Container, "now", lambda _: start + LIFE - timedelta(minutes=1))
    assert post("/campaigns", TEXT | {"draft": True}).body == first.body
    monkeypatch.setattr(Container, "now", lambda _: start + LIFE + timedelta(minutes=1))
    other = post("/campaigns", TEXT | {"draft": True, "subject": "Kesä"})
    assert other.status == 201
    assert len(drafts()) == 2


def test_requests_that_change_nothing_keep_nothing(cloud: Cloud, post: Send) -> None:
    assert [post("/subscribers/find", {"address": READER}).status for _ in range(2)] == [200, 200]
    assert post("/subscribers/find", {"address": "other@example.com"}).status == 404
    assert kept(cloud) == []


def test_no_answer_that_is_kept_names_a_reader(cloud: Cloud, post: Send) -> None:
    subscriber = app.ids.of(READER)
    lead = add_lead(subscriber, LeadState.HELD)
    dropped = post(f"/leads/{lead.id}/drop", None, "lead")
    ended = post(f"/subscribers/{subscriber}/end", None, "reader")
    assert [dropped.status, ended.status] == [200, 200]
    again = post(f"/leads/{lead.id}/drop", None, "lead"), post(f"/subscribers/{subscriber}/end", None, "reader")
    assert [answer.headers["Idempotent-Replayed"] for answer in again] == ["true", "true"]
    assert again[0].json == dropped.json
    assert again[1].json["subscriber"]["address"] == READER
    assert acts().count("subscription ended") == 1
    stored = json.dumps(kept(cloud))
    assert len(kept(cloud)) == 2
    assert READER not in stored
    assert subscriber not in stored
