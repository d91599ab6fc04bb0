"""Sends a test mail to the few addresses that it is for. It is in no ledger and leaves no trace in any report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mail.writing.personal_fields import personal_values
from newsletter.platform.errors import NotSentYet, SendingStopped, SentPerhaps
from newsletter.platform.messages import SendTestMail
from newsletter.platform.observability import count
from newsletter.sending.reserve_slots import another_slot, sleep_until

if TYPE_CHECKING:
    from newsletter.container import Container

OF_NOBODY = "test"
"""In links to a reader's own pages, which a test mail has of nobody."""


def send_test_mail(message: SendTestMail, app: Container) -> None:
    """Send it to each address once. Raises NotSentYet when SES certainly took one of them not: the queue tries again.

    While SES takes no mail of the account at all, it is dropped: whoever asked for it can ask again.
    """
    mail = app.test_mails.get(message.test)
    if mail is None:
        return
    hello_html, hello_text = app.templates.greeting(mail.variant.language, mail.name)
    data = dict.fromkeys(mail.variant.placeholders, OF_NOBODY) | {"hello_html": hello_html, "hello_text": hello_text}
    for position, address in enumerate(mail.to):
        slot = another_slot(1, app, transactional=True)
        if slot is None:
            raise NotSentYet("no slot for a test mail")
        if not app.test_mails.claim(mail.id, position):
            continue
        sleep_until(slot, app)
        reader = {"name": mail.name, "email": address}
        try:
            taken = app.mailer.send_test(
                mail.variant, address, data | personal_values(mail.variant.placeholders, reader)
            )
        except SendingStopped:
            count("TestMailsRefused")
            return
        except NotSentYet:
            app.test_mails.give_back(mail.id, position)
            raise
        except SentPerhaps:
            continue
        count("TestMailsSent" if taken else "TestMailsRefused")
