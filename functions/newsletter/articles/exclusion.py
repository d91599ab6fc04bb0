"""Why an entry of a feed stays out of the newsletter: a protected or private post, or one that `exclude` covers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from newsletter.platform.text import folded, one_line
from newsletter.publication.feed_exclusions import Exclusion
from newsletter.publication.publication import Feed

PROTECTED_TITLES = (
    "protected", "password protected", "password-protected",
    "suojattu", "salasanasuojattu", "suojattu salasanalla", "salasanalla suojattu",
    "skyddad", "skyddat", "lösenordsskyddad", "lösenordsskyddat", "lösenordskyddad",
    "geschützt", "passwortgeschützt", "beskyttet", "passordbeskyttet", "adgangskodebeskyttet",
    "protégé", "protegido", "protetto", "beveiligd", "beschermd", "chronione", "zabezpieczone", "kaitstud",
    "защищено",
)  # fmt: skip
"""What WordPress puts before the title of a post with a password, and a colon, in its languages near ours."""
PRIVATE_TITLES = (
    "private", "yksityinen", "privat", "privé", "privado", "privato", "prywatne", "privaatne", "личное",
)  # fmt: skip
"""The same for a post that only signed-in people may read."""
MARKED_TITLE = re.compile(r"([^:]{1,40}?)\s*:\s+\S")
PLACEHOLDER = re.compile(
    r"there is no excerpt because this is a protected post"
    r"|this (?:content|post|page) is password[- ]protected"
    r"|(?:tiivistelmää|otetta|katkelmaa|lyhennelmää) ei (?:ole|voida)\b.{0,60}\bsuojattu"
    r"|t(?:ämä|ätä) (?:sisältö|artikkeli|kirjoitus|sivu|viesti) on (?:salasanasuojattu|suojattu|salasanalla suojattu)"
    r"|(?:det finns inget|inget) utdrag\b.{0,60}\bskydda"
    r"|(?:detta|det här) (?:innehållet|innehåll|inlägget|inlägg) är (?:lösenordsskyddat|skyddat)"
    r"|es gibt keinen (?:auszug|textauszug)\b.{0,60}\bgeschützt"
    r"|dieser (?:inhalt|beitrag) ist (?:passwortgeschützt|geschützt)"
    r"|il n.y a pas d.extrait\b.{0,60}\bprotégé",
    re.IGNORECASE,
)
"""What WordPress says in place of the text; it stands at the beginning."""
SAYS_PROTECTED = re.compile(
    r"password[- ]protected|protected (?:post|page|content|article)|protected (?:with|by) a password"
    r"|salasanasuojat|(?:suojattu|suojatun) salasanalla|salasanalla suojat"
    r"|lösenordsskydda|skydda\w{0,3} (?:av|med) (?:ett )?lösenord"
    r"|passwortgeschützt|durch ein passwort geschützt|protégé\w? par (?:un )?mot de passe",
    re.IGNORECASE,
)
ASKS_FOR_PASSWORD = re.compile(
    r"\b(?:enter|type|syöt\w+|anna\w*|kirjoita\w*|ange|skriv|geben|gib|saisi\w+|entre\w*)\b.{0,60}"
    r"(?:password|salasana|lösenord|passwort|mot de passe|alle\b|below|nedan|unten)",
    re.IGNORECASE,
)
MAX_REQUEST = 300
"""Characters of a text that says no more than that a password is needed, and asks for it."""


class Described(Protocol):
    """What is judged: an entry of a feed, or an article as it is kept."""

    @property
    def title(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def categories(self) -> Sequence[str]: ...
    @property
    def url(self) -> str: ...


def left_out_because(entry: Described, feed: Feed) -> str:
    """Why an entry of that feed is neither kept nor mailed, in words for the operator; empty when it is."""
    return protected_because(entry) or excluded_because(entry, feed.exclude)


def protected_because(entry: Described) -> str:
    """Why the entry counts as a post that not everybody may read; empty when it does not."""
    marked = MARKED_TITLE.match(entry.title)
    if marked:
        mark = folded(marked[1])
        if mark in PROTECTED_TITLES:
            return f"a post with a password: its title begins with {marked[1]!r}"
        if mark in PRIVATE_TITLES:
            return f"a private post: its title begins with {marked[1]!r}"
    for text in (entry.summary, getattr(entry, "text", "")):
        if PLACEHOLDER.match(one_line(text[:300])) or _asks_for_password(text):
            return "a post with a password: its text says so"
    return ""


def _asks_for_password(text: str) -> bool:
    """Whether a text is nothing but the form for a password, in the words of whatever software."""
    if len(text) > 2 * MAX_REQUEST or len(said := one_line(text)) > MAX_REQUEST:
        return False
    return bool(SAYS_PROTECTED.search(said) and ASKS_FOR_PASSWORD.search(said))


def excluded_because(entry: Described, rules: Sequence[Exclusion]) -> str:
    """Which entry of `exclude` covers it; empty when none does."""
    for rule in rules:
        if rule.covers(entry.title, entry.categories, entry.url):
            return f"excluded by {{ {rule} }}"
    return ""
