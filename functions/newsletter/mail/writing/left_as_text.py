"""What readers would see as it was typed, because it means something elsewhere and nothing in our Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from newsletter.mail.preflight_rules import Rule

_LINK = re.compile(r"!?\[[^\]\n]{0,300}\]\((?P<address>[^)\n]{0,2000})\)")
_BLANK_WITHIN = re.compile(r"\[[^\]\n]{1,300}\] {1,9}\((?:https?:|mailto:|tel:|www\.)[^)\n]{0,2000}\)", re.IGNORECASE)
_REFERENCE = re.compile(r"!?\[[^\]\n]{1,300}\]\[(?P<name>[^\]\n]{0,300})\]")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n^]+\]:[ \t]*\S.*$", re.MULTILINE)
_SIZE = re.compile(r"\{[^{}\n]{0,100}\b(?:width|height)\s*=[^{}\n]{0,100}\}", re.IGNORECASE)
_INLINE_NOTE = re.compile(r"\^\[[^\]\n]{1,300}\]")
_HIGHLIGHT = re.compile(r"(?<![=\w])==(?![\s=])[^=\n]+(?<!\s)==(?![=\w])")
_CALLOUT = re.compile(r"\[!(?:note|tip|important|warning|caution)\]", re.IGNORECASE)
_BARE = re.compile(r"(?<![\w/(<])(?:tel:\+?\d[\d()-]{4,}|mailto:[^\s@<>]+@[^\s@<>]+\.[^\s<>.,;!]+)", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:[A-Za-z][\w.-]*:[^\s<>]*(?:\s[^<>]*)?>|[A-Za-z][\w-]*\s[^<>]*>"
    r"|(?:br|div|font|iframe|img|script|span|strong|style|table)(?![\w-]))",
    re.IGNORECASE,
)
_OF_WORD = re.compile(r"</?(?:m|o|st1|v|w|x):", re.IGNORECASE)
MOST_TAGS = 50
"""In one paragraph; whoever pastes more sees the others when these are gone."""
NO_ADDRESS = "its address does not begin with https://, http://, mailto: or tel:"


def left_as_text(text: str, outside: str) -> Iterator[tuple[int, Rule, str]]:
    """Where it stands (offset), by which rule, and what would be right.

    `text` is a paragraph as it is shown, `outside` the same with blanks in place of the words of links.
    """
    taken: set[int] = set()
    for pattern, rule, message in _MISTAKES:
        for found in pattern.finditer(outside if pattern is _BARE else text):
            if taken.isdisjoint(range(*found.span())):
                taken.update(range(*found.span()))
                yield found.start(), rule, message(found)


def tags_left(text: str, lines: list[str]) -> Iterator[tuple[int, Rule, str]]:
    """What looks like a tag and is none, so that it would be shown: offset, rule, and what would be right.

    Signs that were written with a backslash are meant; `lines` are those of the source.
    """
    source = "\n".join(lines)
    for each in islice(_TAG.finditer(text), MOST_TAGS):
        if re.search(rf"(?<!\\){re.escape(each[0])}", source) is None:
            continue
        if _OF_WORD.match(each[0]):
            message = f"“{short(each[0])}” comes from Word; paste the text without its format"
            yield each.start(), Rule.HTML, message
        elif ":" in each[0].partition(" ")[0]:
            yield each.start(), Rule.LINK, f"“{short(each[0])}” stays text, because {NO_ADDRESS}"
        else:
            message = f"“{short(each[0])}” is raw HTML, and broken; leave it out, or write \\< to show the sign itself"
            yield each.start(), Rule.HTML, message


def short(text: str) -> str:
    """At most 80 characters of it."""
    return text if len(text) <= 80 else text[:79] + "…"


def _why_no_link(address: str) -> str:
    if "{{" in address:
        return "a personal field has no place in an address"
    if re.match(r"tel:.*\s", address, re.IGNORECASE):
        return "its number has a blank in it; write it without"
    if re.match(r"(?:https?|mailto):.*\s", address, re.IGNORECASE):
        return "its address has a blank in it; write %20"
    if not address.strip():
        return "it has no address"
    return NO_ADDRESS


def _stays(found: re.Match[str]) -> str:
    return f"“{short(found[0].strip())}” stays text"


_MISTAKES: tuple[tuple[re.Pattern[str], Rule, Callable[[re.Match[str]], str]], ...] = (
    (_LINK, Rule.LINK, lambda it: f"{_stays(it)}, because {_why_no_link(it['address'])}"),
    (_BLANK_WITHIN, Rule.LINK, lambda it: f"{_stays(it)}; take out the blank between ] and ("),
    (
        _REFERENCE,
        Rule.LINK,
        lambda it: f"{_stays(it)}, because no line says [{short(it['name'] or it[0].strip('![]'))}]: https://address",
    ),
    (_DEFINITION, Rule.LINK, lambda it: f"{_stays(it)}, because {NO_ADDRESS}"),
    (_BARE, Rule.LINK, lambda it: f"{_stays(it)}; write [words]({short(it[0])})"),
    (
        _SIZE,
        Rule.MARKDOWN,
        lambda it: f"{_stays(it)}; write {{width=520 height=300}} right after the picture, both of them",
    ),
    (
        _INLINE_NOTE,
        Rule.MARKDOWN,
        lambda it: f"“{short(it[0])}” would be a footnote, and mails have no pages: say it in the text, or in brackets",
    ),
    (_HIGHLIGHT, Rule.MARKDOWN, lambda it: f"{_stays(it)}; to stress words, write **bold**"),
    (_CALLOUT, Rule.MARKDOWN, lambda it: f"{_stays(it)}; write **{it[0][2:-1].capitalize()}:** in its place"),
)
