"""A verdict in words that a salesperson reads: `leads.toml` of the locales has a sentence for each code of a reason."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from newsletter.leads.visits.verdict import Reason, Verdict, VerdictKind
from newsletter.mail.locales import MissingText

if TYPE_CHECKING:
    from newsletter.mail.templates import Templates

Texts = Callable[..., str]
"""Takes the key of a message and its values, in one language."""
CODES = (
    *("opened_offer", "opened_offer_sometime", "opened_links", "opened_links_sometime", "no_click"),
    *("answered", "answered_elsewhere", "pressed_after_reading", "pressed_left_open", "typed", "apart_from_scanner"),
    *("canary", "burst", "known_agent", "before_delivery", "too_soon", "head", "prefetch", "no_page"),
    *("pressed_at_once", "burst_source", "burst_source_later", "burst_agent", "burst_network", "like_a_burst"),
    *("known_network", "elsewhere", "no_language", "no_browser", "no_page_wanted", "not_that_browser"),
    *("nobody_acted", "no_navigation"),
)
"""Of all reasons that a verdict can have."""
UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}
"""Seconds."""
DURATIONS = {"after": "leads.after", "during": "leads.during"}
"""Values of reasons that are seconds, with the messages that say them: "4 minutes after", "for 4 minutes" (in some
languages these are different forms)."""
MESSAGES = frozenset(
    {
        *(f"leads.verdict.{kind}" for kind in VerdictKind),
        *(f"leads.reason.{code}" for code in CODES),
        *(f"{message}.{unit}" for message in DURATIONS.values() for unit in (*UNITS, "seconds")),
    }
)
"""The keys of all messages that verdicts need; `newsletter check` says which of them are missing."""


def texts_in(templates: Templates, language: str) -> Texts:
    """The messages of a language, for `in_words`."""

    def text(key: str, /, **values: object) -> str:
        return templates.text(key, language, **values)

    return text


def in_words(verdict: Verdict, texts: Texts) -> tuple[str, ...]:
    """A sentence for what was found, and one for each reason.

    What has no message in that language is said with its code, so that no lead waits for a translation.
    """
    return (
        _said(texts, f"leads.verdict.{verdict.kind}", verdict.kind),
        *map(partial(_sentence, texts), verdict.reasons),
    )


def _said(texts: Texts, key: str, otherwise: str, /, **values: object) -> str:
    try:
        return texts(key, **values)
    except MissingText:
        return otherwise


def _sentence(texts: Texts, reason: Reason) -> str:
    values: dict[str, object] = dict(reason.values)
    for name, message in DURATIONS.items():
        if name in values:
            values[name] = _duration(float(reason.values[name]), message, texts)
    if "links" in values:
        values["count"] = values["links"]
    return _said(texts, f"leads.reason.{reason.code}", reason.code, **values)


def _duration(seconds: float, message: str, texts: Texts) -> str:
    """In the largest unit of which there are two, else in the next smaller one, as people say it."""
    whole = max(round(seconds), 0)
    for unit, size in UNITS.items():
        if whole >= 2 * size:
            return _said(texts, f"{message}.{unit}", f"{round(whole / size)} {unit}", count=round(whole / size))
    return _said(texts, f"{message}.seconds", f"{whole} s", count=whole)
