"""What becomes of a mail after SES has accepted it, and the events that tell."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from rehearsal.ses.events import EventPublisher, timestamp
from rehearsal.ses.message.addresses import SIMULATOR_DOMAIN, Address, parse
from rehearsal.ses.message.mail import Mail, Mailbox
from rehearsal.ses.settings import BOTH_REASONS, SesSettings
from rehearsal.ses.suppression import Suppressed, SuppressionList

_MAX_DELIVERY = timedelta(hours=14)
"""How long SES tries to deliver (service model, DeliveryOptions.MaxDeliverySeconds: 50,400 at most)."""


@dataclass(frozen=True)
class _BounceKind:
    """The fields of a bounce that say why; `mta` is who says so, the sending host when empty."""

    type: str
    sub_type: str
    status: str
    diagnostic: str
    mta: str = ""


_ON_ACCOUNT_LIST = _BounceKind(
    "Permanent",
    "OnAccountSuppressionList",
    "5.1.1",
    "Amazon SES did not send the message to this address because it is on the suppression list for your account. For"
    " more information about removing addresses from the suppression list, see the Amazon SES Developer Guide at"
    " https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html",
    mta="amazonses.com",
)
_SUPPRESSED = _BounceKind(
    "Permanent",
    "Suppressed",
    "5.1.1",
    "Amazon SES has suppressed sending to this address because it has a recent history of bouncing as an invalid"
    " address. For more information about how to remove an address from the suppression list, see the Amazon SES"
    " Developer Guide: http://docs.aws.amazon.com/ses/latest/DeveloperGuide/remove-from-suppressionlist.html",
    mta="amazonses.com",
)
_UNKNOWN_USER = _BounceKind("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown")
_AUTO_REPLY = _BounceKind("Transient", "General", "", "")
"""An answer of a program, which SES takes for a bounce: no mail server says anything, so there is no status."""
_MAILBOX_FULL = _BounceKind("Transient", "MailboxFull", "5.2.2", "smtp; 552 5.2.2 mailbox full")

_ARRIVING = frozenset({"", "success", "complaint", "ooto"})
_USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_LINK = re.compile(r"""<a\s[^>]*?href\s*=\s*["'](https?://[^"']+)["']""", re.IGNORECASE)


class Outcomes:
    """Sorts the recipients of a mail, puts what arrives into the mailbox and publishes what happened."""

    def __init__(
        self,
        settings: SesSettings,
        mailbox: Mailbox,
        suppression: SuppressionList,
        events: EventPublisher,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._sending_host = f"a1.smtp-out.{settings.region}.amazonses.com"
        self._mailbox = mailbox
        self._suppression = suppression
        self._events = events
        self._now = now
        self.away: set[str] = set()
        """Addresses, in lower case, behind which a program answers every mail."""
        self._acts: dict[str, Callable[[Mail], None]] = {
            "deliver": lambda mail: self._delivery(mail, mail.recipients),
            "bounce": lambda mail: self._hard_bounce(mail, mail.recipients),
            "soft-bounce": self._soft_bounce,
            "auto-reply": lambda mail: self._auto_reply(mail, mail.recipients),
            "complain": lambda mail: self._complaint(mail, mail.recipients),
            "open": self._open,
            "click": self._click,
            "delay": self._delay,
        }

    def post(self, mail: Mail, recipients: Iterable[Address]) -> None:
        """Carries out an accepted mail."""
        if mail.content.failure:
            self._events.publish(mail, "Send", {})
            failure = {"errorMessage": mail.content.failure, "templateName": None}  # an inline template has no name
            self._events.publish(mail, "Rendering Failure", failure)
            return
        fates = [(address.text, self._fate(address, mail)) for address in recipients]
        if any(fate not in _ARRIVING for _, fate in fates):
            mail = replace(mail, recipients=tuple([text for text, fate in fates if fate in _ARRIVING]))
        if mail.recipients:
            self._mailbox.add(mail)
        self._events.publish(mail, "Send", {})
        self._report(mail, fates)

    def act(self, mail: Mail, what: str) -> None:
        """Lets something happen to a mail that arrived; ValueError on an unknown act."""
        if what not in self._acts:
            raise ValueError(f"{what!r} cannot happen to a mail; right would be one of {', '.join(self._acts)}")
        self._acts[what](mail)

    def _fate(self, address: Address, mail: Mail) -> str:
        """What the recipient's side will do: a simulated answer, the reason of the list, or nothing special."""
        if address.simulated:
            return address.simulated
        reason = self._suppression.reason(address.bare)
        if reason in self._suppressed_reasons(mail):
            return reason or ""
        # Behind the simulator's other names there is no mailbox.
        return "bounce" if address.domain.lower() == SIMULATOR_DOMAIN else ""

    def _suppressed_reasons(self, mail: Mail) -> frozenset[str]:
        chosen = self._settings.configuration_sets.get(mail.configuration_set or "")
        reasons = chosen.suppressed_reasons if chosen else None
        return BOTH_REASONS if reasons is None else reasons

    def _report(self, mail: Mail, fates: list[tuple[str, str]]) -> None:
        def having(*wanted: str) -> tuple[str, ...]:
            return tuple([text for text, fate in fates if fate in wanted])

        if listed := having("BOUNCE"):
            self._bounce(mail, listed, _ON_ACCOUNT_LIST)
        if listed := having("COMPLAINT"):
            self._complaint_event(mail, listed, sub_type="OnAccountSuppressionList")
        if listed := having("suppressionlist"):
            self._bounce(mail, listed, _SUPPRESSED)
        if bouncing := having("bounce"):
            self._hard_bounce(mail, bouncing)
        delivered = having("success", "complaint", "ooto", *([""] if self._settings.auto_deliver else []))
        if delivered:
            self._delivery(mail, delivered)
        if away := [text for text, fate in fates if fate == "ooto" or (text in delivered and self._away(text))]:
            self._auto_reply(mail, away)
        if complaining := having("complaint"):
            self._complaint(mail, complaining)

    def _delivery(self, mail: Mail, recipients: Iterable[str]) -> None:
        now = self._now()
        detail = {
            "timestamp": timestamp(now),
            "processingTimeMillis": max(int((now - mail.at).total_seconds() * 1000), 0),
            "recipients": list(recipients),
            "smtpResponse": "250 2.6.0 Message received",
            "reportingMTA": self._sending_host,
        }
        self._events.publish(mail, "Delivery", detail)

    def _hard_bounce(self, mail: Mail, recipients: tuple[str, ...]) -> None:
        self._suppress(mail, recipients, "BOUNCE", self._bounce(mail, recipients, _UNKNOWN_USER))

    def _soft_bounce(self, mail: Mail) -> None:
        self._bounce(mail, mail.recipients, _MAILBOX_FULL)

    def _away(self, text: str) -> bool:
        return bool(self.away) and parse(text, "Destination").bare.lower() in self.away

    def _auto_reply(self, mail: Mail, recipients: Iterable[str]) -> None:
        """An out-of-office reply to a mail that was delivered: SES tells of it as of a bounce, without any status."""
        self._bounce(mail, recipients, _AUTO_REPLY)

    def _bounce(self, mail: Mail, recipients: Iterable[str], kind: _BounceKind) -> str:
        feedback_id = self._feedback_id()
        detail = {
            "feedbackId": feedback_id,
            "bounceType": kind.type,
            "bounceSubType": kind.sub_type,
            "bouncedRecipients": [{"emailAddress": text, **_said(kind)} for text in recipients],
            "timestamp": timestamp(self._now()),
        }
        if kind.status:
            detail["reportingMTA"] = f"dns; {kind.mta or self._sending_host}"
        self._events.publish(mail, "Bounce", detail)
        return feedback_id

    def _complaint(self, mail: Mail, recipients: tuple[str, ...]) -> None:
        feedback = self._complaint_event(mail, recipients, sub_type=None)
        self._suppress(mail, recipients, "COMPLAINT", feedback)

    def _complaint_event(self, mail: Mail, recipients: Iterable[str], *, sub_type: str | None) -> str:
        feedback_id = self._feedback_id()
        now = timestamp(self._now())
        detail: dict[str, Any] = {
            "feedbackId": feedback_id,
            "complaintSubType": sub_type,
            "complainedRecipients": [{"emailAddress": text} for text in recipients],
            "timestamp": now,
        }
        if sub_type is None:
            report = {"userAgent": "Local mail provider", "complaintFeedbackType": "abuse", "arrivalDate": now}
            detail.update(report)
        self._events.publish(mail, "Complaint", detail)
        return feedback_id

    def _open(self, mail: Mail) -> None:
        if "open" not in mail.untracked:
            self._events.publish(mail, "Open", self._engagement())

    def _click(self, mail: Mail) -> None:
        link = _LINK.search(mail.html or "")
        if link is None:
            raise ValueError("this mail has no link to click")
        if "click" not in mail.untracked:
            self._events.publish(
                mail, "Click", {**self._engagement(), "link": html.unescape(link[1]), "linkTags": None}
            )

    def _engagement(self) -> dict[str, Any]:
        return {
            "ipAddress": "192.0.2.1",
            "timestamp": timestamp(self._now()),
            "userAgent": _USER_AGENT,
            "isBotEvent": "Unlikely",
        }

    def _delay(self, mail: Mail) -> None:
        diagnostic = "smtp; 421 4.4.1 Unable to connect to remote host"
        detail = {
            "timestamp": timestamp(self._now()),
            "delayType": "TransientCommunicationFailure",
            "expirationTime": timestamp(mail.at + _MAX_DELIVERY),
            "delayedRecipients": [
                {"emailAddress": text, "status": "4.4.1", "diagnosticCode": diagnostic} for text in mail.recipients
            ],
        }
        self._events.publish(mail, "DeliveryDelay", detail)

    def _suppress(self, mail: Mail, recipients: Iterable[str], reason: str, feedback_id: str) -> None:
        """Hard bounces and complaints put an address on the account's list; the simulator's never get there."""
        for text in recipients:
            address = parse(text, "Destination")
            if not address.simulated and reason in self._suppressed_reasons(mail):
                self._suppression.put(Suppressed(address.bare, reason, self._now(), mail.id, feedback_id))

    def _feedback_id(self) -> str:
        return f"0110{int(self._now().timestamp() * 1000):012x}-{uuid.uuid4()}-000000"


def _said(kind: _BounceKind) -> dict[str, str]:
    """What a delivery status notification adds; without one SES knows the address alone."""
    if not kind.status:
        return {}
    return {"action": "failed", "status": kind.status, "diagnosticCode": kind.diagnostic}
