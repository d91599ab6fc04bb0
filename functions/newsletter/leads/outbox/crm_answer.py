"""What an answer of the CRM means: whether it took the webhook, and what follows if it did not."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.platform.redaction import redacted, without_links
from newsletter.platform.text import one_line

SHOWN = 200
"""Characters of an answer that are kept."""
HTML_TYPES = ("text/html", "application/xhtml+xml")
HTML = re.compile(rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
TAG = re.compile(rb"<[a-z!/]", re.IGNORECASE)
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class CrmAnswer:
    """What came back within `seconds`. `status` is 0 where nothing did, and `fault` says why; names of `headers` are
    in lower case, and `body` is the beginning of the body.
    """

    status: int
    seconds: float
    headers: Mapping[str, str]
    body: bytes = b""
    fault: str = ""


class Outcome(StrEnum):
    """What became of an attempt."""

    TAKEN = "taken"
    """2xx, and no HTML: a page is what a login, a parked domain or a proxy answers, and it has read nothing.

    Many frameworks call every answer text/html, also an empty one or a bare "ok"; that is no page.
    """
    DECLINED = "declined"
    """The CRM works, and did not like this request (4xx): it will be tried again, and others need not wait."""
    REFUSED = "refused"
    """401, 403, 404: it does not like us, or there is nothing at the address."""
    GONE = "gone"
    """410: it wants no more webhooks (Standard Webhooks)."""
    BUSY = "busy"
    """429, or 503 with Retry-After: it works, and asks us to wait."""
    FAILED = "failed"
    """No answer in time, 5xx, a redirect, or HTML."""


MEANT = {
    401: Outcome.REFUSED,
    403: Outcome.REFUSED,
    404: Outcome.REFUSED,
    408: Outcome.FAILED,
    410: Outcome.GONE,
    425: Outcome.FAILED,
    429: Outcome.BUSY,
}
"""What these statuses mean; others are declined (4xx) or failures."""


def outcome_of(answer: CrmAnswer, not_taken: Collection[int] = ()) -> Outcome:
    """What the answer means. `not_taken` are statuses of 2xx with which this CRM says that something failed."""
    status = answer.status
    if 200 <= status < 300:
        taken = Outcome.DECLINED if status in not_taken else Outcome.TAKEN
        return Outcome.FAILED if _is_html(answer) else taken
    if status == 503 and "retry-after" in answer.headers:
        return Outcome.BUSY
    return MEANT.get(status, Outcome.DECLINED if 400 <= status < 500 else Outcome.FAILED)


def shown(answer: CrmAnswer) -> str:
    """The beginning of the answer for people: one line of at most SHOWN characters, without addresses and links.

    Answers like to repeat what was sent, so they may name the reader.
    """
    if answer.fault:
        return redacted(one_line(answer.fault))[:SHOWN]
    text = answer.body[: 4 * SHOWN * 4].decode("utf-8", "replace")
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    said = without_links(redacted(one_line(printable)))[:SHOWN]
    if 300 <= answer.status < 400:
        return f"a redirect, which is not followed; set the address of the CRM to where it leads. {said}"[
            :SHOWN
        ].strip()
    if 200 <= answer.status < 300 and _is_html(answer):
        return f"an HTML page, which is no answer of a receiver of webhooks: {said}"[:SHOWN]
    return said


def _is_html(answer: CrmAnswer) -> bool:
    if HTML.match(answer.body.removeprefix(BOM)):
        return True
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() not in HTML_TYPES:
        return False
    if not answer.body:
        return "content-encoding" in answer.headers  # there was one, and it could not be unpacked
    try:
        answer.body.decode()
    except UnicodeDecodeError:
        return True
    return TAG.search(answer.body) is not None
