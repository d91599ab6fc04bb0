"""Requests through the warm handler of the public site, each timed alone; AWS answers inside the process.

Clicks are also put in turns of the yardstick, and what they ask of AWS is counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from statistics import median
from time import process_time_ns
from typing import Any
from urllib.parse import urlencode

from botocore.awsrequest import AWSResponse, HeadersDict

from newsletter.container import app
from newsletter.mailings.mailing import Variant
from newsletter.platform.aws import clients as aws
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from public_site.handler import handle
from tests.bench import processes
from tests.bench.programs import events
from tests.bench.programs.mailing import MAILING, prepare
from tests.bench.stack import PUBLIC_URL, layout
from tests.bench.stub.account import Account
from tests.bench.stub.readers import reader_id
from tests.bench.yardstick import seconds_a_turn

BATCH = 50
BLOCK = 100
"""Requests between two samples of the yardstick."""


class Answered:
    """What botocore reads a body from."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        """The body at once."""
        yield self._body


def answer_in_process(account: Account, *clients: Any) -> None:
    """Let the stub answer these clients where a request would be sent; its time counts as ours."""

    def respond(request: Any, **_: Any) -> AWSResponse:
        target = request.headers.get("X-Amz-Target", b"")
        answer = account.answer(request.method, "/", target.decode(), request.body or b"")
        headers: Any = HeadersDict({"content-type": answer.media_type})
        return AWSResponse(request.url, answer.status, headers, Answered(answer.body))

    for client in clients:
        client.meta.events.register("before-send.*.*", respond)


def clicks(number: int, variant: Variant) -> Iterator[dict[str, Any]]:
    """Clicks of different readers on an article of the mail."""
    key = variant.html.partition("/c/{{click}}/")[2][:10]
    for index in range(number):
        batch, position = divmod(index, BATCH)
        token = app.links.token(
            LinkPurpose.CLICK, LinkClaims(reader_id("a", index), MAILING.id, f"a0-{batch}", position)
        )
        yield events.http("GET", f"/c/{token}/{key}", source=_source(index))


def sign_ups(number: int) -> Iterator[dict[str, Any]]:
    """Filled-in forms of different people from different networks, and as many confirmations: no attack."""
    for index in range(number):
        app.sign_up_limits.count("confirmations", app.now())
        form = {
            "email": f"lukija{index}@lukija.example",
            "topics": layout().topics[:2],
            "language": "fi",
            "consent": "yes",
        }
        yield events.http("POST", "/subscribe", urlencode(form, doseq=True), source=_source(index))


def _source(number: int) -> str:
    """An address in a network (/48) of its own, from the range for documentation (RFC 9637)."""
    return f"3fff:{number:x}::1"


def timed(requests: list[dict[str, Any]], status: int) -> list[float]:
    """Milliseconds of CPU for each request. Every answer must have the status."""
    context = events.Context()
    took = []
    for request in requests:
        began = process_time_ns()
        answer = handle(request, context)
        took.append((process_time_ns() - began) / 1e6)
        if answer["statusCode"] != status:
            raise processes.Failed(f"{answer['statusCode']} instead of {status}: {answer['body'][:500]}")
    return took


def main() -> None:
    """Arguments: requests to warm up with, requests to measure."""
    warm_up, measured = processes.arguments()
    account = Account(layout(), processes.READERS)
    answer_in_process(account, *(aws.client("dynamodb"), aws.client("sqs"), aws.client("ssm")))
    answer_in_process(account, aws.quick_client("dynamodb"), aws.quick_client("sqs"))
    variant = app.mailings.variant(MAILING.id, prepare())
    assert variant
    to_follow = list(clicks(warm_up + measured, variant))
    timed(to_follow[:warm_up], 302)
    account.meter.read_off()
    followed: list[float] = []
    turns: list[float] = []
    for begin in range(warm_up, len(to_follow), BLOCK):
        turn_ms = seconds_a_turn() * 1000
        block = timed(to_follow[begin : begin + BLOCK], 302)
        turns.append(median(block) / turn_ms)
        followed += block
    counted = account.meter.read_off()
    signed_up = timed(list(sign_ups(warm_up + measured)), 200)[warm_up:]
    links = set(re.findall(rf'href="({re.escape(PUBLIC_URL)}/[^"]*)"', variant.html))
    said = {"click_ms": followed, "click_turns": turns, "clicks": counted, "links": len(links)}
    print(json.dumps({**said, "subscribe_ms": signed_up}))


if __name__ == "__main__":
    main()
