"""What no log may hold: addresses of readers, and the tokens of the links in their mails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

ADDRESS = re.compile(r"[\w.+-]+(?:@|%40|\\u0040|&#64;)[\w-]+(?:\.[\w-]+)+")
TOKEN = re.compile(r"/(?:confirm|preferences|unsubscribe|my-data|offer|letter|c)/([\w.~-]{16,})", re.ASCII)
"""In the address of a page of ours: what acts for its reader."""


def told_of_readers(lines: Iterable[str], mails: Iterable[Mapping[str, Any]]) -> list[str]:
    """The lines with an address of anybody, or with a token from one of the mails; each after what it says too much."""
    secrets = {secret for mail in mails for secret in _of(mail)}
    return [f"{said}: {line}" for line in lines for said in _said(line, secrets)]


def _said(line: str, secrets: set[str]) -> Iterator[str]:
    if found := ADDRESS.search(line):
        yield found[0]
    yield from (secret for secret in secrets if secret in line)


def _of(mail: Mapping[str, Any]) -> Iterator[str]:
    yield str(mail["to"])
    yield quote(str(mail["to"]))
    for part in ("text", "html"):
        yield from TOKEN.findall(str(mail.get(part) or ""))
