"""JSON Feed 1.0 and 1.1 (jsonfeed.org), in the structure that feedparser returns for other formats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from newsletter.articles.parsing.feed_bytes import without_surrogates
from newsletter.platform.words.said import say

VERSION = "https://jsonfeed.org/version/1"


class NotJsonFeed(ValueError):
    """The body is JSON but not a JSON Feed; the message says why."""


def is_json(body: bytes) -> bool:
    """Whether the body begins like JSON and not like XML."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def read_json_feed(body: bytes) -> dict[str, Any]:
    """The feed as {"version", "feed", "entries"}. Raises NotJsonFeed."""
    try:
        data = json.loads(body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
        if b"\\ud" in body.lower():
            data = json.loads(without_surrogates(json.dumps(data, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise NotJsonFeed(say("broken JSON ({why})", why=str(error))) from error
    if not isinstance(data, dict) or not _text(data.get("version")).startswith(VERSION):
        raise NotJsonFeed(say("JSON, but no JSON Feed: its version is not https://jsonfeed.org/version/1 or 1.1"))
    links = [{"rel": "next", "href": _text(data.get("next_url"))}] if data.get("next_url") else []
    return {
        "version": "json",
        "feed": {"language": _text(data.get("language")), "links": links, "link": _text(data.get("home_page_url"))},
        "entries": [_entry(item, data) for item in _dicts(data.get("items"))],
    }


def _entry(item: Mapping[str, Any], feed: Mapping[str, Any]) -> dict[str, Any]:
    html, text = _text(item.get("content_html")), _text(item.get("content_text"))
    content = {"value": html, "type": "text/html"} if html else {"value": text, "type": "text/plain"}
    image = _text(item.get("image")) or _text(item.get("banner_image"))
    authors = [author for whose in (item, feed) for author in [*_list(whose.get("authors")), whose.get("author")]]
    entry: dict[str, Any] = {
        "id": _identity(item.get("id")),
        "link": _text(item.get("url")) or _text(item.get("external_url")) or _address(item.get("id")),
        "title": _text(item.get("title")),
        "title_detail": {"type": "text/plain"},
        "summary": _text(item.get("summary")),
        "summary_detail": {"type": "text/plain"},
        "content": [content] if content["value"] else [],
        "language": _text(item.get("language")),
        "tags": [{"term": _text(tag)} for tag in _list(item.get("tags"))],
        "author_detail": {"name": next((_text(author.get("name")) for author in _dicts(authors)), "")},
        "media_content": [{"url": image, "medium": "image"}] if image else [],
        "enclosures": [
            {"href": _text(each.get("url")), "type": _text(each.get("mime_type"))}
            for each in _dicts(item.get("attachments"))
        ],
    }
    entry |= {"published": _text(item.get("date_published")), "updated": _text(item.get("date_modified"))}
    return entry


def _identity(value: Any) -> str:
    """The id as text; a number may be converted (JSON Feed 1.1: id)."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _address(value: Any) -> str:
    """An id that is the address of the item, as the standard would have it (JSON Feed 1.1: id)."""
    return value if isinstance(value, str) and value.startswith(("http://", "https://")) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    found: Iterable[Any] = _list(value)
    return [each for each in found if isinstance(each, dict)]
