"""Whether the address in From is of whoever wrote: what SES found of SPF, DKIM and DMARC."""

from __future__ import annotations

from newsletter.replies.parsing.incoming_mail import IncomingMail
from newsletter.replies.receiving.received_mail import ReceivedMail


def is_authentic(received: ReceivedMail, mail: IncomingMail) -> bool:
    """Whether no check failed, and one that passed is about the domain in From.

    That of DMARC is (RFC 7489, 3.1). SPF is about the envelope's sender and DKIM about the domain that signed, so that
    anybody can pass both with a domain of their own: they count where that is the domain in From, or one above it.
    """
    if any(received.failed(check) for check in ("spf", "dkim", "dmarc")):
        return False
    domain = mail.from_address.rpartition("@")[2]
    if not domain:
        return False
    if received.passed("dmarc"):
        return True
    if received.passed("spf") and _aligned(received.source.rpartition("@")[2], domain):
        return True
    signers = _signers(mail)
    # SES does not say which of several signatures it found to be good.
    return received.passed("dkim") and bool(signers) and all(_aligned(each, domain) for each in signers)


def _aligned(checked: str, domain: str) -> bool:
    """Whether one is the other or above it. A single label is above everything, and nobody's."""
    checked = checked.lower().rstrip(".")
    if "." not in checked:
        return False
    return checked == domain or checked.endswith(f".{domain}") or domain.endswith(f".{checked}")


def _signers(mail: IncomingMail) -> list[str]:
    """The domains of its signatures (`d=`; RFC 6376, 3.5)."""
    tags = (tag.strip() for value in mail.headers.get("dkim-signature", ()) for tag in value.split(";"))
    return [tag[2:].strip() for tag in tags if tag.startswith("d=")]
