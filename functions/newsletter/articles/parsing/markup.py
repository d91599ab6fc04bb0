"""Markup of feeds: sanitised HTML with absolute addresses, plain text, and the pictures in it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote, urljoin, urlsplit, urlunsplit

from newsletter.articles.parsing.shallow_markup import shallow
from newsletter.articles.parsing.tracking import is_tracking

MAX_URL = 2_000
MAX_ALT = 300
SMALLEST_PICTURE = 48
"""Pixels; smaller images are tracking pixels, smileys or buttons."""

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
NO_PICTURE = re.compile(
    r"//(?:[^/]*\.)?gravatar\.com/|//s\.w\.org/images/core/emoji|//feeds\.feedburner\.com/|//stats\.wordpress\.com/"
    r"|//pixel\.|doubleclick\.net/|/wp-includes/images/|\.svgz?(?:[?#]|$)",
    re.IGNORECASE,
)
"""Portraits of authors, smileys, share buttons and counters that stand where a picture would, and drawings (SVG), which
neither Gmail nor Outlook shows (caniemail.com, image-svg).
"""
URL_SAFE = "!#$%&'()*+,/:;=?@[]~"
"""Characters of an address that are not encoded (RFC 3986: reserved, unreserved and already encoded)."""
DIGITS = re.compile(r"\s*(\d{1,5})(?:px)?\s*")


@dataclass(frozen=True)
class Picture:
    """An image: address, alternative text, and size in pixels (0 when it is not stated)."""

    url: str
    alt: str = ""
    width: int = 0
    height: int = 0

    @property
    def is_shown(self) -> bool:
        """Whether it is a picture of the article, and not a tracking pixel, an avatar or the like."""
        sizes = [size for size in (self.width, self.height) if size]
        return bool(self.url) and all(size >= SMALLEST_PICTURE for size in sizes) and not NO_PICTURE.search(self.url)


def plain(markup: str) -> str:
    """The text of the markup: entities resolved, white space collapsed, no control characters."""
    import nh3

    # A space before each block: else the last word of a paragraph and the first of the next would be joined.
    spaced = BLOCK.sub(" <", shallow(markup, BLOCKS, REMOVED_WITH_CONTENT))
    text = html.unescape(nh3.clean(spaced, tags=set(), clean_content_tags=set(REMOVED_WITH_CONTENT)))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def safe_html(markup: str, base: str) -> str:
    """The markup reduced to text, links and pictures; addresses absolute (to `base`), without tracking parameters."""
    import nh3

    def absolute(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001 nh3 calls it so
        if attribute not in ("href", "src"):
            return value
        if attribute == "href" and value.startswith("mailto:"):
            return value
        return web_address(value, base) or None

    return nh3.clean(
        shallow(markup, ALL_TAGS, REMOVED_WITH_CONTENT),
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
    return [picture for picture in found.pictures if picture.is_shown]


def pixels(value: object) -> int:
    """`640` and `640px` as a number; 0 for anything else, such as a percentage."""
    size = DIGITS.fullmatch(str(value or ""))
    return int(size[1]) if size else 0


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
        part for part in query.split("&") if not any(is_tracking(*pair) for pair in parse_qsl(part, max_num_fields=9))
    )


class _Images(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pictures: list[Picture] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            said = {name: value or "" for name, value in attrs}
            alt = " ".join(said.get("alt", "").split())[:MAX_ALT]
            self.pictures.append(
                Picture(said.get("src", ""), alt, pixels(said.get("width")), pixels(said.get("height")))
            )
