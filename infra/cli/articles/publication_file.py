"""publication.toml with one more feed in it, and everything else as it was: comments, order, blank lines."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

HEADER = re.compile(r"\s*\[")
FEEDS = re.compile(r"\s*\[\[\s*(?:feeds|\"feeds\"|'feeds')\s*\]\]\s*(?:#.*)?$")


class CannotBeEdited(Exception):
    """The file is written in a way that this does not understand; the message says what to write by hand."""


def with_feed(text: str, url: str, language: str) -> str:
    """The text with the feed after the last one. Raises CannotBeEdited, and TOMLDecodeError for what is no TOML."""
    end = "\r\n" if "\r\n" in text else "\n"
    table = ["[[feeds]]", f"url = {json.dumps(url, ensure_ascii=False)}", f'language = "{language}"']
    lines = re.split(r"\r?\n", text.removesuffix("\n").removesuffix("\r"))
    place = _place(lines)
    before, after = lines[:place], lines[place:]
    blank = [] if not before or not before[-1].strip() else [""]
    written = [*before, *blank, *table, *([""] if after and after[0].strip() else []), *after]
    edited = end.join(written) + end
    if not _is_only_longer(tomllib.loads(text), _loaded(edited), {"url": url, "language": language}):
        raise CannotBeEdited(f"write it into publication.toml yourself: {' / '.join(table)}")
    return edited


def _place(lines: list[str]) -> int:
    """The line before which the feed goes: behind the last feed with the comments that stand close below it."""
    headers = [number for number, line in enumerate(lines) if FEEDS.match(line)]
    if not headers:
        return len(lines)
    last = headers[-1]
    following = next((number for number in range(last + 1, len(lines)) if HEADER.match(lines[number])), len(lines))
    values = [number for number in range(last, following) if lines[number].strip() and not _is_comment(lines[number])]
    place = values[-1] + 1
    comments = place
    while comments < following and _is_comment(lines[comments]):
        comments += 1
    # Comments that touch the next header are about what follows it.
    return place if comments == following < len(lines) else comments


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith("#")


def _loaded(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _is_only_longer(old: dict[str, Any], new: dict[str, Any], feed: dict[str, str]) -> bool:
    return new == {**old, "feeds": [*old.get("feeds", []), feed]}
