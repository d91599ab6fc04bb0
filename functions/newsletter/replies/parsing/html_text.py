"""HTML of a mail as lines of text: blocks on lines of their own, quotes marked with ">" as in plain text."""

from __future__ import annotations

import html
import re

from newsletter.articles.parsing.shallow_markup import shallow

_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr"}
    | {"ul"}
)
_SPACED = frozenset({"blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "pre", "table", "ul"})
"""Blocks with an empty line around them. Not `p`: Outlook makes one of every line."""
_REMOVED = frozenset({"script", "style", "head", "title", "template", "iframe", "object", "svg", "math"})
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*>")
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def lines_of(markup: str) -> str:
    """The text between the tags. Linear in the markup, of which `shallow_markup` reads the beginning."""
    lines: list[str] = [""]
    quotes = place = 0
    written = shallow(markup, _BLOCKS, _REMOVED)
    for tag in _TAG.finditer(written):
        _add(lines, written[place : tag.start()])
        place = tag.end()
        name, ends = tag[2], bool(tag[1])
        _break(lines, quotes, empty=name in _SPACED, forced=name == "br")
        if name == "blockquote":
            quotes = max(0, quotes + (-1 if ends else 1))
            lines[-1] = _mark(quotes)
    _add(lines, written[place:])
    return "\n".join(line.rstrip() for line in lines)


def _mark(quotes: int) -> str:
    return f"{'>' * quotes} " if quotes else ""


def _add(lines: list[str], written: str) -> None:
    text = _BLANKS.sub(" ", html.unescape(written)).replace("\n", " ")
    lines[-1] += text.lstrip(" ") if not lines[-1] or lines[-1].endswith(" ") else text


def _break(lines: list[str], quotes: int, *, empty: bool, forced: bool) -> None:
    mark = _mark(quotes)
    if forced or lines[-1].strip(" >"):
        lines.append(mark)
    if empty and len(lines) > 1 and lines[-2].strip(" >"):
        lines.append(mark)
