"""Why a mail came back, as SES reports it: the type and subtype of the bounce, and the status of the mail server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_WORD = re.compile(r"[A-Za-z]{1,40}", re.ASCII)
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)", re.ASCII)
"""An enhanced status code (RFC 3463)."""
PERMANENT, COMPLAINT = "Permanent", "Complaint"


class BounceReason(NamedTuple):
    """`type` and `sub_type` are words of SES (AWS: SES event contents), `status` is `5.1.1` or empty."""

    type: str = ""
    sub_type: str = ""
    status: str = ""

    @property
    def for_good(self) -> bool:
        """Whether no other try follows: a permanent bounce, or an address that is on SES's list of complainers."""
        return self.type in (PERMANENT, COMPLAINT)

    @property
    def stored(self) -> str:
        """As the ledger has it in the name of an attribute: letters, digits and `_` alone."""
        return "_".join((self.type, self.sub_type, *self.status.split(".")))


NOT_KNOWN = BounceReason()


def from_stored(text: str) -> BounceReason:
    """The inverse of `stored`; what is missing is empty."""
    kind, sub_type, *status = (*text.split("_"), "")[:5]
    return BounceReason(kind, sub_type, ".".join(filter(None, status)))


def reason_of(event: Mapping[str, Any]) -> BounceReason | None:
    """The reason in a bounce event, or in one of a complaint that SES remembers; None in any other event."""
    bounce, complaint = event.get("bounce"), event.get("complaint")
    if isinstance(bounce, dict):
        return BounceReason(_word(bounce.get("bounceType")), _word(bounce.get("bounceSubType")), _status(bounce))
    if isinstance(complaint, dict):
        return BounceReason(COMPLAINT, _word(complaint.get("complaintSubType")))
    return None


def worst(reasons: list[BounceReason]) -> BounceReason:
    """Of several reasons of one mail the one that counts, whatever their order: for good before for now, then one with
    a status.
    """
    return min(reasons, key=lambda each: (not each.for_good, not each.status, each), default=NOT_KNOWN)


def _word(value: object) -> str:
    return value if isinstance(value, str) and _WORD.fullmatch(value) else ""


def _status(bounce: Mapping[str, Any]) -> str:
    """The status of the recipient; where the field is missing, the first in what the mail server said."""
    recipients = bounce.get("bouncedRecipients")
    for each in recipients if isinstance(recipients, list) else []:
        if isinstance(each, dict):
            for name in ("status", "diagnosticCode"):
                if found := _STATUS.search(str(each.get(name) or "")):
                    return ".".join(found.groups())
    return ""
