"""The pages of a local cloud with next to nothing in it, asked as a browser and as a program ask."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest

from rehearsal.cloud import LocalCloud

TEMPLATE = """
    Parameters:
      PublicUrl: { Type: String }
    Resources:
      Identity:
        Type: AWS::SES::EmailIdentity
        Properties: { EmailIdentity: news.example }
      Mails:
        Type: AWS::SES::ConfigurationSet
        Properties: { Name: mails }
      Events:
        Type: AWS::SNS::Topic
      Destination:
        Type: AWS::SES::ConfigurationSetEventDestination
        Properties:
          ConfigurationSetName: !Ref Mails
          EventDestination:
            MatchingEventTypes: [send, delivery, bounce, complaint]
            SnsDestination: { TopicARN: !Ref Events }
      Front:
        Type: AWS::Serverless::Function
        Properties:
          Handler: front.handler.handle
          Environment: { Variables: { NEWSLETTER_SECRETS_PATH: /secrets } }
          Events:
            Page: { Type: HttpApi, Properties: { Path: "/page/{name}", Method: GET } }
      Clock:
        Type: AWS::Serverless::Function
        Properties:
          Handler: clock.handler.handle
          Events:
            Tick: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour), Input: '{"now": "x"}' } }
    """
HTML = {"accept": "text/html,application/xhtml+xml"}
FORM = {"content-type": "application/x-www-form-urlencoded", **HTML}


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP, its headers by their names in small letters."""

    status: int
    headers: dict[str, str]
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def call(
    cloud: LocalCloud, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """One request; an error and a redirect are answers too."""
    request = urllib.request.Request(f"{cloud.url}{path}", data=body, method=method, headers=headers or {})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=60) as answer:
            return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode())


def form(cloud: LocalCloud, path: str, **fields: str) -> Answer:
    """What a browser gets for a form."""
    return call(cloud, "POST", path, urlencode(fields).encode(), FORM)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One for all tests of a file."""
    root = tmp_path_factory.mktemp("pages")
    (root / "template.yaml").write_text(dedent(TEMPLATE))
    for name, answer in {"front": '{"statusCode": 200, "body": "page"}', "clock": '{"done": "<b>yes</b>"}'}.items():
        (root / f"functions/{name}").mkdir(parents=True)
        (root / f"functions/{name}/handler.py").write_text(f"def handle(event, context):\n    return {answer}\n")
    with LocalCloud(root=root) as started:
        yield started


def send(to: str = "reader@example.com", html: str = "<p>Hei</p>", subject: str = "Kesä & työ") -> str:
    """A mail through real SES calls of the cloud that runs; its id."""
    body = {"Html": {"Data": html}, "Text": {"Data": "Hei"}}
    sent = boto3.client("sesv2").send_email(
        FromEmailAddress="News <us@news.example>",
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": subject, "Charset": "UTF-8"}, "Body": body}},
        EmailTags=[{"Name": "mailing", "Value": "m1"}],
        ConfigurationSetName="mails",
    )
    return str(sent["MessageId"])
