"""Where a campaign came from: who wrote it last, who had it sent, and from which draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.platform.times import iso, parse_iso


@dataclass(frozen=True)
class Origin:
    """`sent_by` is who had it sent or scheduled; `draft` is the draft's id, empty for one that had none, as have
    `written_by` and `written_at`: who changed its text last.
    """

    sent_by: str
    draft: str = ""
    written_by: str = ""
    written_at: datetime | None = None

    @property
    def stored(self) -> dict[str, Any]:
        """As plain values."""
        written = iso(self.written_at) if self.written_at else None
        return {"sent_by": self.sent_by, "draft": self.draft, "written_by": self.written_by, "written_at": written}


def from_stored(values: Mapping[str, Any] | None) -> Origin | None:
    """The inverse of `stored`; None for a mailing of which nothing is known."""
    if values is None:
        return None
    at = values.get("written_at")
    return Origin(values["sent_by"], values["draft"], values["written_by"], parse_iso(at) if at else None)
