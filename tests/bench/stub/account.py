"""All of the stub behind one door: an HTTP request in, the answer of the AWS service it was meant for out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.bench.stack import Layout
from tests.bench.stub.dynamodb import AwsError, DynamoDB, Table
from tests.bench.stub.meter import Meter
from tests.bench.stub.readers import Readers
from tests.bench.stub.services import Ses, Sqs, Ssm

JSON_1_0 = "application/x-amz-json-1.0"
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
    media_type: str = JSON_1_0


class Account:
    """An AWS account with `readers` active readers; what it does not know it answers with a 501 that says so.

    `rate`: to how many recipients a second it may send; -1: to any number.
    """

    def __init__(self, layout: Layout, readers: int, rate: float = -1.0) -> None:
        self.meter = Meter()
        tables = {name: Table(*key) for name, key in layout.tables.items()}
        crowd = Readers(readers, layout.topics, layout.languages, layout.mailable)
        self._dynamodb = DynamoDB(tables, crowd, self.meter)
        self._ses, self._sqs, self._ssm = Ses(self.meter, rate), Sqs(self.meter), Ssm(self.meter)

    def answer(self, method: str, path: str, target: str, body: bytes) -> Answer:
        """The answer; `target` is the header X-Amz-Target."""
        try:
            return self._answer(method, path, target, body)
        except AwsError as error:
            said: dict[str, Any] = {"__type": f"com.amazonaws.dynamodb.v20120810#{error.code}", "message": str(error)}
            if error.item:
                said["Item"] = error.item
            return Answer(json.dumps(said).encode(), 400)
        except Exception as error:  # noqa: BLE001 (whatever the stub cannot do must reach the bench, not hang it)
            said = {"__type": "NotImplemented", "message": f"{target or path}: {type(error).__name__}: {error}"}
            return Answer(json.dumps(said).encode(), 501)

    def _answer(self, method: str, path: str, target: str, body: bytes) -> Answer:
        if path.startswith("/_bench/"):
            return self._of_the_bench(path, body)
        request = json.loads(body) if body else {}
        if not target:
            return _json(self._ses.call(method, path, request), "application/json")
        service, _, operation = target.partition(".")
        match service:
            case "DynamoDB_20120810":
                return _json(self._dynamodb.call(operation, request))
            case "AmazonSQS":
                return _json(self._sqs.call(operation, request))
            case "AmazonSSM":
                return _json(self._ssm.call(operation, request), "application/x-amz-json-1.1")
        raise LookupError(target)

    def _of_the_bench(self, path: str, body: bytes) -> Answer:
        """What the bench asks, not the product: the meter, kept messages, and a blog and a CRM to talk to."""
        match path:
            case "/_bench/meter":
                return _json(self.meter.read_off())
            case "/_bench/messages":
                return _json({"messages": self._sqs.messages[json.loads(body)["queue"]]})
            case "/_bench/feed.xml":
                return Answer(FEED.encode(), media_type="application/rss+xml")
            case "/_bench/crm":
                return Answer(b"{}")
        raise LookupError(path)


def _json(values: Mapping[str, Any], media_type: str = JSON_1_0) -> Answer:
    return Answer(json.dumps(values, separators=(",", ":"), ensure_ascii=False).encode(), media_type=media_type)
