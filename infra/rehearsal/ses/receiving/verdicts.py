"""What SES found of a mail: spam, virus, SPF, DKIM, DMARC. Here the mail says it itself, or whoever posts it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

PASS, FAIL, GRAY, PROCESSING_FAILED, DISABLED = "PASS", "FAIL", "GRAY", "PROCESSING_FAILED", "DISABLED"
STATUSES = (PASS, FAIL, GRAY, PROCESSING_FAILED)
_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_WORDS = {
    "pass": PASS,
    "fail": FAIL,
    "hardfail": FAIL,
    "policy": FAIL,
    "temperror": PROCESSING_FAILED,
    "permerror": PROCESSING_FAILED,
}
"""Results of RFC 8601; the rest (none, neutral, softfail, gray) is neither a pass nor a failure."""


@dataclass(frozen=True)
class Verdicts:
    """The five statuses, each one of PASS, FAIL, GRAY, PROCESSING_FAILED; DISABLED where a rule does not scan."""

    spam: str = PASS
    virus: str = PASS
    spf: str = PASS
    dkim: str = PASS
    dmarc: str = PASS


NAMES = tuple(each.name for each in fields(Verdicts))


def verdicts_of(message: Message, given: Mapping[str, str], *, scans: bool) -> Verdicts:
    """By the headers that the message already has, unless `given` (name to status) says otherwise.

    Raises ValueError for a status that SES does not have.
    """
    said = _of_headers(message) | {name: _status(name, given[name]) for name in NAMES if given.get(name)}
    found = replace(Verdicts(), **said)
    return found if scans else replace(found, spam=DISABLED, virus=DISABLED)


def _status(name: str, text: str) -> str:
    status = text.strip().upper().replace("-", "_").replace(" ", "_")
    if status not in STATUSES:
        raise ValueError(f"{name} is {text!r} and must be one of {', '.join(STATUSES)}")
    return status


def _of_headers(message: Message) -> dict[str, str]:
    said: dict[str, str] = {}
    for name in ("spam", "virus"):
        status = str(message.get(f"X-SES-{name}-Verdict", "")).strip().upper().replace(" ", "_")
        if status in STATUSES:
            said[name] = status
    for value in message.get_all("Received-SPF", []):
        said.setdefault("spf", _of_word(str(value).partition("(")[0].strip()))
    for value in message.get_all("Authentication-Results", []):
        of_one: dict[str, str] = {}
        for name, word in _RESULT.findall(str(value)):
            # A mail may be signed several times; one good signature is enough.
            if of_one.get(name.lower()) != PASS:
                of_one[name.lower()] = _of_word(word)
        said |= of_one
    return said


def _of_word(word: str) -> str:
    return _WORDS.get(word.strip().lower(), GRAY)
