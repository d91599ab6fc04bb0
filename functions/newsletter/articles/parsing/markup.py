"""Markup of feeds: sanitised HTML with absolute addresses, plain text, and the pictures in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from newsletter.articles.parsing.boilerplate.boilerplate_elements import without_boilerplate
from newsletter.articles.parsing.lazy_pictures import with_true_pictures
from newsletter.articles.parsing.pictures import Picture, pixels, sized
from newsletter.articles.parsing.shallow_markup import MAX_MARKUP, Piece, shallow
from newsletter.articles.parsing.tracking import is_tracking
from newsletter.platform.text import cut, one_line

MAX_URL = 2_000
MAX_ALT = 300
MAX_HTML = 350_000
"""Bytes of sanitised HTML: an item of DynamoDB holds 400 kB."""

TEXT_TAGS = {"a", "abbr", "b", "br", "cite", "code", "em", "i", "img", "q", "s", "strong", "sub", "sup", "u"}
BLOCK_TAGS = {"blockquote", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "p", "pre"}
LIST_TAGS = {"dd", "dl", "dt", "li", "ol", "table", "tbody", "td", "th", "thead", "tr", "ul"}
TAGS = TEXT_TAGS | BLOCK_TAGS | LIST_TAGS
ALL_TAGS = frozenset(TAGS)
ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}, "td": {"colspan", "rowspan"}}
REMOVED_WITH_CONTENT = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "form"})
SECTIONS = {"address", "article", "aside", "div", "footer", "h1", "header", "main", "nav", "section", "tfoot"}
"""Elements that are removed but separate words."""
BLOCKS = frozenset(BLOCK_TAGS | LIST_TAGS | SECTIONS | {"br"})
BLOCK = re.compile(rf"<(?=/?(?:{'|'.join(sorted(BLOCKS))})\b)")
URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""Characters of an address that are not encoded (RFC 3986: reserved, unreserved and already encoded)."""


def plain(markup: str) -> str:
    """The text of the markup on one line: entities resolved, white space collapsed, no control characters."""
    return " ".join(blocks(markup))


def blocks(markup: str, *, without: frozenset[str] = frozenset()) -> list[str]:
    """The plain texts of paragraphs, headings, items and the like; `without` these elements."""
    import nh3

    removed = REMOVED_WITH_CONTENT | without
    flat = " ".join(shallow(markup, BLOCKS, removed - {"noscript"}, _prepared).split())
    text = html.unescape(nh3.clean(BLOCK.sub("\n<", flat), tags=set(), clean_content_tags=set(removed)))
    return [line for each in text.split("\n") if (line := one_line(each))]


def safe_html(markup: str, base: str) -> str:
    """The markup reduced to text, links and pictures; addresses absolute (to `base`), without tracking parameters.

    It has MAX_HTML bytes at most: of a longer one, the beginning.
    """
    markup = markup[:MAX_MARKUP]
    safe = _safe_html(markup, base)
    while (size := len(safe.encode())) > MAX_HTML:
        # Other than cut HTML, cut markup is well-formed once it is sanitised.
        markup = markup[: len(markup) * MAX_HTML // size]
        safe = _safe_html(markup, base)
    return safe


def _safe_html(markup: str, base: str) -> str:
    import nh3

    def absolute(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001 nh3 calls it so
        if attribute not in ("href", "src"):
            return value
        if attribute == "href" and value.startswith("mailto:"):
            return value
        return web_address(value, base) or None

    return nh3.clean(
        shallow(markup, ALL_TAGS, REMOVED_WITH_CONTENT - {"noscript"}, _prepared),
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags=set(REMOVED_WITH_CONTENT),
        attribute_filter=absolute,
        url_schemes={"http", "https", "mailto"},
    ).strip()


def pictures(safe: str) -> list[Picture]:
    """The pictures in HTML of safe_html, in their order."""
    found = _Images()
    found.feed(safe)
    return [picture for picture in map(sized, found.pictures) if picture.is_shown]


def web_address(text: str, base: str) -> str:
    """An absolute http(s) address in ASCII without tracking parameters; empty for anything else.

    Addresses with a user name or password are refused: they would send a secret to every reader, or pretend to lead to
    another host (`https://bank.example@evil.example/`).
    """
    try:
        parts = urlsplit(urljoin(base, text.strip()) if text.strip() else "")
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in host:
        return ""
    path, query, fragment = (
        quote(part, safe=URL_SAFE) for part in (parts.path, _untracked(parts.query), _untracked(parts.fragment))
    )
    url = urlunsplit((parts.scheme, host, path, query, fragment))
    return url if len(url) <= MAX_URL else ""


def _untracked(query: str) -> str:
    """The query without tracking parameters; the rest unchanged, since sites may rely on every character."""
    return "&".join(
        part
        for part in query.split("&")
        if not any(is_tracking(*pair) for pair in parse_qsl(part, keep_blank_values=True))
    )


def _prepared(pieces: Iterable[Piece]) -> Iterator[Piece]:
    return with_true_pictures(without_boilerplate(pieces))


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[Picture] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            said = {name: value or "" for name, value in attrs}
            alt = cut(one_line(said.get("alt", "")), MAX_ALT)
            self.pictures.append(
                Picture(said.get("src", ""), alt, pixels(said.get("width")), pixels(said.get("height")))
            )
