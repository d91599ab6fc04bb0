"""Rewrites markup so that it is well-formed and of limited depth, in linear time.

HTML parsers take quadratic time for thousands of nested elements (measured: 17 s for 200 kB of lists). They get only
markup that was rewritten here, so that no difference in parsing can give them a greater depth.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

MAX_MARKUP = 200_000
"""Characters of one text; the rest is cut off before it is parsed."""
MAX_DEPTH = 60
"""Nested elements; deeper tags are left out, and their text stays. Articles have ten or twenty."""
MAX_ATTRIBUTES = 4_000
"""Characters of one tag; the attributes of a longer one are left out."""
MOST_ATTRIBUTES = 100

Piece = tuple[str, bool, str, str]
"""Text; or an empty text and a tag: whether it is an end tag, its name, and its attributes as written."""
Prepare = Callable[[Iterable[Piece]], Iterator[Piece]]

VOID = frozenset({"br", "hr", "img"})
RAW = frozenset({"script", "style", "iframe", "noembed", "noframes", "textarea", "title", "xmp"})
"""Elements whose content is not markup; it ends at the end tag."""
ENDS = {
    "p": {"p"},
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
}
"""Elements that a start tag ends, since their end tags may be omitted (HTML Living Standard, 13.1.2.4)."""
NAME = re.compile(r"(/?)([a-z][^\s/>]*+)", re.IGNORECASE)
REST = re.compile(r"""(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+|["'])*+>""")
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'<>=]++))?+""")
ESCAPES = str.maketrans({'"': "&quot;", "<": "&lt;", ">": "&gt;"})


def shallow(markup: str, tags: frozenset[str], removed: frozenset[str], prepare: Prepare = iter) -> str:
    """The markup with these tags only, properly nested; `removed` elements are left out with their content.

    `prepare` may change the pieces before that; what it makes of tags is nested properly, too.
    """
    open_tags: list[str] = []
    written: list[str] = []
    for piece, ends, name, attributes in _without(removed, prepare(_pieces(markup[:MAX_MARKUP]))):
        if not name:
            written.append(piece)
        elif name not in tags:
            continue
        elif ends:
            if name in open_tags:
                while (last := open_tags.pop()) != name:
                    written.append(f"</{last}>")
                written.append(f"</{name}>")
        else:
            while open_tags and open_tags[-1] in ENDS.get(name, ()):
                written.append(f"</{open_tags.pop()}>")
            if name in VOID:
                written.append(_start(name, attributes))
            elif len(open_tags) < MAX_DEPTH:
                written.append(_start(name, attributes))
                open_tags.append(name)
    written += [f"</{name}>" for name in reversed(open_tags)]
    return "".join(written)


def _pieces(markup: str) -> Iterator[Piece]:
    """Text and tags in their order, without comments, declarations and anything that is not closed."""
    place = 0
    while (found := markup.find("<", place)) >= 0:
        yield markup[place:found], False, "", ""
        if markup.startswith("<!--", found):
            end = markup.find("-->", found + 2)
            place = end + 3
        elif markup.startswith(("<!", "<?"), found):
            end = markup.find(">", found)
            place = end + 1
        elif tag := NAME.match(markup, found + 1):
            rest = REST.match(markup, tag.end())
            end = place = rest.end() if rest else -1
            name = tag[2].lower()
            if rest:
                yield "", bool(tag[1]), name, rest[0][:-1]
                if name in RAW and not tag[1]:
                    end = place = _end_of_raw(markup, name, place)
        else:
            end, place = found, found + 1
            yield "&lt;", False, "", ""
        if end < 0:
            return
    yield markup[place:], False, "", ""


def _end_of_raw(markup: str, name: str, start: int) -> int:
    """Where the end tag of a RAW element begins, or -1."""
    end = re.compile(rf"</{name}[\s/>]", re.IGNORECASE).search(markup, start)
    return end.start() if end else -1


def _without(removed: frozenset[str], pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces outside of `removed` elements; one that is never closed removes everything after it."""
    within, depth = "", 0
    for piece in pieces:
        _, ends, name, _ = piece
        if within:
            depth += (name == within) * (-1 if ends else 1)
            within = within if depth else ""
        elif name in removed and not ends:
            within, depth = name, 1
        elif name not in removed:
            yield piece


def attributes_of(written: str) -> dict[str, str]:
    """The attributes of a tag, resolved; of those with one name the first counts, and only MOST_ATTRIBUTES are read."""
    found: dict[str, str] = {}
    for each in islice(ATTRIBUTE.finditer(written), MOST_ATTRIBUTES):
        value = each[2] or ""
        found.setdefault(each[1].lower(), html.unescape(value[1:-1] if value[:1] in ("'", '"') else value))
    return found


def _start(name: str, attributes: str) -> str:
    if not attributes or len(attributes) > MAX_ATTRIBUTES:
        return f"<{name}>"
    written = [f'{each[1].lower()}="{_value(each[2] or "")}"' for each in ATTRIBUTE.finditer(attributes)]
    return f"<{' '.join([name, *written])}>"


def _value(written: str) -> str:
    value = written[1:-1] if written[:1] in ("'", '"') else written
    return value.translate(ESCAPES)
