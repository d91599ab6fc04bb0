"""Parsed Markdown as plain text that reads well."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from newsletter.mail.writing.blocks import OwnBlock
from newsletter.mail.writing.personal_fields import Field
from newsletter.platform.text import SOFT_HYPHEN

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

WIDEST_TABLE = 72
"""Characters; a wider table is written row by row."""
FillIn = Callable[[Field], str]


def plain_text(nodes: Iterable[SyntaxTreeNode], field: FillIn, own: Callable[[OwnBlock], str]) -> str:
    """The text; `field` says what stands for a personal field, `own` what for a block of ours."""
    shown = (own(OwnBlock(*node.meta)) if node.type == "own_block" else _blocks([node], field) for node in nodes)
    return "\n\n".join(filter(None, shown)).replace(SOFT_HYPHEN, "")


def _blocks(nodes: Iterable[SyntaxTreeNode], field: FillIn, between: str = "\n\n") -> str:
    return between.join(_block(node, field) for node in nodes if node.type != "html_block")


def _block(node: SyntaxTreeNode, field: FillIn) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            return _list(node, field)
        case "blockquote":
            return _indented(_blocks(node.children, field), "> ", "> ")
        case "code_block" | "fence":
            return _indented(node.content.rstrip("\n"), "    ", "    ")
        case "hr":
            return "* * *"
        case "table":
            return _table(node, field)
        case _:
            return _inlines(node, field)


def _list(node: SyntaxTreeNode, field: FillIn) -> str:
    first = int(node.attrs.get("start", 1))
    tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
    items = []
    for number, item in enumerate(node.children, start=first):
        bullet = f"{number}. " if node.type == "ordered_list" else "- "
        items.append(_indented(_blocks(item.children, field, "\n" if tight else "\n\n"), bullet, " " * len(bullet)))
    return ("\n" if tight else "\n\n").join(items)


def _table(node: SyntaxTreeNode, field: FillIn) -> str:
    """Columns side by side if they fit on a line; else each row as lines of `heading: cell`."""
    rows = [[_inlines(cell, field) for cell in row.children] for part in node.children for row in part.children]
    head, *body = rows
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    if sum(widths) + 3 * (len(widths) - 1) <= WIDEST_TABLE:
        right = ["right" in str(cell.attrs.get("style", "")) for cell in node.children[0].children[0].children]
        lines = [
            " | ".join(
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(row, widths, right, strict=True)
            ).rstrip()
            for row in rows
        ]
        return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])
    told = ["\n".join(f"{name}: {cell}" for name, cell in zip(head, row, strict=True) if cell) for row in body]
    return "\n\n".join(told) or " | ".join(head)


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join([first + lines[0], *(rest + line if line else rest.rstrip() for line in lines[1:])])


def _inlines(node: SyntaxTreeNode, field: FillIn) -> str:
    return "".join(_inline(child, field) for child in node.children)


def _inline(node: SyntaxTreeNode, field: FillIn) -> str:
    match node.type:
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "text" | "code_inline" | "image":
            return node.content
        case "html_inline":
            return ""
        case "personal":
            return field(Field(*node.meta))
        case "s":
            return f"~~{_inlines(node, field)}~~"
        case "link":
            return _link(_inlines(node, field), str(node.attrs["href"]))
        case _:
            return _inlines(node, field)


def _link(label: str, href: str) -> str:
    scheme, _, rest = href.partition(":")
    address = rest.partition("?")[0] if scheme.lower() in ("mailto", "tel") else href
    return address if label in {"", address, href} else f"{label} ({address})"
