"""The table [replies] of publication.toml: whether answers to our mails are received, and what becomes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import TomlTable

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@([a-z0-9-]+\.)+[a-z]{{2,}}")
"""One address as it stands in a header without quotes (RFC 5322, 3.4.1: dot-atom), its domain in small letters."""
DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")
LONGEST_DOMAIN = 189
"""Characters: with a local part of 64 and the @, an address has at most 254 (RFC 5321, 4.5.3.1.3, with its erratum)."""


@dataclass(frozen=True)
class Replies:
    """SES receives for `domain`; what people answer goes on to the mailbox `forward_to`.

    `make_leads`: an answer makes a lead or updates it. `keep_words`: the answer's own words are kept and told to the
    CRM.
    """

    domain: str
    forward_to: str
    make_leads: bool = True
    keep_words: bool = False


def parse_replies(table: TomlTable, reply_to: str, sender: str) -> Replies:
    """The table; answers go to `reply_to`, the mailbox of before, where it says nothing else.

    Raises InvalidPublication, also for a mailbox that is in the domain itself or the `sender` of our mails: what is
    sent on would come back.
    """
    domain = table.line("domain")
    if not DOMAIN.fullmatch(domain) or len(domain) > LONGEST_DOMAIN:
        raise InvalidPublication(
            table.path("domain"), f"{domain!r} is no domain in small letters such as vastaa.example.fi"
        )
    forward_to = table.line("forward_to") if "forward_to" in table else reply_to
    if not ADDRESS.fullmatch(forward_to):
        raise InvalidPublication(table.path("forward_to"), f"{forward_to!r} is not an ASCII mail address")
    if forward_to.rpartition("@")[2] == domain:
        why = f"{forward_to!r} is in {domain}, so that what is sent on would come back; name a mailbox of people"
        raise InvalidPublication(table.path("forward_to"), why)
    if sender.rpartition("@")[2] == domain:
        why = f"{domain} is the domain of sender.address too; take one of its own, such as vastaa.{domain}"
        raise InvalidPublication(table.path("domain"), why)
    return Replies(
        domain=domain,
        forward_to=forward_to,
        make_leads=table.yes_no("make_leads", default=True),
        keep_words=table.yes_no("keep_words", default=False),
    )
