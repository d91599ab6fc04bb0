"""A mail that came in, as far as it is looked at: its headers, its text, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class IncomingMail:
    """`headers`: names in small letters; values decoded (RFC 2047), on one line, in the order of the mail.

    `from_address` is as `readers.email_address.normalised` makes it: empty where there is none, where there are
    several, and where it cannot be read. `message_id` is without its brackets.
    `text` is what a person reads, with \\n between lines: of the plain text where there is one (format=flowed joined),
    else of the HTML, whose quotes are marked with ">".
    `media_type` is that of the whole mail in small letters, `part_types` those of all that is inside it.
    `attachments` counts files; signatures of S/MIME and PGP are none.
    `calendar_method` is METHOD of its calendar part in small letters (RFC 6047), empty without one.
    """

    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    from_address: str = ""
    from_name: str = ""
    subject: str = ""
    message_id: str = ""
    text: str = ""
    html: str = ""
    media_type: str = "text/plain"
    media_parameters: Mapping[str, str] = field(default_factory=dict)
    part_types: tuple[str, ...] = ()
    attachments: int = 0
    calendar_method: str = ""

    def header(self, name: str) -> str:
        """The first value under this name (small letters), empty where there is none."""
        return next(iter(self.headers.get(name, ())), "")
