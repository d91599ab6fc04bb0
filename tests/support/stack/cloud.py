"""The stack without its engine: real resources on moto, SES over HTTP, and queues that are worked off on request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

from werkzeug.wrappers import Response

from newsletter.container import Container, app
from newsletter.platform.aws.pepper_fingerprints_store import KEY as FINGERPRINT
from newsletter.platform.observability import metrics
from rehearsal import environment, events
from rehearsal.ses import FakeSes, Mail
from rehearsal.ses.limits import UNLIMITED
from rehearsal.ses.receiving.receiver import Received, Receiver
from rehearsal.settings import domains, ses_settings
from rehearsal.template.model import Function, Stack
from rehearsal.template.stack import load_stack
from tests.support.aws.account import emptied, waiting
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.context import Context
from tests.support.stack.outside import Door, Webhook
from tests.support.stack.patience import patient_while_the_clock_runs
from tests.support.stack.shared_templates import shared_templates

ROOT = Path(__file__).parents[3]
PUBLIC_URL = "http://127.0.0.1:8000"
PEPPER = "pepper-of-the-tests"
LINK_KEYS = "old-key-of-the-tests,new-key-of-the-tests"
WEBHOOK_SECRET = "whsec_bmV3c2xldHRlci10ZXN0LXNlY3JldC0zMmJ5dGVzISE="

INBOUND_SECRET = "whsec_aW5ib3VuZC1zZWNyZXQtb2YtdGhlLXRlc3RzLTMyYiE="
CRM_TOKEN = "token-of-the-crm-of-the-tests"
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-language": "fi,en;q=0.5",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "same-origin",
    "sec-fetch-user": "?1",
}
"""What the browser of a person sends along."""
HOME = "192.0.2.77"
"""The address of whoever calls."""
DWELL = 20.0
"""Seconds that a person takes to read the page of an offer."""


@dataclass
class Cloud:
    """One empty stack. `ses` is its SES, `webhooks` what its CRM was sent; `crm_status` is what the CRM answers,
    or `crm_answers` makes an answer of each request.

    `client` gives the boto3 client of a service.
    """

    stack: Stack
    url: str
    ses: FakeSes
    client: Callable[[str], Any]
    webhooks: list[Webhook] = field(default_factory=list)
    crm_status: int = 200
    crm_answers: Callable[[Webhook], Response] | None = None

    def function(self, folder: str) -> Function:
        """The function of that folder."""
        found = self.stack.function(folder)
        assert found is not None
        return found

    def invoke(self, folder: str, event: dict[str, Any]) -> Any:
        """Call a handler as Lambda does."""
        return import_module(f"{folder}.handler").handle(event, Context())

    def run(self, folder: str, now: datetime | str) -> Any:
        """Run a scheduled function at that moment."""
        text = now if isinstance(now, str) else now.isoformat()
        return self.invoke(folder, {"now": text})

    def http(
        self,
        method: str,
        path: str,
        body: str = "",
        *,
        function: str = "public_site",
        headers: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Call an HTTP function with an API Gateway v2 event, routed as the template says."""
        bare, _, query = path.removeprefix(PUBLIC_URL).partition("?")
        route, parameters = self._route(function, method, bare)
        form = {"content-type": "application/x-www-form-urlencoded"} if body else {}
        sent = {"host": "127.0.0.1", "user-agent": "test", **form, **(headers or {})}
        request = events.Request(method, bare, query, tuple(sent.items()), body.encode(), HOME)
        answer: dict[str, Any] = self.invoke(function, events.http(request, route, parameters))
        return answer

    def press(self, offer: str, *, dwell: float = DWELL, **headers: str) -> dict[str, Any]:
        """Open the page of an offer, read it for `dwell` seconds, and press its button, as a browser does."""
        sent = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
        with earlier(dwell):
            page = self.http("GET", offer, headers=sent)["body"]
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
        form = "&".join(f"{name}={quote(value)}" for name, value in fields)
        return self.http("POST", offer, form, headers=sent)

    def crm(self, webhook: Webhook) -> Response:
        """The CRM gets a webhook."""
        self.webhooks.append(webhook)
        return self.crm_answers(webhook) if self.crm_answers else Response(status=self.crm_status)

    def _route(self, function: str, method: str, path: str) -> tuple[str, dict[str, str]]:
        for route in self.function(function).routes:
            pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", route.path)
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
            match = re.fullmatch(pattern, path)
            if match and route.method in (method, "ANY"):
                return f"{route.method} {route.path}", match.groupdict()
        message = f"no route for {method} {path}"
        raise AssertionError(message)

    def drain(self, *, rounds: int = 200) -> list[str]:
        """Work every queue off, in the order of the template; the bodies of messages that failed (they stay away)."""
        failed: list[str] = []
        for _ in range(rounds):
            if not sum(self._work(function, failed) for function in self.stack.functions):
                return failed
        message = f"queues not empty after {rounds} rounds"
        raise AssertionError(message)

    def work(self, folder: str) -> int:
        """Let one function work off what is on its queues; how many messages that was."""
        return self._work(self.function(folder), [])

    def messages(self, queue: str) -> list[str]:
        """The bodies that wait in a queue, by logical id; they are taken out."""
        sqs, url = self.client("sqs"), self._url(queue)
        bodies: list[str] = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            bodies += [message["Body"] for message in found]
            _delete(sqs, url, found)
        return bodies

    def receive(self, mail: bytes, to: str, *, sender: str | None = None, **verdicts: str) -> Received:
        """SES receives a mail, in a stack with [replies]; `verdicts` are those that are not as its headers say."""
        receiver = Receiver(
            self.stack,
            lambda bucket, key, body: self.client("s3").put_object(Bucket=bucket, Key=key, Body=body),
            lambda topic, text: self.client("sns").publish(TopicArn=topic, Message=text),
            app.now,
        )
        return receiver.receive(mail, [to], sender=sender, given=verdicts)

    def mails(self, to: str = "") -> list[Mail]:
        """The mails that arrived, oldest first, of one address or all."""
        return [mail for mail in reversed(self.ses.mailbox.all()) if not to or to in mail.to]

    def items(self, table: str) -> list[dict[str, Any]]:
        """Every item of a table, by logical id, but the fingerprint of the pepper, which is nobody's."""
        name = next(r.physical_id for r in self.stack.of_type("AWS::DynamoDB::Table") if r.logical_id == table)
        items: list[dict[str, Any]] = self.client("dynamodb").scan(TableName=name)["Items"]
        return [item for item in items if item.get("id") != FINGERPRINT["id"]]

    # --- a reader ----------------------------------------------------------------------------------------------------

    def subscribe(self, email: str, *topics: str, language: str = "fi", name: str = "") -> None:
        """Fill in the form and press the button behind the confirmation link."""
        fields = [("email", email), ("language", language), ("consent", "yes"), ("name", name)]
        fields += [("topics", topic) for topic in topics]
        form = "&".join(f"{key}={quote(value)}" for key, value in fields)
        answer = self.http("POST", "/subscribe", form)
        assert answer["statusCode"] == 200, answer
        self.drain()
        link = link_to("confirm", self.mails(email)[-1])
        answer = self.http("POST", link, "confirm=yes")
        assert answer["statusCode"] == 200, answer

    def _work(self, function: Function, failed: list[str]) -> int:
        worked = 0
        sqs = self.client("sqs")
        for source in function.queues:
            url = self._url_of(source.queue_name)
            size = min(source.batch_size, 10)
            while waiting(source.queue_name, self.stack.account):
                found = sqs.receive_message(
                    QueueUrl=url, MaxNumberOfMessages=size, MessageSystemAttributeNames=["All"]
                ).get("Messages", [])
                worked += len(found)
                records = [events.sqs_record_of(message, source.queue_arn) for message in found]
                answer = self.invoke(function.folder, {"Records": records})
                away = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
                failed += [message["Body"] for message in found if message["MessageId"] in away]
                _delete(sqs, url, [message for message in found if message["MessageId"] not in away])
        return worked

    def _url(self, queue: str) -> str:
        name = next(r.physical_id for r in self.stack.of_type("AWS::SQS::Queue") if r.logical_id == queue)
        return self._url_of(name)

    def _url_of(self, queue_name: str) -> str:
        account = self.stack.account
        return f"https://sqs.{account.region}.amazonaws.com/{account.account_id}/{queue_name}"


