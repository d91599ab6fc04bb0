"""A click leads to its article whatever AWS does, and what it shows comes into the ledger by its own way."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from socket import create_server
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from newsletter.container import app
from newsletter.leads.visits import hand_over_visit
from newsletter.leads.visits.evidence import VisitKind
from newsletter.leads.visits.link_targets import NotReadable
from newsletter.mailings.mailing import Kind, Mailing, Variant
from newsletter.platform.aws import clients as aws
from newsletter.platform.links.links import LinkPurpose
from newsletter.platform.messages import Visited, from_json
from public_site.request import MAX_HEADER
from tests.support.readers.site import ID, Clock, heading, token
from tests.support.stack.cloud import Cloud

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TARGET = "https://blog.example.com/a"
VARIANT = Variant("fi", "", "", "", ())


class Body:
    """What botocore reads an answer from."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it."""
        yield self._content


def throttled(request: Any, **_: Any) -> AWSResponse:
    code = {"__type": "ThrottlingException", "message": "Rate exceeded"}
    headers: Any = HeadersDict({"content-type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, 400, headers, Body(json.dumps(code).encode()))


def broken(request: Any, **_: Any) -> AWSResponse:
    headers: Any = HeadersDict({"content-type": "application/x-amz-json-1.0"})
    return AWSResponse(request.url, 500, headers, Body(b"{}"))


def hanging(request: Any, **_: Any) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url=request.url)


TROUBLES = pytest.mark.parametrize("trouble", [throttled, broken, hanging])


@contextmanager
def everywhere(trouble: Callable[..., AWSResponse | None]) -> Iterator[list[str]]:
    """Every table and queue is in that trouble; the operations that were asked for, one for each try."""
    clients = [make(service) for make in (aws.client, aws.quick_client) for service in ("dynamodb", "sqs")]
    asked: list[str] = []

    def answer(request: Any, **given: Any) -> AWSResponse | None:
        asked.append(request.headers["X-Amz-Target"].decode().rpartition(".")[2])
        return trouble(request, **given)

    for client in clients:
        client.meta.events.register_first("before-send", answer)
    try:
        yield asked
    finally:
        for client in clients:
            client.meta.events.unregister("before-send", answer)


@pytest.fixture
def path(cloud: Cloud) -> str:
    """A link that the reader was mailed."""
    assert cloud.mails() == []
    app.mailings.put_variant("m", VARIANT, [("abc", TARGET), ("def", f"{TARGET}/b")])
    return f"/c/{token(LinkPurpose.CLICK, mailing='m', batch='b', position=2)}/abc"


def told(cloud: Cloud) -> list[Visited]:
    messages = [from_json(body) for body in cloud.messages("VisitQueue")]
    return [message for message in messages if isinstance(message, Visited)]


@TROUBLES
def test_a_known_link_leads_to_its_article_whatever_tables_and_queues_do(
    cloud: Cloud, path: str, trouble: Callable[..., AWSResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, NOON)
    counted: list[tuple[str, int]] = []
    monkeypatch.setattr(hand_over_visit, "count", lambda *counts: counted.append(counts))
    assert cloud.http("GET", path)["statusCode"] == 302
    for _ in range(3):
        with everywhere(trouble) as asked:
            for method in ("GET", "HEAD"):
                answer = cloud.http(method, path)
                assert (answer["statusCode"], answer["headers"]["Location"]) == (302, TARGET)
        assert asked.count("SendMessage") == 2, "each is tried once"
        clock.forward(minutes=2)
    assert counted == [("VisitsNotKept", 1)] * 6


def test_two_calls_that_hang_end_within_a_second_and_a_half(cloud: Cloud, path: str) -> None:
    """One for the target, one for the queue; what they wait for is set, so no clock need be watched."""
    assert cloud.http("GET", path)["statusCode"] == 302
    for service in ("dynamodb", "sqs"):
        config = aws.quick_client(service).meta.config
        assert config.retries["total_max_attempts"] == 1
        assert 2 * (config.connect_timeout + config.read_timeout) < 1.5


def test_a_queue_that_takes_the_connection_and_never_answers_is_given_up(cloud: Cloud, path: str) -> None:
    assert cloud.http("GET", path)["statusCode"] == 302
    with create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL_SQS", url)
            client = aws.new_client("sqs", quick=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app.quick_queues, "_client", client)
            assert cloud.http("GET", path)["headers"]["Location"] == TARGET


@TROUBLES
@pytest.mark.parametrize(("language", "expected"), [("fi", "fi"), ("sv-FI,sv;q=0.9", "sv"), ("en", "en")])
def test_a_link_that_is_not_known_yet_gets_a_page_that_says_to_come_again(
    cloud: Cloud, path: str, trouble: Callable[..., AWSResponse], language: str, expected: str
) -> None:
    with everywhere(trouble):
        answer = cloud.http("GET", path, headers={"accept-language": language})
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "10")
    assert answer["headers"]["Content-Language"] == expected
    assert heading(answer) == app.templates.text("pages.problems.link_later.heading", expected)
    assert cloud.http("GET", path)["statusCode"] == 302, "afterwards it works"


@pytest.mark.usefixtures("path")
def test_only_a_click_is_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows visits, tells of them or traces them asks AWS again, as for everything else."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)
    refused = []

    def once(request: Any, **given: Any) -> AWSResponse | None:
        refused.append(request.url)
        return throttled(request, **given) if len(refused) == 1 else None

    with everywhere(once):
        assert app.link_targets.find("m", "abc") == TARGET
    refused.clear()
    with everywhere(once), pytest.raises(NotReadable, match="link abc of m leads cannot be read now; try again"):
        app.click_targets.find("m", "abc")


def test_a_warm_click_makes_one_call_and_touches_no_table(cloud: Cloud, path: str) -> None:
    cloud.http("GET", path)
    calls: list[str] = []

    def count(model: Any, **_: Any) -> None:
        calls.append(model.name)

    clients = [make(service) for make in (aws.client, aws.quick_client) for service in ("dynamodb", "sqs")]
    for client in clients:
        client.meta.events.register("before-call", count)
    try:
        assert cloud.http("GET", path)["statusCode"] == 302
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", count)
    assert calls == ["SendMessage"]


def test_a_corrected_target_is_followed_within_a_minute(
    cloud: Cloud, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch, NOON)
    assert cloud.http("GET", path)["headers"]["Location"] == TARGET
    app.mailings.create(Mailing("m", Kind.CAMPAIGN, NOON))
    assert app.mailings.relink("m", "abc", TARGET, "https://blog.example.com/right", "Maija", NOON)
    clock.forward(seconds=59)
    assert cloud.http("GET", path)["headers"]["Location"] == TARGET
    clock.forward(seconds=1)
    assert cloud.http("GET", path)["headers"]["Location"] == "https://blog.example.com/right"


def test_what_a_visit_shows_is_handed_over_without_an_address_and_cut(cloud: Cloud, path: str) -> None:
    headers = {"user-agent": "A" * 5_000, "accept": "b" * 5_000, "cookie": "secret", "x-forwarded-for": "192.0.2.77"}
    cloud.http("HEAD", path, headers=headers)
    (body,) = cloud.messages("VisitQueue")
    assert len(body) < 1_000
    assert "secret" not in body
    assert "192.0.2.77" not in body
    visit = from_json(body)
    assert isinstance(visit, Visited)
    assert (visit.subscriber, visit.mailing, visit.batch, visit.position) == (ID, "m", "b", 2)
    assert (visit.kind, visit.link, visit.evidence["method"]) == ("link", "abc", "HEAD")
    assert (visit.evidence["network"], len(visit.evidence["user_agent"])) == ("192.0.2.0/24", MAX_HEADER)


def test_the_canary_leads_to_the_site_and_is_told_as_such(cloud: Cloud, path: str) -> None:
    answer = cloud.http("GET", path.replace("/abc", "/canary"))
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, app.publication.site_url)
    assert [visit.kind for visit in told(cloud)] == [VisitKind.CANARY]


