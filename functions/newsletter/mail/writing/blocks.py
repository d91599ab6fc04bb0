"""Blocks of our own in a text: a button, the card of an article, the offer; each on a line of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from newsletter.mail.writing.addresses import WEB, is_link
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.platform.words.said import joined, say

EXAMPLES = {
    "button": say("::button[Book a time](https://address)"),
    "article": say("::article(https://address-of-the-article)"),
    "offer": say("::offer, or ::offer(its-key)"),
}
LOOKS_LIKE_BLOCK = re.compile(r"^ {0,3}:{2,}\s*(\w+).*$", re.MULTILINE)
_LINE = re.compile(r" {0,3}::(\w+)(?:\[([^\]\n]*)\])?(?:\((\S*)\))?[ \t]*")
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~:&@.])")
_KIND = re.compile(r":+\s*(\w*)")
_KEY = re.compile(r"[a-z0-9-]*")


class OwnBlock(NamedTuple):
    """A block: `kind` is one of EXAMPLES, `text` the label of a button, `address` a target or the key of an offer."""

    kind: str
    text: str
    address: str


class Card(NamedTuple):
    """An article as a text shows it, frozen when the mailing is prepared; `url` is what the text calls it by.

    Width and height of the picture are in pixels, 0 where nobody knows them.
    """

    url: str
    title: str
    summary: str
    language: str = ""
    image: str = ""
    image_alt: str = ""
    image_width: int = 0
    image_height: int = 0


Cards = Mapping[str, Card]


def read_block(line: str) -> OwnBlock | None:
    """The block that the line is; None if it is none, or is not written right."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    block = OwnBlock(found[1], (found[2] or "").strip(), found[3] or "")
    right = {
        "button": bool(block.text) and is_link(block.address),
        "article": found[2] is None and bool(WEB.fullmatch(block.address)),
        "offer": found[2] is None and bool(_KEY.fullmatch(block.address)),
    }
    return block if right.get(block.kind, False) else None


def fault_of_block(line: str) -> str:
    """What is wrong with a line that looks like a block and was not read as one."""
    written = line[line.find("::") :]
    kind = _KIND.findall(written)[0]
    if kind not in EXAMPLES:
        return say("::{kind} is unknown; there are {examples}", kind=kind, examples=joined(list(EXAMPLES.values())))
    if read_block(written) is not None:
        return say("::{kind} needs a line of its own, outside of lists and quotations", kind=kind)
    return say("::{kind} is not written right; write {example}", kind=kind, example=EXAMPLES[kind])


def as_markdown(block: OwnBlock, cards: Cards) -> str:
    """The block as a page shows it that has no form for it: a link; an offer is shown by the page itself."""
    if block.kind == "offer":
        return ""
    card = cards.get(block.address)
    label, summary = (without_fields(block.text), "") if card is None else (card.title, card.summary)
    escaped, rest = (_SIGNS.sub(r"\\\1", text) for text in (label or block.address, summary))
    return f"**[{escaped}](<{block.address}>)**" + (f"\n\n{rest}" if rest else "")
