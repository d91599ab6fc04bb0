"""A local SES account behind a real HTTP server, with the real client, a clock that stands still and all its events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.wrappers import Response

from rehearsal.ses import ConfigurationSet, EventDestination, FakeSes, Mail, SesSettings
from tests.support.stack import loopback

SENDER = "Sanaharju <uutiskirje@sanaharju.example>"
TOPIC = "arn:aws:sns:eu-north-1:123456789012:all"
START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
ALL_TYPES = frozenset(
    {"SEND", "BOUNCE", "COMPLAINT", "DELIVERY", "OPEN", "CLICK", "RENDERING_FAILURE", "DELIVERY_DELAY"}
)

_OF_THE_TEMPLATE = frozenset({"TemplateContent", "TemplateData", "TemplateName", "Headers"})


class SesAccount:
    """Use as a context manager: it holds a server. `settings` replace what the account has by default."""

    def __init__(self, **settings: Any) -> None:
        self._settings: dict[str, Any] = {
            "identities": frozenset({"sanaharju.example", "hei@muualla.example"}),
            "configuration_sets": {"mail": ConfigurationSet((EventDestination(TOPIC, ALL_TYPES),))},
            "max_send_rate": -1.0,
            **settings,
        }
        app = DispatcherMiddleware(Response("elsewhere", 404), {"/_local/ses": self._app})
        self._server = loopback.serve(app)
        self.url = f"http://127.0.0.1:{self._server.port}/_local/ses"
        self.client: Any = self.connect()
        self.open()

    def __enter__(self) -> Self:
        """Start."""
        return self

    def __exit__(self, *problem: object) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()

    def open(self, **settings: Any) -> None:
        """Start over with an account that has sent nothing."""
        self.clock = START
        self.published: list[tuple[str, dict[str, Any]]] = []
        self.ses = FakeSes(
            SesSettings(**{**self._settings, **settings}),
            publish=lambda topic, text: self.published.append((topic, json.loads(text))),
            now=lambda: self.clock,
        )

    def connect(self, **config: Any) -> Any:
        """A client of the real SDK that never resends."""
        return boto3.client(
            "sesv2",
            endpoint_url=self.url,
            region_name="eu-north-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106
            config=Config(retries={"total_max_attempts": 1, "mode": "standard"}, max_pool_connections=16, **config),
        )

    def send(self, *to: str, **changes: Any) -> str:
        """SendEmail with Simple content; `changes` replace members of the request. The message id."""
        destination = {"ToAddresses": list(to) or ["aino@lukija.example"]}
        request = {"FromEmailAddress": SENDER, "Destination": destination, "Content": simple()}
        sent: str = self.client.send_email(**{**request, **changes})["MessageId"]
        return sent

    def send_tracked(self, *to: str, data: str = '{"name": "Aino"}', **changes: Any) -> str:
        """SendEmail with an inline template that links somewhere, tags and a configuration set. The message id."""
        html = '<p>Hei {{name}}, <a class="b" href="https://www.sanaharju.example/a?x=1&amp;y=2">lue</a></p>'
        template = {"TemplateContent": {"Subject": "Hei {{name}}", "Html": html}, "TemplateData": data}
        request = {
            "Content": {"Template": template},
            "ConfigurationSetName": "mail",
            "EmailTags": [pair("mailing", "m1"), pair("position", "0")],
        }
        return self.send(*to, **{**request, **changes})

    def send_bulk(self, *entries: dict[str, Any], **changes: Any) -> list[dict[str, str]]:
        """SendBulkEmail; `changes` replace members of the template or the request, None takes one out. The results."""
        template: dict[str, Any] = {
            "TemplateContent": {"Subject": "Hei {{name}}", "Text": "Hei {{name}}", "Html": "<p>Hei {{name}}</p>"},
            "TemplateData": '{"name": "lukija"}',
            **{key: value for key, value in changes.items() if key in _OF_THE_TEMPLATE},
        }
        request = {
            "FromEmailAddress": SENDER,
            "DefaultContent": {"Template": {key: value for key, value in template.items() if value is not None}},
            "BulkEmailEntries": list(entries) or [entry()],
            **{key: value for key, value in changes.items() if key not in _OF_THE_TEMPLATE},
        }
        results: list[dict[str, str]] = self.client.send_bulk_email(**request)["BulkEmailEntryResults"]
        return results

    def mails(self) -> tuple[Mail, ...]:
        """What arrived, newest first."""
        return self.ses.mailbox.all()

    def mail(self) -> Mail:
        """The one mail that arrived."""
        (mail,) = self.mails()
        return mail

    def happened(self) -> list[str]:
        """The types of the published events, in order."""
        return [event["eventType"] for _, event in self.published]

    def last(self) -> dict[str, Any]:
        """The newest event."""
        return self.published[-1][1]

    def suppressed(self) -> dict[str, str]:
        """The suppression list: reason by address."""
        entries = self.client.list_suppressed_destinations()["SuppressedDestinationSummaries"]
        return {item["EmailAddress"]: item["Reason"] for item in entries}

    def wait(self, seconds: float) -> None:
        """Let the account's clock run."""
        self.clock += timedelta(seconds=seconds)

    @contextmanager
    def refuses(self, code: str, status: int, text: str = "") -> Iterator[None]:
        """Expects this exception with this HTTP status and text in its message, and that no mail goes out."""
        with pytest.raises(ClientError) as caught:
            yield
        response = caught.value.response
        assert (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
        assert text in response["Error"]["Message"]
        assert self.mails() == ()

    def _app(self, environ: Any, start_response: Any) -> Any:
        return self.ses.wsgi_app(environ, start_response)


def simple(subject: str = "Hei", headers: list[dict[str, str]] | None = None, **body: Any) -> dict[str, Any]:
    """Simple content."""
    bodies = body or {"Text": {"Data": "Hei"}, "Html": {"Data": "<p>Hei</p>"}}
    content: dict[str, Any] = {"Subject": {"Data": subject}, "Body": bodies}
    return {"Simple": content if headers is None else {**content, "Headers": headers}}


def entry(to: str = "aino@lukija.example", data: object = None, **more: Any) -> dict[str, Any]:
    """One entry of SendBulkEmail, with its own template data if there is any."""
    replacement = {"ReplacementTemplate": {"ReplacementTemplateData": json.dumps(data)}}
    own = {} if data is None else {"ReplacementEmailContent": replacement}
    return {"Destination": {"ToAddresses": [to]}, **own, **more}


def statuses(results: list[dict[str, str]]) -> list[str]:
    """The statuses of bulk results."""
    return [result["Status"] for result in results]


def pair(name: str, value: str = "v") -> dict[str, str]:
    """One header or one tag."""
    return {"Name": name, "Value": value}


def readers(count: int) -> list[str]:
    """Ordinary addresses."""
    return [f"r{number}@lukija.example" for number in range(count)]


@pytest.fixture(scope="module")
def running() -> Iterator[SesAccount]:
    """One server and one client for all tests of the file."""
    with SesAccount() as account:
        yield account


@pytest.fixture
def account(running: SesAccount) -> SesAccount:
    """A fresh account."""
    running.open()
    return running
