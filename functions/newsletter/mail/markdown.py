"""Markdown from outside, parsed once, as safe HTML and as readable plain text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.tree import SyntaxTreeNode

WEB = re.compile(r"https?://[^\s/?#\\]+\S*", re.IGNORECASE)
MAILBOX = re.compile(r"mailto:[^\s@?]+@[^\s@?]+", re.IGNORECASE)

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "strong", "em", "code", "pre"),
    *("blockquote", "ul", "ol", "li", "a", "img"),
}
ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}}


def render_markdown(source: str, link: Callable[[str], str] = str) -> tuple[str, str]:
    """HTML and plain text of the Markdown; `link` gives each http(s) target its address in both.

    Raw HTML, and links to anything but http, https and mailto, stay the text they were typed as. The highest
    headings are of level 2, however many # they were typed with: the page or mail around the text has that of level 1.
    """
    import nh3  # here, for the cold start
    from markdown_it.tree import SyntaxTreeNode

    parser = _parser()
    tokens = parser.parse(source)
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    shift = 2 - min((int(token.tag[1]) for token in headings), default=2)
    for token in headings:
        token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
    for token in tokens:
        for inline in token.children or ():
            if inline.type == "link_open" and WEB.fullmatch(str(inline.attrs["href"])):
                inline.attrs["href"] = link(str(inline.attrs["href"]))
    html = parser.renderer.render(tokens, parser.options, {})
    # markdown-it leaves raw HTML as text already. nh3 is the second line of defence, in case markdown-it has a bug.
    safe = nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"http", "https", "mailto"}, link_rel=None)
    return safe, _blocks(SyntaxTreeNode(tokens).children)


def opening(source: str) -> str:
    """The first paragraph on one line and without addresses: what an inbox shows after the subject."""
    first = next((token for token in _parser().parse(source) if token.type == "inline"), None)
    pieces = (first.children or []) if first else []
    return " ".join("".join(" " if piece.type.endswith("break") else piece.content for piece in pieces).split())


def is_one_paragraph(source: str) -> bool:
    """Whether the Markdown is one paragraph: no heading, list, quotation, code or rule."""
    return [token.type for token in _parser().parse(source)] == ["paragraph_open", "inline", "paragraph_close"]


@dataclass(frozen=True)
class Place:
    """A link, picture or heading of a Markdown text, and the line on which it begins, from 1."""

    kind: str
    target: str
    text: str
    line: int


def places_in(source: str) -> Iterator[Place]:
    """Every link, picture and heading of the Markdown, in their order."""
    for token in _parser().parse(source):
        if token.type != "inline" or token.map is None:
            continue
        line = token.map[0] + 1
        pieces = token.children or []
        if source.split("\n")[token.map[0]].lstrip().startswith("#"):
            yield Place("heading", "", "".join(piece.content for piece in pieces), line)
        for number, piece in enumerate(pieces):
            if piece.type.endswith("break"):
                line += 1
            elif piece.type == "image":
                yield Place("picture", str(piece.attrs["src"]), piece.content, line)
            elif piece.type == "link_open":
                inside = takewhile(lambda following: following.type != "link_close", pieces[number + 1 :])
                yield Place("link", str(piece.attrs["href"]), "".join(each.content for each in inside), line)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    parser.validateLink = lambda url: bool(WEB.fullmatch(url) or MAILBOX.fullmatch(url))  # type: ignore[method-assign]
    return parser


def _blocks(nodes: Iterable[SyntaxTreeNode], between: str = "\n\n") -> str:
    return between.join(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return _indented(_blocks(node.children), "> ", "> ")
        case "code_block" | "fence":
            return _indented(node.content.rstrip("\n"), "    ", "    ")
        case "hr":
            return "* * *"
        case _:
            return "".join(_inline(child) for child in node.children)


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    items = []
    for number, item in enumerate(node.children, start=first):
        bullet = f"{number}. " if node.type == "ordered_list" else "- "
        items.append(_indented(_blocks(item.children, "\n" if tight else "\n\n"), bullet, " " * len(bullet)))
    return ("\n" if tight else "\n\n").join(items)


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(rest + line if line else rest.rstrip() for line in lines[1:])])


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "text" | "code_inline":
            return node.content
        case "image":
            return node.content
        case "link":
            return _link("".join(_inline(child) for child in node.children), str(node.attrs["href"]))
        case _:
            return "".join(_inline(child) for child in node.children)


def _link(label: str, href: str) -> str:
    address = href.removeprefix("mailto:")
    return address if label in {"", address, href} else f"{label} ({address})"
