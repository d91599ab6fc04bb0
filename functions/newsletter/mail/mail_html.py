"""The HTML of a mail as a tree of elements, for the checks of preflight."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
UNSEEN = frozenset({"head", "style", "script", "title"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
SOURCE_ATTRIBUTE = "data-at"
"""The attribute with the template's file and line that an element comes from: `email,digest.html:12`."""
_SOURCES = re.compile(rf" {SOURCE_ATTRIBUTE}=[\w,.:-]*")
_HIDDEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


@dataclass(eq=False)
class Element:
    """A start tag, the element around it, and the pieces of text that stand directly in it."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    content: list[str | Element] = field(default_factory=list)

    @property
    def source(self) -> str:
        """File and line of its template; empty for elements of Markdown, and in mails rendered without sources."""
        return self.attributes.get(SOURCE_ATTRIBUTE, "").rstrip("/").replace(",", "/")

    @property
    def nearest_source(self) -> str:
        """Its own source, or that of the closest element around it that has one."""
        return next((each.source for each in self.chain() if each.source), "")

    @cached_property
    def hidden(self) -> bool:
        """Whether it is not shown."""
        if self.tag in UNSEEN or "hidden" in self.attributes or _HIDDEN.search(self.attributes.get("style", "")):
            return True
        return self.parent is not None and self.parent.hidden

    def chain(self) -> Iterator[Element]:
        """The element and those around it, from the inside out."""
        element: Element | None = self
        while element is not None:
            yield element
            element = element.parent

    def within(self) -> Iterator[Element]:
        """The element and everything in it, in their order."""
        yield self
        for part in self.content:
            if isinstance(part, Element):
                yield from part.within()

    def text(self) -> str:
        """All text in it, on one line."""
        return " ".join("".join(self.pieces()).split())

    def accessible_name(self) -> str:
        """What a screen reader says for it: its label, else its text and the descriptions of its pictures."""
        label = self.attributes.get("aria-label", "").strip()
        pictures = (each.attributes.get("alt", "") for each in self.within() if each.tag == "img")
        return label or " ".join([self.text(), *pictures]).strip()

    def pieces(self) -> Iterator[str]:
        """The same piece by piece, with white space as it stands."""
        for part in self.content:
            if isinstance(part, str):
                yield part
            elif part.tag == "br":
                yield " "
            else:
                yield from part.pieces()


class _Reader(HTMLParser):
    """Builds the tree as mail programs do: an end tag closes what is still open inside its element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self._open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.content.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        closed = next((each for each in self._open.chain() if each.tag == tag), None)
        if closed is not None and closed.parent is not None:
            self._open = closed.parent

    def handle_data(self, data: str) -> None:
        self._open.content.append(data)


def read_html(html: str) -> Element:
    """The root of the tree; it has no tag."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.root


def without_sources(html: str) -> str:
    """The HTML without the attributes of `with_sources`."""
    return _SOURCES.sub("", html)
