"""SendEmail and SendBulkEmail: what may go becomes a mail, the rest is told why not."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from rehearsal.ses.errors import SesError, configuration_set_not_found, recipient_not_verified, sender_not_verified
from rehearsal.ses.faults import Faults
from rehearsal.ses.limits import SendingLimits
from rehearsal.ses.message import drafts
from rehearsal.ses.message.addresses import Address, identity_of
from rehearsal.ses.message.content import Raw, encoded_subject
from rehearsal.ses.message.drafts import Draft
from rehearsal.ses.message.headers import FEEDBACK_TAGS, Header, Headers
from rehearsal.ses.message.mail import Mail, boundary
from rehearsal.ses.settings import SesSettings


class Sending:
    """Accepts or refuses; `post` carries out what was accepted and is given its recipients."""

    def __init__(
        self,
        settings: SesSettings,
        limits: SendingLimits,
        faults: Faults,
        post: Callable[[Mail, tuple[Address, ...]], None],
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._faults = faults
        self._post = post
        self._now = now

    def send_email(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """SendEmail; SesError when the mail is not accepted."""
        draft = drafts.single(request)
        self._require_account(draft)
        return {"MessageId": self._accept(draft)}

    def send_bulk_email(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """SendBulkEmail: a status for every entry; SesError when nothing of the request can be done."""
        entries = drafts.bulk(request)
        self._limits.require_rate(self._now())
        return {"BulkEmailEntryResults": [self._entry_result(entry) for entry in entries]}

    def _entry_result(self, entry: Draft | SesError) -> dict[str, str]:
        if isinstance(entry, SesError):
            return {"Status": entry.entry_status, "Error": entry.message}
        try:
            self._require_account(entry)
            if fault := self._faults.next_entry():
                if fault.accepted:
                    self._accept(entry)
                return {"Status": fault.status, "Error": fault.error}
            return {"Status": "SUCCESS", "MessageId": self._accept(entry)}
        except SesError as error:
            return {"Status": error.entry_status, "Error": error.message}

    def _require_account(self, draft: Draft) -> None:
        """What the account has to know: the configuration set, the sender, in the sandbox the recipients too."""
        envelope, settings = draft.envelope, self._settings
        if envelope.configuration_set is not None and envelope.configuration_set not in settings.configuration_sets:
            raise configuration_set_not_found(envelope.configuration_set)
        for address in filter(None, (envelope.sender, envelope.return_path)):
            if not self._verified(address):
                raise sender_not_verified(settings.region, address.text)
        if settings.sandbox:
            for address in draft.recipients:
                if not address.simulated and not self._verified(address):
                    raise recipient_not_verified(settings.region, address.text)

    def _verified(self, address: Address) -> bool:
        return identity_of(address, self._settings.identities) is not None

    def _accept(self, draft: Draft) -> str:
        """Books the mail on rate and quota and posts it; its id. SesError when either is used up."""
        now = self._now()
        # The simulator is rate limited, but costs no quota (AWS, send-an-email-from-console).
        counted = sum(not address.simulated for address in draft.recipients)
        self._limits.take(now, len(draft.recipients), counted)
        mail = _mail(draft, now, self._settings.region)
        self._post(mail, draft.recipients)
        return mail.id


def _mail(draft: Draft, now: datetime, region: str) -> Mail:
    mail_id = f"0110{int(now.timestamp() * 1000):012x}-{uuid.uuid4()}-000000"
    subject = "" if draft.content.failure else draft.content.subject
    given = draft.headers if isinstance(draft.content, Raw) else _composed(draft, subject, mail_id)
    # SES writes this one itself; whatever the caller gave does not reach the reader.
    given = tuple([header for header in given if header[0].lower() != "feedback-id"])
    return Mail(
        id=mail_id,
        at=now,
        to=_texts(draft.to),
        cc=_texts(draft.cc),
        bcc=_texts(draft.bcc),
        sender=draft.envelope.sender,
        reply_to=draft.envelope.reply_to,
        subject=subject,
        given_headers=given,
        added_headers=_added(draft.tags, mail_id, now, region),
        tags=dict(draft.tags),
        configuration_set=draft.envelope.configuration_set,
        recipients=_texts(draft.recipients),
        content=draft.content,
        untracked=draft.envelope.untracked,
    )


def _composed(draft: Draft, subject: str, mail_id: str) -> Headers:
    """The header section that SES writes for Simple and Template content, in its order."""
    given: list[Header] = [("From", draft.envelope.sender.text)]
    if draft.envelope.reply_to:
        given.append(("Reply-To", ", ".join(draft.envelope.reply_to)))
    for name, addresses in (("To", draft.to), ("Cc", draft.cc)):
        if addresses:
            given.append((name, ", ".join(_texts(addresses))))
    given.append(("Subject", encoded_subject(subject)))
    given.append(("MIME-Version", "1.0"))
    return (*given, *draft.content.content_headers(boundary(mail_id)), *draft.headers)


def _added(tags: Mapping[str, str], mail_id: str, now: datetime, region: str) -> Headers:
    """What SES puts below the caller's headers."""
    custom = ":".join(tags.get(name, "") for name in FEEDBACK_TAGS)
    return (
        ("Message-ID", f"<{mail_id}@{region}.amazonses.com>"),
        ("Date", format_datetime(now.astimezone(UTC))),
        ("Feedback-ID", f"{custom}:1.{region}.local:AmazonSES"),
    )


def _texts(addresses: tuple[Address, ...]) -> tuple[str, ...]:
    return tuple([address.text for address in addresses])
