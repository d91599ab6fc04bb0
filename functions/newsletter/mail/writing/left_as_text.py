"""What readers would see as it was typed, because it means something elsewhere and nothing in our Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from newsletter.mail.preflight_rules import NO_ADDRESS, Rule
from newsletter.platform.words.said import Said, say

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
            message = say("{text} comes from Word; paste the text without its format", text=_quoted(each[0]))
            yield each.start(), Rule.HTML, message
        elif ":" in each[0].partition(" ")[0]:
            yield each.start(), Rule.LINK, _stays(each, NO_ADDRESS)
        else:
            message = say(
                "{text} is raw HTML, and broken; leave it out, or write \\< to show the sign itself",
                text=_quoted(each[0]),
            )
            yield each.start(), Rule.HTML, message


def short(text: str) -> str:
    """At most 80 characters of it."""
    return text if len(text) <= 80 else text[:79] + "…"


def _why_no_link(address: str) -> str:
    if "{{" in address:
        return say("a personal field has no place in an address")
    if re.match(r"tel:.*\s", address, re.IGNORECASE):
        return say("its number has a blank in it; write it without")
    if re.match(r"(?:https?|mailto):.*\s", address, re.IGNORECASE):
        return say("its address has a blank in it; write %20")
    if not address.strip():
        return say("it has no address")
    return NO_ADDRESS


def _quoted(text: str) -> Said:
    return say("“{text}”", text=short(text))


def _stays(found: re.Match[str], why: str) -> Said:
    return say("{text} stays text, because {why}", text=_quoted(found[0].strip()), why=why)


def _mend(found: re.Match[str], mend: str) -> Said:
    return say("{text} stays text; {mend}", text=_quoted(found[0].strip()), mend=mend)


def _no_definition(found: re.Match[str]) -> Said:
    name = short(found["name"] or found[0].strip("![]"))
    return _stays(found, say("no line says [{name}]: https://address", name=name))


def _no_footnote(found: re.Match[str]) -> Said:
    return say(
        "{text} would be a footnote, and mails have no pages: say it in the text, or in brackets",
        text=_quoted(found[0]),
    )


_MISTAKES: tuple[tuple[re.Pattern[str], Rule, Callable[[re.Match[str]], str]], ...] = (
    (_LINK, Rule.LINK, lambda it: _stays(it, _why_no_link(it["address"]))),
    (_BLANK_WITHIN, Rule.LINK, lambda it: _mend(it, say("take out the blank between ] and ("))),
    (_REFERENCE, Rule.LINK, _no_definition),
    (_DEFINITION, Rule.LINK, lambda it: _stays(it, NO_ADDRESS)),
    (_BARE, Rule.LINK, lambda it: _mend(it, say("write [words]({address})", address=short(it[0])))),
    (
        _SIZE,
        Rule.MARKDOWN,
        lambda it: _mend(it, say("write {size} right after the picture, both of them", size="{width=520 height=300}")),
    ),
    (_INLINE_NOTE, Rule.MARKDOWN, _no_footnote),
    (_HIGHLIGHT, Rule.MARKDOWN, lambda it: _mend(it, say("to stress words, write **bold**"))),
    (
        _CALLOUT,
        Rule.MARKDOWN,
        lambda it: _mend(it, say("write **{word}:** in its place", word=it[0][2:-1].capitalize())),
    ),
)
