"""What scanners open of a mailing that goes out at some rate: the site's handler, and the function that takes visits.

AWS answers inside the process. Visits go to any of some containers of the site; their messages are gathered as Lambda
does it: several pollers, each for as long as the template says.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from time import process_time
from typing import Any

from feedback.handler import handle as record
from newsletter.container import app
from newsletter.leads.visits.held_visits import HeldVisits
from newsletter.mailings.mailing import Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws import clients as aws
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from public_site.handler import handle
from rehearsal.events import sqs_record
from rehearsal.template.model import QueueSource
from tests.bench import processes
from tests.bench.programs import events
from tests.bench.programs.answer_requests import BATCH, answer_in_process
from tests.bench.programs.mailing import MAILING, STARTED, prepare
from tests.bench.stack import layout, stack
from tests.bench.stub.account import Account
from tests.bench.stub.readers import reader_id

WITHIN = 10.0
"""Seconds after the delivery within which a scanner has opened every link."""
BATCH_BYTES, AROUND = 6_000_000, 700
"""AWS: what Lambda hands over at once; what it adds to each message (about)."""


@dataclass(frozen=True)
class Opened:
    """A link that is opened `at` seconds after the first mail."""

    at: float
    reader: int
    link: str


def scans(readers: int, rate: float, scanned: float, links: Sequence[str]) -> list[Opened]:
    """Everything that scanners open, in the order of time."""
    draw = Random(1)  # noqa: S311 (the same story in every run)
    found = [
        Opened(reader / rate + draw.uniform(0.2, WITHIN), reader, link)
        for reader in range(readers)
        if draw.random() < scanned
        for link in links
    ]
    return sorted(found, key=lambda each: each.at)


def requests(opened: Sequence[Opened], browsers: float) -> Iterator[tuple[float, dict[str, Any]]]:
    """The requests for them; that share of scanners looks like a browser in every header."""
    draw = Random(4)  # noqa: S311 (the same story in every run)
    like_browser: dict[int, bool] = {}
    plain = {"user-agent": "Mozilla/5.0 (compatible; MailScanner)", "accept-language": "", "accept": "*/*"}
    for each in opened:
        browser = like_browser.setdefault(each.reader, draw.random() < browsers)
        claims = LinkClaims(reader_id("a", each.reader), MAILING.id, *_place(each.reader))
        path = f"/c/{app.links.token(LinkPurpose.CLICK, claims)}/{each.link}"
        headers = {"sec-fetch-user": "?1"} if browser else plain
        yield each.at, events.http("GET", path, source="198.51.100.7", headers=headers)


def gathered(messages: Sequence[tuple[float, str]], source: QueueSource, pollers: int) -> Iterator[list[str]]:
    """The batches that Lambda makes of messages and their times: each message goes to any of the pollers."""
    draw = Random(2)  # noqa: S311 (the same story in every run)
    waiting: dict[int, tuple[float, list[str]]] = {}
    for at, body in messages:
        poller = draw.randrange(pollers)
        since, bodies = waiting.setdefault(poller, (at, []))
        full = len(bodies) >= source.batch_size or sum(len(each) + AROUND for each in bodies) >= BATCH_BYTES
        if bodies and (at - since > source.window or full):
            yield bodies
            since, bodies = waiting[poller] = (at, [])
        bodies.append(body)
    yield from (bodies for _, bodies in waiting.values())


def _place(reader: int) -> tuple[str, int]:
    batch, position = divmod(reader, BATCH)
    return f"a0-{batch}", position


def _prepare(readers: int) -> Variant:
    variant = app.mailings.variant(MAILING.id, prepare())
    assert variant
    for number in range(-(-readers // BATCH)):
        ids = tuple(reader_id("a", each) for each in range(number * BATCH, (number + 1) * BATCH))
        app.deliveries.claim(Batch(MAILING.id, f"a0-{number}", variant.key, ids), "a" * BATCH, {}, STARTED)
    return variant


def main() -> None:
    """Arguments: readers, mails a second, share behind scanners, links, share of scanners that look like browsers, the
    site's containers, and Lambda's pollers."""
    readers, rate, scanned, links, browsers, containers, pollers = processes.arguments()
    account = Account(layout(), processes.READERS)
    answer_in_process(account, *(aws.client("dynamodb"), aws.client("sqs"), aws.client("ssm")))
    answer_in_process(account, *(aws.quick_client("dynamodb"), aws.quick_client("sqs")))
    variant = _prepare(readers)
    opened = list(requests(scans(readers, rate, scanned, _links(variant)[:links]), browsers))
    holds = [HeldVisits(app.scanner_rules) for _ in range(containers)]
    draw, context = Random(3), events.Context()  # noqa: S311 (the same story in every run)
    queue = account.kept(app.settings.visit_queue)
    told: list[tuple[float, str]] = []
    moment = STARTED

    def now() -> datetime:
        return moment

    vars(app)["now"] = now
    handle(opened[0][1], context)
    queue.clear()
    account.meter.read_off()
    began = process_time()
    for at, request in opened:
        moment = STARTED + timedelta(seconds=at)
        vars(app)["held_visits"] = draw.choice(holds)
        if handle(request, context)["statusCode"] != 302:
            raise processes.Failed("a click that was not followed")
        told += [(at, body) for body in queue]
        queue.clear()
    site_s, site = process_time() - began, account.meter.read_off()
    function = stack().function("feedback")
    assert function
    source = next(each for each in function.queues if each.queue_name.endswith("VisitQueue"))
    batches = list(gathered(told, source, pollers))
    moment += timedelta(seconds=source.window)
    began = process_time()
    for batch in batches:
        records = [
            sqs_record(body, f"message-{number}", queue_arn=source.queue_arn) for number, body in enumerate(batch)
        ]
        if record({"Records": records}, context)["batchItemFailures"]:
            raise processes.Failed("visits that were not recorded")
    feedback_s, feedback = process_time() - began, account.meter.read_off()
    said = {"visits": len(opened), "site_s": site_s, "site": site, "messages": len(told)}
    print(json.dumps({**said, "batches": len(batches), "feedback_s": feedback_s, "feedback": feedback}))


def _links(variant: Variant) -> list[str]:
    parts = variant.html.split("/c/{{click}}/")[1:]
    return list(dict.fromkeys(part.partition('"')[0] for part in parts if not part.startswith("canary")))


if __name__ == "__main__":
    main()
