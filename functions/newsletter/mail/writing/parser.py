"""The Markdown that texts are written in: CommonMark with tables, ~~strikethrough~~, bare links and personal fields.

Raw HTML is recognised so that it can be named (source_faults.py); it is never rendered, neither as HTML nor as text.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from newsletter.mail.writing.addresses import UPLOADED, WEB, is_link
from newsletter.mail.writing.blocks import read_block
from newsletter.mail.writing.personal_fields import read_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_SCHEME = re.compile(r"(?<![\w.+-])https?$", re.IGNORECASE)
_BARE = re.compile(r"://[^\s<>\"/?#\\{}]+[^\s<>\"{}]*")
_WWW_OR_MAILBOX = re.compile(
    r"(?<![\w@./:+-])(?:(?P<www>www\.[\w-]+(?:\.[\w-]+)+[^\s<>\"{}]*)"
    r"|(?P<mail>[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+))",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\{\s*width=[\"']?([1-9]\d{0,4})[\"']?[\s,]+height=[\"']?([1-9]\d{0,4})[\"']?\s*\}")
WIDEST = 520
"""Pixels: the column of a mail. A wider picture is shown at this width."""
_TRAILING = ".,;:!?…'\"*_~”’»"


@cache
def parser() -> MarkdownIt:
    """The parser, made when it is first needed, for the cold start."""
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    made.validateLink = is_link  # type: ignore[method-assign]
    made.block.ruler.before("paragraph", "own_block", _own_block, {"alt": ["paragraph"]})
    made.inline.ruler.before("text", "personal", _personal)
    made.inline.ruler.after("text", "bare_link", _bare_link)
    made.core.ruler.after("inline", "bare_names", _bare_names)
    made.core.ruler.push("picture_sizes", _picture_sizes)
    for html in ("html_block", "html_inline"):
        made.add_render_rule(html, lambda _self, _tokens, _index, _options, _env: "")
    made.add_render_rule("personal", lambda _self, tokens, index, _options, env: env["field"](tokens[index].meta))
    return made


def without_trailing(url: str) -> str:
    """A bare address without the punctuation of its sentence (GitHub Flavored Markdown, 6.9)."""
    url = url.rstrip(_TRAILING)
    while url.endswith((")", "]")) and url.count(url[-1]) > url.count("(" if url[-1] == ")" else "["):
        url = url[:-1].rstrip(_TRAILING)
    return url


def text_of(pieces: Sequence[Token]) -> str:
    """The words of inline tokens, without addresses, on one line."""
    shown = (each for each in pieces if each.type != "html_inline")
    return "".join(" " if each.type.endswith("break") else each.content for each in shown)


def _own_block(state: StateBlock, line: int, _end: int, silent: bool) -> bool:  # noqa: FBT001 (the parser's signature)
    block = None if state.level else read_block(state.getLines(line, line + 1, 0, False).rstrip("\n"))  # noqa: FBT003
    if block is None:
        return False
    if not silent:
        state.line = line + 1
        token = state.push("own_block", "", 0)
        token.map = [line, line + 1]
        token.meta = block  # type: ignore[assignment]
    return True


def _picture_sizes(state: StateCore) -> None:
    """`![alt](address){width=600 height=400}`: the size becomes attributes, and is not shown.

    The address of an uploaded picture says its size itself.
    """
    for token in state.tokens:
        pieces = token.children or []
        for picture, after in zip_longest(pieces, pieces[1:]):
            if picture.type != "image":
                continue
            size = UPLOADED.fullmatch(str(picture.attrs["src"]))
            if after is not None and after.type == "text" and (written := _SIZE.match(after.content)):
                after.content = after.content[written.end() :]
                size = written
            if size is not None:
                width, height = int(size[1]), int(size[2])
                shown = min(width, WIDEST)
                picture.attrs |= {"width": str(shown), "height": str(max(1, round(height * shown / width)))}


def _personal(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (the parser's signature)
    found = read_field(state.src, state.pos) if state.src.startswith("{{", state.pos) else None
    if found is None or found[1] > state.posMax:
        return False
    if not silent:
        token = state.push("personal", "", 0)
        token.content = state.src[state.pos : found[1]]
        token.meta = found[0]  # type: ignore[assignment]
    state.pos = found[1]
    return True


def _bare_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (the parser's signature)
    """`https://…` as it stands. At the colon, since the scheme before it is in `pending` already."""
    if silent or state.linkLevel or state.src[state.pos] != ":":
        return False
    scheme, rest = _SCHEME.search(state.pending), _BARE.match(state.src, state.pos, state.posMax)
    if scheme is None or rest is None:
        return False
    shown = scheme[0] + without_trailing(rest[0])
    address = state.md.normalizeLink(shown)
    if not WEB.fullmatch(address):
        return False
    state.pending = state.pending[: -len(scheme[0])]
    opened = state.push("link_open", "a", 1)
    opened.attrs = {"href": address}
    state.push("text", "", 0).content = shown
    state.push("link_close", "a", -1)
    state.pos += len(shown) - len(scheme[0])
    return True


def _bare_names(state: StateCore) -> None:
    """`www.example.com` and `name@example.com` in texts that are no links yet."""
    for token in state.tokens:
        if token.type != "inline" or not token.children:
            continue
        pieces: list[Token] = []
        within = 0
        for piece in token.children:
            within += piece.nesting if piece.type in ("link_open", "link_close") else 0
            pieces += [piece] if within or piece.type != "text" else _named(piece)
        token.children = pieces


def _named(piece: Token) -> list[Token]:
    from markdown_it.token import Token

    pieces: list[Token] = []
    begin = 0
    for found in _WWW_OR_MAILBOX.finditer(piece.content):
        shown = without_trailing(found[0])
        address = f"https://{shown}" if found["www"] else f"mailto:{shown}"
        if not is_link(address):
            continue
        pieces.append(Token("text", "", 0, content=piece.content[begin : found.start()], level=piece.level))
        pieces.append(Token("link_open", "a", 1, attrs={"href": address}, level=piece.level))
        pieces.append(Token("text", "", 0, content=shown, level=piece.level + 1))
        pieces.append(Token("link_close", "a", -1, level=piece.level))
        begin = found.start() + len(shown)
    return [*pieces, Token("text", "", 0, content=piece.content[begin:], level=piece.level)] if pieces else [piece]
