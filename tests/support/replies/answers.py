"""What readers' mail programs send, and SES as it receives it, for a stack whose publication has [replies]."""

from __future__ import annotations

import itertools
import re
from email import policy
from email.message import EmailMessage

from newsletter.container import app
from rehearsal.ses import Mail
from rehearsal.ses.receiving.receiver import Received, Receiver
from tests.support.stack.cloud import Cloud

numbers = itertools.count()


def reply_to(mail: Mail) -> str:
    """The address that answers to the mail go to."""
    (address,) = mail.reply_to
    return address


def leave_by(mail: Mail) -> str:
    """The address of the mail's List-Unsubscribe."""
    found = re.fullmatch(r"<mailto:([^<>]+)>, <https?://[^<>]+>", mail.headers["List-Unsubscribe"])
    assert found is not None, mail.headers["List-Unsubscribe"]
    return found[1]


def written(sender: str, text: str, *, subject: str = "VS: Kevät", **headers: str) -> bytes:
    """A mail in plain text, as a program writes it."""
    mail = EmailMessage(policy.SMTP)
    mail["From"], mail["Subject"] = sender, subject
    mail["To"] = "answers@example.com"
    mail["Message-ID"] = f"<{next(numbers)}@mail.example.com>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()


def receiver(cloud: Cloud) -> Receiver:
    """SES of the stack's account, as far as it receives mails."""

    def put(bucket: str, key: str, data: bytes) -> None:
        cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=data)

    def publish(topic: str, text: str) -> None:
        cloud.client("sns").publish(TopicArn=topic, Message=text)

    return Receiver(cloud.stack, put, publish, app.now)


def receive(cloud: Cloud, raw: bytes, to: str, *, sender: str | None = None, **checks: str) -> Received:
    """The mail comes in and is handled; `checks` are those of SES that are not PASS."""
    received = receiver(cloud).receive(raw, [to], sender=sender, given=checks)
    assert cloud.drain() == []
    return received
