"""Pictures that a page would load later: their true address, from whichever attribute or element has it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from newsletter.articles.parsing.pictures import FILLER_NAME, LARGE, SMALLEST_PICTURE, Picture, best_size, pixels, sized
from newsletter.articles.parsing.shallow_markup import ESCAPES, Piece, attributes_of

LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazy",
    "data-original-src",
    "data-actualsrc",
    "data-hi-res-src",
    "data-image",
    "data-url",
    "data-cfsrc",
    "data-ezsrc",
    "data-lazysrc",
    "data-lzl-src",
    "data-orig-src",
    "data-img-src",
    "data-flickity-lazyload",
)
LAZY_SETS = (
    "data-srcset",
    "data-lazy-srcset",
    "data-original-set",
    "data-ezsrcset",
    "data-orig-srcset",
    "data-lzl-srcset",
)
ORIGINALS = ("data-large-file", "data-large_image", "data-orig-file", "data-full-url", "data-medium-file")
"""Where gallery plugins keep the picture itself; taken when nothing else is there."""
FILLER = re.compile(
    rf"data:|about:|blob:|#|$|[^?]*(?:placeholder|lazy-?load)|[^?]*{FILLER_NAME}|.*[{{}}<>]", re.IGNORECASE | re.DOTALL
)
"""The address of no picture: an inline filler, a name that says so, or a template that a script would fill in."""
STYLED_SIZE = re.compile(r"(?<![\w-])(width|height)\s*:\s*(\d{1,5})(?:\.\d+)?px")
SMILEY = frozenset({"wp-smiley", "emoji", "emoticon", "smiley", "twemoji"})
LONGEST_SMILEY = 16
"""Characters of the text that stands for a smiley."""
UNSHOWN_TYPES = ("image/avif", "image/jxl")
"""Formats that most mail programs do not show."""
MOST_SIZES = 50
MAX_URL = 2_000


def with_true_pictures(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces with each `img` reduced to its true address, text and size.

    The sources of a `picture` count for the `img` in it. Of `noscript` the images are taken that did not come before
    it, for it repeats what a script would show. A smiley becomes its text.
    """
    sources: list[Picture] = []
    unscripted, last = 0, ""
    for piece in pieces:
        _, ends, name, attributes = piece
        if name == "noscript":
            unscripted = max(0, unscripted + (-1 if ends else 1))
        elif name == "picture":
            sources = []
        elif name == "source":
            sources += _sources(attributes_of(attributes))
        elif name == "img" and not ends:
            said = attributes_of(attributes)
            picture, sources = _true_picture(said, sources), []
            motif = picture.motif if picture.url else ""
            if not unscripted or (motif and motif != last):
                yield _smiley(said) or ("", False, "img", _attributes(picture, with_alt="alt" in said))
            last = motif
        elif not unscripted:
            yield piece


def _sources(said: dict[str, str]) -> list[Picture]:
    if said.get("type") in UNSHOWN_TYPES:
        return []
    return [each for field in ("srcset", *LAZY_SETS) for each in source_set(said.get(field, ""))]


def source_set(written: str) -> list[Picture]:
    """The pictures of a `srcset` that are told apart by their width or density (HTML Living Standard, 4.8.4.2.1)."""
    found: list[Picture] = []
    url = descriptor = ""
    for token in written.split()[: 4 * MOST_SIZES]:
        rest = token
        while rest:
            # An address may have commas in it, but none at its end.
            if not url:
                url, ended, rest = rest.strip(","), rest.endswith(","), ""
            else:
                first, comma, rest = rest.partition(",")
                descriptor, ended = descriptor or first, bool(comma)
            if url and ended:
                found += _candidate(url, descriptor)
                url = descriptor = ""
    return [*found, *_candidate(url, descriptor)][:MOST_SIZES]


def _candidate(url: str, descriptor: str) -> list[Picture]:
    if not url or FILLER.match(url):
        return []
    return [sized(Picture(url, width=pixels(descriptor[:-1]) if descriptor.endswith("w") else 0))]


def _true_picture(said: dict[str, str], sources: list[Picture]) -> Picture:
    width, height = (pixels(said.get(side)) or _styled(said, side) for side in ("width", "height"))
    if _is_filler(said.get("src", "")) and width < SMALLEST_PICTURE:
        width = height = 0  # of the filler
    sets = [each for field in (*LAZY_SETS, "srcset") for each in source_set(said.get(field, ""))]
    direct = [said[name] for name in (*LAZY, "src") if not _is_filler(said.get(name, ""))]
    larger = best_size(sets or (() if direct else sources))
    if not direct:
        originals = [said[name] for name in ORIGINALS if not _is_filler(said.get(name, ""))]
        url = larger.url if larger else next(iter(originals), "")
    else:
        url = direct[0]
        shown = sized(Picture(url, width=width))
        if (
            larger
            and larger.width > shown.width
            and (shown.width or (larger.motif == shown.motif and larger.width >= LARGE))
        ):
            url = larger.url
        else:
            larger = None
    if larger and larger.width:
        height = round(larger.width * height / width) if width and height else 0
        width = larger.width
    return Picture(url, said.get("alt", ""), width, height)


def _styled(said: dict[str, str], side: str) -> int:
    """The width or height in pixels that the style of an image states; 0 for none."""
    styles = dict(STYLED_SIZE.findall(said.get("style", "").lower()))
    return pixels(styles.get(side))


def _is_filler(url: str) -> bool:
    return bool(FILLER.match(url.strip()[:MAX_URL]))


def _smiley(said: dict[str, str]) -> Piece | None:
    """The text of a smiley; None for what is no smiley."""
    alt = said.get("alt", "").strip()
    is_one = SMILEY & set(said.get("class", "").lower().split()) or "/emoji/" in said.get("src", "")
    return (alt.translate(ESCAPES), False, "", "") if alt and is_one and len(alt) <= LONGEST_SMILEY else None


def _attributes(picture: Picture, *, with_alt: bool) -> str:
    said = {"src": picture.url, "width": picture.width or "", "height": picture.height or ""}
    written = [f'{name}="{html.escape(str(value))}"' for name, value in said.items() if value]
    return " ".join([*written[:1], *([f'alt="{html.escape(picture.alt)}"'] if with_alt else []), *written[1:]])
