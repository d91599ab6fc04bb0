"""The header and tag rules that SES states in prose; those of its service model are checked before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from rehearsal.ses.errors import invalid

MAX_HEADERS = 15
MAX_NAME_AND_VALUE = 996


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED = _names(
    "bcc cc content-disposition content-type date from message-id mime-version reply-to return-path subject to"
)
"""Headers that a caller cannot set on Simple and Template content (AWS, header-fields)."""

ONCE = _names(
    """accept-language acceptlanguage archived-at auto-submitted bounces-to comments content-alternative content-base
    content-class content-description content-disposition content-duration content-id content-language content-length
    content-location content-md5 content-transfer-encoding content-type date delivered-to
    disposition-notification-options disposition-notification-to dkim-signature domainkey-signature errors-to from
    importance in-reply-to keywords list-archive list-help list-id list-owner list-post list-subscribe list-unsubscribe
    message-context message-id mime-version organization original-from original-message-id original-recipient
    original-subject precedence priority references reply-to return-path return-receipt-to sender solicitation
    sensitivity subject thread-index thread-topic user-agent vbr-info"""
)
"""Headers that a message has at most once (AWS, header-fields)."""

_TAG = re.compile(r"[A-Za-z0-9_-]{1,256}")
FEEDBACK_TAGS = ("ses:feedback-id-a", "ses:feedback-id-b")
"""The only names with a colon that a caller may use; their values begin the header Feedback-ID, which SES writes."""

Header = tuple[str, str]
Headers = tuple[Header, ...]


def headers(given: Iterable[Mapping[str, str]] | None, field: str) -> Headers:
    """(name, value) pairs of a MessageHeaderList; SesError names the header that breaks a rule."""
    pairs = tuple([(header["Name"], header["Value"]) for header in given or ()])
    seen: set[str] = set()
    for name, value in pairs:
        key = name.lower()
        if key in RESERVED:
            raise invalid(f"{field}: Header '{name}' cannot be set here")
        if len(name) + len(value) > MAX_NAME_AND_VALUE:
            raise invalid(f"{field}: Header '{name}' is longer than {MAX_NAME_AND_VALUE} characters with its value")
        if key in seen and key in ONCE:
            raise invalid(f"{field}: Duplicate header '{name}'")
        seen.add(key)
    return pairs


def replaced(default: Headers, replacement: Headers) -> Headers:
    """Headers of one bulk entry: a same-named one takes the default's place, others are added.

    SesError when the mail would carry more than 15 of them.
    """
    if not replacement:
        return default
    waiting: dict[str, list[Header]] = {}
    for header in replacement:
        waiting.setdefault(header[0].lower(), []).append(header)
    names = frozenset(waiting)
    result: list[Header] = []
    for header in default:
        key = header[0].lower()
        result += waiting.pop(key, []) if key in names else [header]
    result += [header for added in waiting.values() for header in added]
    if len(result) > MAX_HEADERS:
        raise invalid(f"ReplacementHeaders: {len(result)} headers in one message, {MAX_HEADERS} are allowed")
    return tuple(result)


def tags(given: Iterable[Mapping[str, Any]] | None, field: str) -> dict[str, str]:
    """Message tags by name; SesError names the field and the rule (service model, MessageTag)."""
    result: dict[str, str] = {}
    for tag in given or ():
        name, value = tag["Name"], tag["Value"]
        if not (name in FEEDBACK_TAGS or _TAG.fullmatch(name)) or not _TAG.fullmatch(value):
            raise invalid(f"{field}: Tag names and values are 1 to 256 of the characters A-Z, a-z, 0-9, _ and -")
        if name in result:
            raise invalid(f"{field}: Duplicate tag '{name}'")
        result[name] = value
    return result