def link_to(page: str, mail: Mail, number: int = 0) -> str:
    """The address of one of our own pages in a mail's text part, e.g. `confirm`."""
    assert mail.text is not None
    found = re.findall(rf"{re.escape(PUBLIC_URL)}/{page}/[^\s>)]+", mail.text)
    assert found, f"no link to /{page} in:\n{mail.text}"
    return str(found[number])


@contextmanager
def earlier(seconds: float) -> Iterator[None]:
    """What happens inside happened so many seconds ago, as the product sees it."""
    now = app.now
    where = app if "now" in vars(app) else Container  # a test may have stopped the clock of this container
    with patch.object(where, "now", lambda *_: now() - timedelta(seconds=seconds)):
        yield


@contextmanager
def running(templates: Path = TEMPLATES) -> Iterator[Cloud]:
    """An empty stack with everything the template names, for the length of a test; one at a time."""
    door, stack = _door(), _stack(templates)
    variables = {
        **environment.of_functions(stack),
        **environment.of_aws(stack),
        "AWS_ENDPOINT_URL_SESV2": f"{door.url}/ses",
        "NEWSLETTER_TEMPLATES": str(templates),
        "NEWSLETTER_LOCAL": "1",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_DISABLED": "true",
    }
    path = variables["NEWSLETTER_SECRETS_PATH"]
    secrets = {"pepper": PEPPER, "link_keys": LINK_KEYS, "webhook_secrets": WEBHOOK_SECRET}
    secrets |= {"crm_inbound_secrets": INBOUND_SECRET, "crm_token": CRM_TOKEN}
    with (
        environment.applied(variables),
        emptied(stack, {f"{path}/{name}": value for name, value in secrets.items()}) as client,
        patch.object(Container, "templates", shared_templates()),
        patient_while_the_clock_runs(),
    ):
        app.reset()
        # What was counted outside of a handler stays, and the hundredth is printed whatever the environment says.
        metrics().clear_metrics()
        cloud = Cloud(
            stack,
            door.url,
            FakeSes(
                # Nobody waits for a slot of the rate limiter, but in the tests of the lane.
                replace(ses_settings(stack, auto_deliver=True), max_send_rate=UNLIMITED),
                lambda topic, text: client("sns").publish(TopicArn=topic, Message=text),
                lambda: datetime.now(UTC),
            ),
            client,
        )
        door.behind = cloud
        yield cloud
        app.reset()


@cache
def _door() -> Door:
    return Door()


@cache
def _stack(templates: Path) -> Stack:
    door = _door()
    sender, replies = domains(templates / "publication.toml")
    parameters = {
        "PublicUrl": PUBLIC_URL,
        "SenderDomain": sender,
        "ReplyDomain": replies,
        "CrmWebhookUrl": f"{door.url}/crm",
        "OidcIssuer": f"{door.url}/oidc",
        "OidcAudience": "console",
    }
    return load_stack(ROOT, parameters)


def _delete(sqs: Any, url: str, messages: list[dict[str, Any]]) -> None:
    """Take up to ten received messages out of their queue."""
    handles = [(str(number), message["ReceiptHandle"]) for number, message in enumerate(messages)]
    if handles:
        sqs.delete_message_batch(QueueUrl=url, Entries=[{"Id": at, "ReceiptHandle": each} for at, each in handles])
