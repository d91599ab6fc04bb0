"""A public page as its elements, to look at what it says and how it is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from newsletter.mail.templates import Templates
from tests.support.mailings.templates import TEMPLATES

VOID = {"input", "meta", "link", "br", "hr", "img"}

templates = Templates(TEMPLATES, "https://news.example.com")
publication = templates.publication


@dataclass
class Element:
    """A start tag, the tags around it, and the text inside it."""

    tag: str
    attributes: dict[str, str | None]
    around: tuple[Element, ...]
    text: str = ""


@dataclass
class Document(HTMLParser):
    """A page as its elements; refuses tags that are not closed in order."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), tuple(self._open))
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    @property
    def ids(self) -> list[str]:
        return [value for element in self.elements if (value := element.attributes.get("id"))]


def page(name: str, language: str, context: dict[str, Any]) -> Document:
    return Document(templates.page(name, language, **context))
