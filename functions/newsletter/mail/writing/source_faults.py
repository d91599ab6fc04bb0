"""Mistakes that can be seen in the Markdown itself: all of them at once, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.mail.preflight_rules import Rule
from newsletter.mail.writing.blocks import LOOKS_LIKE_BLOCK, fault_of_block
from newsletter.mail.writing.left_as_text import left_as_text, tags_left
from newsletter.mail.writing.parser import parser
from newsletter.mail.writing.personal_fields import faults_in_fields
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from markdown_it.token import Token

_TAG = re.compile(r"<!--|<(?P<end>/?)(?P<name>[A-Za-z][\w:-]*)|<\?\w*|<!\[?\w+")
_FOOTNOTE = re.compile(r"(?<!\\)\[\^[^\]\s]+\]")
_CODE_IN_LINE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
_NO_SIGN = re.compile(r"[^\n]")
_NO_ADDRESS = {
    "link_open": say("a link has no address; write it in the brackets"),
    "image": say("a picture has no address; write it in the brackets"),
}
_FIELD_IN_ADDRESS = re.compile(r"\{\{|%7B%7B", re.IGNORECASE)

_INSTEAD = {
    **dict.fromkeys(("b", "strong"), say("write **bold**")),
    **dict.fromkeys(("i", "em"), say("write *italics*")),
    **dict.fromkeys(("s", "del", "strike"), say("write ~~struck through~~")),
    **dict.fromkeys(("ul", "ol", "li"), say("begin each item with - or 1.")),
    **dict.fromkeys(
        ("table", "thead", "tbody", "tr", "td", "th"),
        say("write a row as | one | two |, and |---|---| under the first"),
    ),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), say("write ## before a heading")),
    **dict.fromkeys(("p", "div", "span", "section"), say("leave it out; an empty line begins a paragraph")),
    **dict.fromkeys(("font", "style", "center"), say("leave it out; colours and type come from the templates")),
    **dict.fromkeys(("script", "iframe", "form", "video", "object"), say("leave it out; no mail program runs it")),
    "a": say("write [words](https://address)"),
    "br": say("end the line with a backslash"),
    "code": say("write `code`"),
    "hr": say("write --- on a line of its own"),
    "img": say("write ![what it shows](https://address)"),
    "blockquote": say("begin its lines with >"),
}


@dataclass(frozen=True)
class SourceFault:
    """A mistake, and the line on which it stands, from 1."""

    rule: Rule
    message: str
    line: int


def faults_in(source: str) -> list[SourceFault]:
    """Every mistake of the text, from top to bottom, each once."""
    tokens = parser().parse(source)
    lines = source.split("\n")
    found = [*_html(tokens), *_footnotes(source, tokens)]
    for token in tokens:
        if token.type == "inline" and token.map is not None:
            found += _in_paragraph(token, token.map[0] + 1, lines)
    return sorted(dict.fromkeys(found), key=lambda fault: fault.line)


def _html(tokens: list[Token]) -> Iterator[SourceFault]:
    opened: set[str] = set()
    for line, name in _tags(tokens):
        if name.startswith("/") and name[1:] in opened:
            continue
        opened.add(name)
        written, instead = f"<{name}>", _INSTEAD.get(name.lstrip("/"), say("to show the sign itself, write \\<"))
        if name == "!--":
            written, instead = "<!-- -->", say("leave the comment out")
        elif name[0] in "?!":
            written, instead = f"<{name}", say("leave it out")
        message = say(
            "{written} is raw HTML, which has no place in a text: {instead}", written=written, instead=instead
        )
        yield SourceFault(Rule.HTML, message, line)


def _tags(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    """The lines and names of tags; an end tag begins with a slash."""
    for token in tokens:
        if token.map is None:
            continue
        line = token.map[0] + 1
        pieces = [token] if token.type == "html_block" else token.children or []
        for piece in pieces:
            if piece.type.startswith("html_"):
                for tag in _TAG.finditer(piece.content):
                    name = f"{tag['end']}{tag['name'].lower()}" if tag["name"] else tag[0][1:]
                    yield line + piece.content.count("\n", 0, tag.start()), name
                line += piece.content.count("\n")
            line += piece.type.endswith("break")


def _footnotes(source: str, tokens: list[Token]) -> Iterator[SourceFault]:
    code = {
        number
        for token in tokens
        if token.type in ("fence", "code_block") and token.map
        for number in range(token.map[0], token.map[1])
    }
    seen: set[str] = set()
    for number, line in enumerate(source.split("\n")):
        for mark in _FOOTNOTE.findall("" if number in code else _CODE_IN_LINE.sub("", line)):
            if mark not in seen:
                message = say(
                    "{text} would be a footnote, and mails have no pages: say it in the text, or in brackets", text=mark
                )
                yield SourceFault(Rule.MARKDOWN, message, number + 1)
            seen.add(mark)


def _in_paragraph(token: Token, first: int, lines: list[str]) -> Iterator[SourceFault]:
    text = outside = ""
    links = 0
    for piece in token.children or []:
        line = first + text.count("\n")
        links += piece.nesting if piece.type.startswith("link_") else 0
        target = str(piece.attrs.get("href", piece.attrs.get("src", "")))
        if _FIELD_IN_ADDRESS.search(target) or (piece.type == "image" and "{{" in piece.content):
            message = say("a personal field has no place in an address or in the description of a picture")
            yield SourceFault(Rule.FOREIGN_PLACEHOLDER, message, line)
        if piece.type in ("link_open", "image") and not target:
            yield SourceFault(Rule.LINK, _NO_ADDRESS[piece.type], line)
        written = _as_written(piece)
        text += written
        outside += _NO_SIGN.sub(" ", written) if links else written
    blocks = {first + text.count("\n", 0, found.start()) for found in LOOKS_LIKE_BLOCK.finditer(text)}
    for line in sorted(blocks):
        yield SourceFault(Rule.MARKDOWN, fault_of_block(lines[line - 1]), line)
    for at, fault in faults_in_fields(text):
        yield SourceFault(Rule.FOREIGN_PLACEHOLDER, fault, first + text.count("\n", 0, at))
    own = lines[first - 1 : token.map[1] if token.map else first]
    for at, rule, fault in (*left_as_text(text, outside), *tags_left(text, own)):
        line = first + text.count("\n", 0, at)
        if line not in blocks:
            yield SourceFault(rule, fault, line)


def _as_written(piece: Token) -> str:
    """What of the token could hold a mistake, with as many line ends as the source has."""
    if piece.type.endswith("break"):
        return "\n"
    if piece.type == "html_inline":
        return "\n" * piece.content.count("\n")
    return piece.content if piece.type in ("text", "personal") else ""
