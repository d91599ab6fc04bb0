"""The other way to send a newsletter, as a careful engineer writes it who does not know of bulk calls.

For each recipient: read the profile (nobody gets mail after leaving), sign the links, fill them into Jinja2 templates,
one SendEmail with the reader's own List-Unsubscribe, one PutItem that records what was sent.

Everything that can be done once is done once, so the ratio says what our design gains and not what a bad loop loses:
clients (boto3's own, as they come) and their connections are kept, the templates are compiled before the loop, and what
is the same for all readers (articles, offer, footer) is rendered into them beforehand. Our own adapter signs the links.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from time import process_time
from typing import Any

import boto3
from jinja2 import Environment

from newsletter.container import app
from newsletter.mail.placeholders import LITERALS
from newsletter.mailings.mailing import Variant
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from tests.bench import processes
from tests.bench.programs.mailing import MAILING


class Loop:
    """Sends one variant to readers, one by one."""

    def __init__(self, variant: Variant) -> None:
        html, text = Environment(autoescape=True), Environment()  # noqa: S701 (plain text is not escaped)
        # An SES template of simple placeholders is a Jinja2 template too.
        self._subject = text.from_string(variant.subject)
        self._html = html.from_string(variant.html)
        self._text = text.from_string(variant.text)
        client: Any = boto3.client
        self._dynamodb, self._ses = client("dynamodb"), client("sesv2")
        self._links = app.links
        self._settings = app.settings
        self._sender = app.templates.publication.sender

    def send(self, reader: str) -> None:
        """One mail to one reader, unless they have left."""
        key = {"id": {"S": reader}, "record": {"S": "profile"}}
        table = self._settings.subscribers_table
        profile = self._dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)["Item"]
        if profile["status"]["S"] != "active":
            return
        ref = LinkClaims(reader, MAILING.id)
        tokens = {str(each): self._links.token(each, ref) for each in LinkPurpose if each is not LinkPurpose.CONFIRM}
        values = {**LITERALS, **tokens, "hello_html": f"Hei {profile['name']['S']},"}
        values["hello_text"] = values["hello_html"]
        leave = f"{self._settings.public_url}/unsubscribe/{tokens['unsubscribe']}"
        answer = self._ses.send_email(
            FromEmailAddress=f"{self._sender.name} <{self._sender.address}>",
            ReplyToAddresses=[self._sender.reply_to],
            Destination={"ToAddresses": [profile["email"]["S"]]},
            ConfigurationSetName=self._settings.configuration_set,
            EmailTags=[{"Name": "mailing", "Value": MAILING.id}],
            Content={
                "Simple": {
                    "Subject": {"Data": self._subject.render(values), "Charset": "UTF-8"},
                    "Body": {
                        "Html": {"Data": self._html.render(values), "Charset": "UTF-8"},
                        "Text": {"Data": self._text.render(values), "Charset": "UTF-8"},
                    },
                    "Headers": [
                        {"Name": "List-Unsubscribe", "Value": f"<{leave}>"},
                        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
                    ],
                }
            },
        )
        sent = {"mailing": MAILING.id, "part": f"sent#{reader}", "message": answer["MessageId"]}
        self._dynamodb.put_item(
            TableName=self._settings.deliveries_table,
            Item={name: {"S": value} for name, value in {**sent, "at": datetime.now(UTC).isoformat()}.items()},
        )


def send(loop: Loop, readers: Sequence[str]) -> float:
    """CPU seconds for these readers."""
    began = process_time()
    for reader in readers:
        loop.send(reader)
    return process_time() - began


def main() -> None:
    """Arguments: the variant, readers to warm up with, readers to measure."""
    key, warm_up, measured = processes.arguments()
    variant = app.mailings.variant(MAILING.id, key)
    assert variant
    loop = Loop(variant)
    send(loop, warm_up)
    print(json.dumps({"cpu_s": send(loop, measured)}))


if __name__ == "__main__":
    main()
