"""Markdown from outside, parsed once, as safe HTML and as readable plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from markupsafe import escape

from newsletter.mail.writing.parser import SCHEMES, WEB, parser, text_of
from newsletter.mail.writing.personal_fields import Field
from newsletter.mail.writing.plain_text import plain_text

__all__ = ["WEB", "FillIn", "Place", "is_one_paragraph", "opening", "places_in", "render_markdown"]

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre"),
    *("blockquote", "ul", "ol", "li", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}


class FillIn(Protocol):
    """Gives what stands for a personal field, in HTML or in text."""

    def __call__(self, field: Field, *, html: bool) -> str:
        """Escaped with `html`."""


def render_markdown(source: str, link: Callable[[str], str] = str, field: FillIn | None = None) -> tuple[str, str]:
    """HTML and plain text of the Markdown; `link` gives each http(s) target its address in both.

    `field` gives what stands for a personal field; without it that is the fallback.
    Raw HTML is left out, and links to anything but http, https, mailto and tel stay the text they were typed as: the
    faults of the source name both. The highest headings are of level 2, however many # they were typed with: the page
    or mail around the text has that of level 1.
    """
    import nh3  # here, for the cold start
    from markdown_it.tree import SyntaxTreeNode

    tokens = parser().parse(source)
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    shift = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
    for token in tokens:
        # Mail programs know the attribute better than the style that the parser writes.
        if "text-align:" in (style := str(token.attrs.get("style", ""))):
            token.attrs["align"] = style.partition(":")[2]
        for inline in token.children or ():
            if inline.type == "link_open" and WEB.fullmatch(str(inline.attrs["href"])):
                inline.attrs["href"] = link(str(inline.attrs["href"]))
    given = field or _fallback
    html = parser().renderer.render(tokens, parser().options, {"field": lambda each: given(Field(*each), html=True)})
    # The renderer leaves raw HTML out already. nh3 is the second line of defence, in case it has a bug.
    safe = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    return safe, plain_text(SyntaxTreeNode(tokens).children, lambda each: given(each, html=False))


def _fallback(field: Field, *, html: bool) -> str:
    return str(escape(field.fallback)) if html else field.fallback


def opening(source: str) -> str:
    """The first paragraph on one line and without addresses: what an inbox shows after the subject."""
    first = next((token for token in parser().parse(source) if token.type == "inline"), None)
    return " ".join(text_of((first.children or []) if first else []).split())


def is_one_paragraph(source: str) -> bool:
    """Whether the Markdown is one paragraph: no heading, list, quotation, code or rule."""
    return [token.type for token in parser().parse(source)] == ["paragraph_open", "inline", "paragraph_close"]


@dataclass(frozen=True)
class Place:
    """A link, picture or heading of a Markdown text, and the line on which it begins, from 1."""

    kind: str
    target: str
    text: str
    line: int


def places_in(source: str) -> Iterator[Place]:
    """Every link, picture and heading of the Markdown, in their order."""
    for token in parser().parse(source):
        if token.type != "inline" or token.map is None:
            continue
        line = token.map[0] + 1
        pieces = token.children or []
        if source.split("\n")[token.map[0]].lstrip().startswith("#"):
            yield Place("heading", "", text_of(pieces), line)
        for number, piece in enumerate(pieces):
            if piece.type.endswith("break"):
                line += 1
            elif piece.type == "html_inline":
                line += piece.content.count("\n")
            elif piece.type == "image":
                yield Place("picture", str(piece.attrs["src"]), piece.content, line)
            elif piece.type == "link_open":
                inside = takewhile(lambda following: following.type != "link_close", pieces[number + 1 :])
                yield Place("link", str(piece.attrs["href"]), text_of(list(inside)), line)