def test_a_link_that_was_never_mailed_is_not_found_and_nothing_is_told(cloud: Cloud, path: str) -> None:
    assert cloud.http("GET", path.replace("/abc", "/xyz"))["statusCode"] == 404
    assert cloud.http("GET", f"{path[:9]}x{path[10:]}")["statusCode"] == 404
    assert told(cloud) == []


def test_what_is_longer_than_a_key_can_be_is_not_found_without_asking_a_table_that_refuses_it(
    cloud: Cloud, path: str
) -> None:
    with everywhere(broken) as asked:
        assert cloud.http("GET", path.replace("/abc", f"/{'a' * 2100}"))["statusCode"] == 404
        assert cloud.http("GET", f"/archive/{'a' * 2100}")["statusCode"] == 404
    assert asked == []


def test_half_a_character_is_in_no_link_and_asks_no_table(cloud: Cloud, path: str) -> None:
    with everywhere(broken) as asked:
        for shown in (path.replace("/abc", "/\ud800"), "/archive/\ud800", "/c/\udfff/abc"):
            assert [cloud.http(method, shown)["statusCode"] for method in ("GET", "HEAD")] == [404, 404]
    assert asked == []


def test_a_connection_that_aws_had_closed_is_opened_anew(cloud: Cloud, path: str) -> None:
    cloud.http("GET", path)
    first = [True]

    def closed_once(request: Any, **_: Any) -> None:
        if first:
            first.clear()
            raise ConnectionClosedError(endpoint_url=request.url)

    events = aws.quick_client("sqs").meta.events
    events.register_first("before-send", closed_once)
    try:
        cloud.http("GET", path)
    finally:
        events.unregister("before-send", closed_once)
    assert len(told(cloud)) == 2


def test_times_have_milliseconds(cloud: Cloud, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, NOON)
    clock.forward(milliseconds=123)
    cloud.http("GET", path)
    cloud.work("feedback")
    (visit,) = app.visits.trace_of(ID, "m").visits
    assert visit.at == NOON + timedelta(milliseconds=123)
