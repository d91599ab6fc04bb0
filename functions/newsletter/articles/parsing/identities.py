"""What tells the entries of one feed apart: their guids, else their addresses, else their titles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from newsletter.articles.article import Entry

MANY = 3
"""Entries with one address and different titles from which the address is no article's, but that of a page for all.
Two of them may be one article before and after an edit, of which the first is the newer one.
"""


def identified(entries: Sequence[Entry]) -> list[Entry]:
    """The entries with an identity each; equal ones are the same article twice.

    A guid that stands in entries of several addresses identifies none of them and is taken away.
    """
    of_guid = _grouped(entries, lambda entry: entry.guid)
    freed = [
        replace(entry, guid="", identity=entry.url) if entry.guid and _is_common(of_guid[entry.guid]) else entry
        for entry in entries
    ]
    of_url = _grouped([entry for entry in freed if not entry.guid], lambda entry: entry.url)
    return [
        replace(entry, identity=f"{entry.url} {entry.title}")
        if not entry.guid and _is_page(of_url[entry.url])
        else entry
        for entry in freed
    ]


def _is_common(same_guid: Sequence[Entry]) -> bool:
    return len({entry.url for entry in same_guid}) > 1 or _is_page(same_guid)


def _is_page(same_url: Sequence[Entry]) -> bool:
    return len(same_url) >= MANY and len({entry.title for entry in same_url}) > 1


def _grouped(entries: Sequence[Entry], key: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[key(entry)].append(entry)
    return groups
