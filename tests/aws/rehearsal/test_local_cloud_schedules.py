"""Scheduled functions of the local cloud: run on demand, at their time, and refused with what would be right."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from rehearsal.cloud import LocalCloud
from rehearsal.lambda_.runtime import HandlerFailed
from rehearsal.lambda_.scheduler import UnknownFunction
from rehearsal.template.cloudformation import TemplateError
from tests.support.stack import small_stack
from tests.support.stack.small_stack import TEMPLATE, Scratch, call, eventually, tries

cloud = small_stack.cloud
scratch = small_stack.scratch


def test_a_scheduled_function_runs_on_demand_with_its_own_input_and_everything_it_set_off(cloud: LocalCloud) -> None:
    asked = json.dumps({"now": "2026-11-24T08:00:00+02:00"}).encode()
    for name in ("clock", "Clock"):
        answer = call("POST", f"{cloud.url}/_local/run/{name}", asked, {"content-type": "application/json"})
        done = answer.json()
        assert answer.status == 200
        assert done["result"] == {"event": {"now": "2026-11-24T06:00:00Z", "why": "tick"}}
        assert (done["function"], done["now"], done["drained"]) == ("clock", "2026-11-24T06:00:00Z", True)
    assert tries(cloud, "2026-11-24T06:00:00Z") == 2


def test_a_time_without_offset_is_on_the_clock_of_the_schedule(cloud: LocalCloud) -> None:
    assert cloud.run("clock", "2026-07-01T08:00").now == "2026-07-01T05:00:00Z"


def test_a_run_that_need_not_wait_answers_before_the_queues_are_empty(cloud: LocalCloud) -> None:
    answer = call("POST", f"{cloud.url}/_local/run/clock", b'{"wait": false}')
    assert answer.json()["drained"] is None


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("nobody", b"", 404, "those are: clock"),
        ("worker", b"", 404, "those are: clock"),
        ("clock", b'{"now": "tomorrow"}', 400, "must be an ISO 8601 time, like 2026-11-24T08:00:00+02:00"),
        ("clock", b'{"now": 5}', 400, "must be an ISO 8601 time"),
        ("clock", b'{"wait": "no"}', 400, "must be true or false"),
        ("clock", b'{"when": "now"}', 400, "may have now and wait"),
        ("clock", b"[]", 400, "must be a JSON object"),
        ("clock", b"{", 400, "not JSON"),
    ],
)
def test_a_wrong_request_to_run_says_what_would_be_right(
    cloud: LocalCloud, path: str, body: bytes, status: int, words: str
) -> None:
    answer = call("POST", f"{cloud.url}/_local/run/{path}", body, {"content-type": "application/json"})
    assert answer.status == status
    assert words in answer.json()["error"]


def test_a_run_that_fails_says_so(scratch: Scratch) -> None:
    scratch.write("functions/clock/handler.py", "def handle(event, context):\n    return {1, 2}\n")
    with LocalCloud(root=scratch.root) as cloud:
        with pytest.raises(HandlerFailed, match="not JSON serializable"):
            cloud.run("clock")
        answer = call("POST", f"{cloud.url}/_local/run/clock")
    assert answer.status == 500
    assert "not JSON serializable" in answer.json()["error"]


def test_a_schedule_fires_at_its_time(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("newsletter.mailings.schedules._UNITS", {"minute": timedelta(seconds=0.2)})
    scratch.write("template.yaml", TEMPLATE.replace("cron(0 8 ? * TUE *)", "rate(1 minute)"))
    with LocalCloud(root=scratch.root) as cloud:
        table = {"TableName": "newsletter-local-Things"}
        assert eventually(lambda: cloud.backends.client("dynamodb").scan(**table)["Count"] >= 1)


def test_a_nonsense_schedule_is_refused_at_the_start(scratch: Scratch) -> None:
    scratch.write("template.yaml", TEMPLATE.replace("cron(0 8 ? * TUE *)", "cron(0 8 * * TUE *)"))
    with pytest.raises(TemplateError, match=r"^template.yaml: Clock: cron\(0 8 \* \* TUE \*\) needs \? in exactly one"):
        LocalCloud(root=scratch.root).__enter__()


def test_unknown_functions_are_told_apart_in_python_too(cloud: LocalCloud) -> None:
    with pytest.raises(UnknownFunction, match="those are: clock"):
        cloud.run("nobody")
