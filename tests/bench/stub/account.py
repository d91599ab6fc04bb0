"""All of the stub behind one door: an HTTP request in, the answer of the AWS service it was meant for out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.aws.dynamodb import Database, Meter
from rehearsal.aws.dynamodb.door import JSON, TARGET
from rehearsal.aws.dynamodb.door import answer as answer_of_dynamodb
from rehearsal.aws.dynamodb.from_template import add_tables
from tests.bench.stack import Layout, stack
from tests.bench.stub.readers import Readers
from tests.bench.stub.services import Ses, Sqs, Ssm

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Blogi</title><link>https://www.sanaharju.example/</link><description>Blogi</description>
<item><title>Johtajan ensimmäinen julkaisu</title><link>https://www.sanaharju.example/blogi/ensimmainen</link>
<guid>tag:sanaharju.example,2026:ensimmainen</guid><pubDate>Mon, 16 Nov 2026 08:00:00 +0200</pubDate>
<category>LinkedIn</category><description>Mistä kannattaa aloittaa.</description></item></channel></rss>"""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    body: bytes
    status: int = 200
    media_type: str = JSON


class Account:
    """An AWS account with `readers` active readers; what it does not know it answers with a 501 that says so.

    `rate`: to how many recipients a second it may send; -1: to any number. `now` and `refuse` are DynamoDB's clock, and
    whether it throttles partitions that are asked for more than AWS gives.
    """

    def __init__(
        self,
        layout: Layout,
        readers: int,
        rate: float = -1.0,
        *,
        now: Callable[[], float] = time.time,
        refuse: bool = False,
    ) -> None:
        self.meter = Meter()
        self.database = Database(now=now, meter=self.meter, refuse=refuse)
        crowd = Readers(readers, layout.topics, layout.languages, layout.mailable)
        add_tables(self.database, stack(), {"Subscribers": crowd})
        self._ses, self._sqs, self._ssm = Ses(self.meter, rate), Sqs(self.meter), Ssm(self.meter)

    def kept(self, queue: str) -> list[str]:
        """The messages of the queue of that URL; what is taken off the list is not kept any more."""
        return self._sqs.messages[queue]

    def answer(self, method: str, path: str, target: str, body: bytes) -> Answer:
        """The answer; `target` is the header X-Amz-Target."""
        try:
            return self._answer(method, path, target, body)
        except Exception as error:  # noqa: BLE001 (whatever the stub cannot do must reach the bench, not hang it)
            said = {"__type": "NotImplemented", "message": f"{target or path}: {type(error).__name__}: {error}"}
            return Answer(json.dumps(said).encode(), 501)

    def _answer(self, method: str, path: str, target: str, body: bytes) -> Answer:
        if path.startswith("/_bench/"):
            return self._of_the_bench(path, body)
        if target.startswith(TARGET):
            said = answer_of_dynamodb(self.database, target, body)
            return Answer(said.body, said.status)
        request = json.loads(body) if body else {}
        if not target:
            return _json(self._ses.call(method, path, request), "application/json")
        service, _, operation = target.partition(".")
        match service:
            case "AmazonSQS":
                return _json(self._sqs.call(operation, request))
            case "AmazonSSM":
                return _json(self._ssm.call(operation, request), "application/x-amz-json-1.1")
        raise LookupError(target)

    def _of_the_bench(self, path: str, body: bytes) -> Answer:
        """What the bench asks, not the product: the meter, kept messages, and a blog and a CRM to talk to."""
        match path:
            case "/_bench/meter":
                throughput = self.database.throughput
                refused = {" ".join(map(str, key)): number for key, number in throughput.throttled.items()}
                return _json({**self.meter.read_off(), "peaks": throughput.peaks, "throttled": refused})
            case "/_bench/messages":
                return _json({"messages": self._sqs.messages[json.loads(body)["queue"]]})
            case "/_bench/feed.xml":
                return Answer(FEED.encode(), media_type="application/rss+xml")
            case "/_bench/crm":
                return Answer(b"{}")
        raise LookupError(path)


def _json(values: Mapping[str, Any], media_type: str = JSON) -> Answer:
    return Answer(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode(), media_type=media_type)
