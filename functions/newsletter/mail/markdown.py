"""Markdown from outside, parsed once, as safe HTML and as readable plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby, takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from markupsafe import escape

from newsletter.mail.writing.addresses import SCHEMES, WEB
from newsletter.mail.writing.blocks import Cards, OwnBlock, as_markdown
from newsletter.mail.writing.parser import parser, text_of
from newsletter.mail.writing.personal_fields import Field
from newsletter.mail.writing.plain_text import plain_text

__all__ = ["WEB", "FillIn", "Place", "is_one_paragraph", "opening", "places_in", "render_markdown"]

if TYPE_CHECKING:
    from markdown_it.token import Token

NO_CARDS: Cards = MappingProxyType({})
TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "s", "code", "pre"),
    *("blockquote", "ul", "ol", "li", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "th": {"align"},
    "td": {"align"},
}


class FillIn(Protocol):
    """Gives what stands for a personal field, in HTML or in text."""

    def __call__(self, field: Field, *, html: bool) -> str:
        """Escaped with `html`."""


class ShowBlock(Protocol):
    """Gives what a mail shows for a block of ours, in HTML or in text."""

    def __call__(self, block: OwnBlock, *, html: bool) -> str:
        """Escaped with `html`."""


def render_markdown(
    source: str,
    link: Callable[[str], str] = str,
    field: FillIn | None = None,
    block: ShowBlock | None = None,
    cards: Cards = NO_CARDS,
) -> tuple[str, str]:
    """HTML and plain text of the Markdown; `link` gives each http(s) target its address in both.

    `field` gives what stands for a personal field; without it that is the fallback. `block` gives what stands for a
    block of ours; without it that is a link, with title and excerpt of an article that is among the `cards`.
    Raw HTML is left out, and links to anything but http, https, mailto and tel stay the text they were typed as: the
    faults of the source name both. The highest headings are of level 2, however many # they were typed with: the page
    or mail around the text has that of level 1.
    """
    import nh3  # here, for the cold start
    from markdown_it.tree import SyntaxTreeNode

    tokens = parser().parse(source)
    _prepare(tokens, link)
    given = field or _fallback
    show = block or partial(_as_link, link=link, cards=cards)
    env = {"field": lambda each: given(Field(*each), html=True)}
    html = ""
    for is_own, part in groupby(tokens, lambda token: token.type == "own_block"):
        if is_own:
            html += "".join(f"{show(OwnBlock(*token.meta), html=True)}\n" for token in part)
        else:
            rendered = parser().renderer.render(list(part), parser().options, env)
            # The renderer leaves raw HTML out already. nh3 is the second line of defence, in case it has a bug.
            html += nh3.clean(rendered, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel=None)
    text = plain_text(
        SyntaxTreeNode(tokens).children,
        lambda each: given(each, html=False),
        lambda each: show(each, html=False),
    )
    return html, text


def _prepare(tokens: Iterable[Token], link: Callable[[str], str]) -> None:
    """Headings from level 2, columns aligned by an attribute, and the addresses that `link` gives."""
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


def _as_link(block: OwnBlock, *, html: bool, link: Callable[[str], str], cards: Cards) -> str:
    shown_html, text = render_markdown(as_markdown(block, cards), link)
    return shown_html.rstrip("\n") if html else text


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
    """A link, picture, heading or block of a Markdown text, and the line on which it begins, from 1.

    `sized`: width and height of the picture are known.
    """

    kind: str
    target: str
    text: str
    line: int
    sized: bool = False


def places_in(source: str) -> Iterator[Place]:
    """Every link, picture, heading and block of the Markdown, in their order."""
    for token in parser().parse(source):
        if token.type == "own_block" and token.map:
            block = OwnBlock(*token.meta)
            yield Place(block.kind, block.address, block.text, token.map[0] + 1)
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
                yield Place("picture", str(piece.attrs["src"]), piece.content, line, "width" in piece.attrs)
            elif piece.type == "link_open":
                inside = takewhile(lambda following: following.type != "link_close", pieces[number + 1 :])
                yield Place("link", str(piece.attrs["href"]), text_of(list(inside)), line)
