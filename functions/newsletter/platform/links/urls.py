"""Web addresses: faults that can be seen in one, and those in a plain text."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from newsletter.platform.words.said import say

_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\.?")
_NUMERIC = re.compile(r"\d+(?:\.\d+){3}|[0-9a-f:.]*:[0-9a-f:.]*")
_OWN_NETWORK = re.compile(r"localhost|127\.\d.*|10\.\d.*|192\.168\.\d.*|::1|[\w-]+\.local")


def fault_of_link(address: str, home: str = "") -> str:
    """What is wrong with the address of a link, as the end of a sentence; empty when nothing can be seen.

    `home` is a host that is allowed although it is in a private network: that of the local cloud.
    """
    if not address.strip():
        return say("leads nowhere")
    if re.search(r"\s", address):
        return say("has a space in it; write %20")
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return say("cannot be read as an address")
    match parts.scheme:
        case "":
            return say("is relative, which no mail program can follow; begin it with https://")
        case "mailto":
            return "" if re.fullmatch(r"[^@]+@[^@]+", parts.path) else say("names no mailbox")
        case "tel":
            return "" if parts.path else say("names no number")
        case "http" | "https":
            return _fault_of_host(parts, home)
        case scheme:
            return say("begins with {scheme}:, which no mail program follows; begin it with https://", scheme=scheme)


def _fault_of_host(parts: SplitResult, home: str) -> str:
    host = parts.hostname or ""
    if parts.username is not None:
        return say("has a name or password before its host, as forged addresses do; leave that out")
    if _OWN_NETWORK.fullmatch(host):
        return "" if host == home else say("leads into a network of your own, where no reader can follow")
    if not _HOST.fullmatch(host) and not _NUMERIC.fullmatch(host):
        return say("has no host that could exist: {host}", host=host or say("none at all"))
    return ""


def addresses_in(text: str) -> list[str]:
    """The web addresses in a text, without the punctuation of its sentences and a slash at the end."""
    return [_bare(found) for found in _ADDRESS.findall(text)]


def _bare(address: str) -> str:
    address = address.rstrip(".,;:!?…'\"")
    while address.endswith(")") and address.count(")") > address.count("("):
        address = address[:-1].rstrip(".,;:!?…'\"")
    return address.rstrip("/")
