"""A publication that receives answers, a campaign of it that went out, and mails that answer it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from itertools import count
from pathlib import Path

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.times import whole_seconds
from newsletter.replies.reply import Reply
from rehearsal.ses import Mail
from rehearsal.ses.receiving.receiver import Receiver
from tests.support.mailings.templates import templates_with_replies
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud, running

READER, OTHER = "maija.lukija@example.com", "olli@example.com"
MAILING = "campaign-kevat"
FORWARD_TO = "myynti@sanaharju.example"
WORDS = "Kiitos, voisimmeko sparrata tästä?"
_numbers = count(1)


@dataclass
class Answering:
    """A cloud whose mails can be answered, with READER and OTHER, who got MAILING two hours ago."""

    cloud: Cloud
    receiver: Receiver

    def mail(self, to: str = READER) -> Mail:
        """The campaign's mail."""
        return next(mail for mail in self.cloud.mails(to) if mail.reply_to)

    def answer(
        self, words: str = WORDS, *, sender: str = READER, to: str = "", raw: EmailMessage | None = None, **given: str
    ) -> Reply:
        """A reader answers the mail they got, and the answer is taken; what came of it. `given` are verdicts of SES."""
        message = raw or answer_of(sender, words)
        to = to or self.mail(parseaddr(str(message["From"]))[1]).reply_to[0]
        named = self.receiver.receive(message.as_bytes(), [to], given=given)
        assert self.cloud.drain() == []
        taken = app.replies.find(named.id, app.now())
        assert taken is not None
        return taken

    def program(self, sender: str = READER) -> Reply:
        """A program answers that its person is away."""
        message = answer_of(sender, "Olen lomalla.")
        message["Auto-Submitted"] = "auto-replied"
        return self.answer(raw=message)

    def sent_on(self) -> list[Mail]:
        """What came to the mailbox of people."""
        return self.cloud.mails(FORWARD_TO)


def answer_of(sender: str, words: str) -> EmailMessage:
    """A mail as a mail program writes an answer."""
    message = EmailMessage()
    message["From"] = f"Maija Lukija <{sender}>"
    message["To"] = "vastaus"
    message["Subject"] = "Vs: Kevät"
    message["Message-ID"] = f"<{next(_numbers)}@mail.example.com>"
    message.set_content(f"{words}\n\n> Moi.\n")
    return message


@contextmanager
def answering(folder: Path, *, make_leads: bool = True, keep_words: bool = False) -> Iterator[Answering]:
    """With these settings in the [replies] of the publication."""
    templates = templates_with_replies(folder, forward_to=FORWARD_TO, make_leads=make_leads, keep_words=keep_words)
    with running(templates) as cloud:
        receiver = Receiver(
            cloud.stack,
            lambda bucket, key, data: cloud.client("s3").put_object(Bucket=bucket, Key=key, Body=data),
            lambda topic, text: cloud.client("sns").publish(TopicArn=topic, Message=text),
            lambda: datetime.now(UTC),
        )
        for address in (READER, OTHER):
            add_reader(address)
        campaign = Campaign(name="kevat", subject="Kevät", body="Moi.", language="fi")
        start_campaign(campaign, app, now=whole_seconds(app.now()) - timedelta(hours=2))
        assert cloud.drain() == []
        yield Answering(cloud, receiver)
