"""Mail addresses as SES takes them: 7-bit ASCII, Punycode domains, with or without a display name."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header, make_header

from rehearsal.ses.errors import invalid

SIMULATOR_DOMAIN = "simulator.amazonses.com"
_SIMULATED = frozenset({"success", "bounce", "complaint", "ooto", "suppressionlist"})

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf'{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\x00-\x1f\x7f-\U0010ffff]|\\[ -~])*"')
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_PLAIN = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")
_PHRASE = re.compile(r'(?:[A-Za-z0-9!#$%&\'*+/=?^_`{|}~.\s-]|"(?:[^"\\]|\\.)*")*')
_CONTROL_OR_SPACE = re.compile(r"[\x00-\x20\x7f]")


@dataclass(frozen=True)
class Address:
    """One address: `text` as the caller wrote it, name and all, and its two halves."""

    text: str
    local: str
    domain: str

    @property
    def bare(self) -> str:
        """local@domain, without the display name."""
        return f"{self.local}@{self.domain}"

    @property
    def simulated(self) -> str | None:
        """Which answer of the mailbox simulator this address asks for (its label left out), if any."""
        if self.domain.lower() != SIMULATOR_DOMAIN:
            return None
        scenario = self.local.lower().partition("+")[0]
        return scenario if scenario in _SIMULATED else None


def parse(text: str, field: str) -> Address:
    """The address in `text`; SesError names `field` and never repeats the address.

    SES has no SMTPUTF8 (service model, Destination): local part and display name are 7-bit ASCII, the domain is
    Punycode. A name outside ASCII has to be an RFC 2047 encoded word already.
    """
    if len(text) <= 254 and (match := _PLAIN.fullmatch(text)) and len(match[1]) <= 64:
        return Address(text, match[1], match[2])
    if "\r" in text or "\n" in text:
        raise invalid(f"{field}: Address contains a line break")
    named = _NAMED.fullmatch(text.strip())
    if named and not named["name"].isascii():
        raise invalid(f"{field}: Display name contains non-ASCII characters, write it as an RFC 2047 encoded word")
    if named and not _PHRASE.fullmatch(named["name"].strip()):
        raise invalid(f"{field}: Illegal address")
    bare = named["address"] if named else text
    local, at, domain = bare.rpartition("@")
    if problem := _problem(local, at, domain):
        raise invalid(f"{field}: {problem}")
    return Address(text, local, domain)


def decoded(text: str) -> str:
    """An address with its display name as people read it (RFC 2047)."""
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (LookupError, UnicodeDecodeError, HeaderParseError):
        return text


@functools.lru_cache(maxsize=1024)
def identity_of(address: Address, identities: frozenset[str]) -> str | None:
    """The verified identity that covers an address: itself, its domain, or the nearest domain above."""
    verified = {identity.lower(): identity for identity in identities}
    labels = address.domain.lower().split(".")
    candidates = [address.bare.lower(), *(".".join(labels[start:]) for start in range(len(labels)))]
    return next((verified[candidate] for candidate in candidates if candidate in verified), None)


def _problem(local: str, at: str, domain: str) -> str | None:
    rules = (
        (bool(at), "Missing final '@domain'"),
        (bool(local), "Missing local name"),
        (bool(domain), "Missing domain"),
        (local.isascii(), "Local address contains non-ASCII characters"),
        (domain.isascii(), "Domain contains non-ASCII characters, write it in Punycode"),
        (not _CONTROL_OR_SPACE.search(domain), "Domain contains control or whitespace"),
        (bool(_DOMAIN.fullmatch(domain)) and len(domain) <= 255, "Domain contains illegal character"),
        (local.startswith('"') or not _CONTROL_OR_SPACE.search(local), "Local address contains control or whitespace"),
        (bool(_LOCAL.fullmatch(local)) and len(local) <= 64, "Illegal address"),
    )
    return next((problem for holds, problem in rules if not holds), None)
