"""Pictures of articles: which images are pictures, how large they are, and which one of them stands for the article."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, parse_qsl, urlsplit

SMALLEST_PICTURE = 48
"""Pixels; smaller images are tracking pixels, smileys or buttons."""
SMALL = 200
"""Pixels of width below which another picture is preferred: a mail shows pictures three times as wide."""
LARGE = 480
"""Pixels of width from which an image is a picture whatever its name says, and a thumbnail large enough."""
MOST_USEFUL_WIDTH = 1_200
"""Pixels: twice the width of a mail, for high-resolution screens. The largest size up to this one is taken."""
DIGITS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?(?:px)?\s*")
SIZE_IN_NAME = re.compile(r"-(\d{1,5})x(\d{1,5})(?=\.\w+$)")
SIZE_IN_PATH = re.compile(
    r"[/,](?:w_|w=|width=|resize:fit:|max/)(\d{2,4})(?=[/,])|/s(\d{2,4})(?:-[\w-]+)?/|=[sw](\d{2,4})\b"
)
"""Widths as Substack, Cloudflare, Medium and Blogger write them."""
SIZES = frozenset(
    "w width h height resize fit quality q size s ssl strip crop auto dpr fm format fl blur".split()  # noqa: SIM905 (a list)
)
"""Parameters of a picture's address that only choose its size and format."""
FILLER_NAME = (
    r"/(?:blank|spacer|pixel|clear|dot|trans|transparent|empty|1x1|loading|loader|ajax-loader|lazy|lazyload|grey|gray|white|fff)"
    r"[-_]?(?:\d+(?:x\d+)?)?(?:\.trans)?\.(?:gif|png|jpe?g|webp)(?:[?#]|$)"
)
NEVER = re.compile(
    r"gravatar\.com/|s\.w\.org/images/core/emoji|twemoji|/emojis?/|/wp-includes/images/|/smil(?:ies|eys?)/|feeds\.feedburner\.com/"
    r"|feedsportal\.com|//(?:stats|feeds)\.wordpress\.com/|//pixel\.|//[^/]*\bpixel\.wp\.com|doubleclick\.net|google-analytics\."
    r"|googleadservices|scorecardresearch|//[^/]*\btrack(?:er|ing)?\.|/tracker/|/track(?:ing)?/(?:open|pixel)|medium\.com/_/stat"
    r"|facebook\.com/tr\b|amazon-adsystem\.|assoc-amazon\.|statcounter\.|/count(?:er)?\.(?:gif|php)|shields\.io|badgen\.net|badge\.fury"
    r"|licensebuttons\.net|creativecommons\.org/(?:l|images)/|paypal(?:objects)?\.com/|addtoany\.com|sharethis\.com|addthis\.com"
    r"|(?:via\.)?placeholder\.com|placehold\.(?:it|co)|favicon|apple-touch-icon|\.(?:svgz?|ico|avif|jxl|heic|tiff?)(?:[?#]|$)"
    r"|/tracking/|(?:rss|track(?:ing)?|web|stats?)[-_]?pixel\b|(?:matomo|piwik)\.php|//(?:analytics|matomo|piwik|stats?|counter)\."
    r"|/collect(?:[/?]|$)|\bvgwort\.|/open\.(?:php|aspx?)\b|bloglovin\.com/widget|ko-fi\.com/|buymeacoffee\.com/"
    r"|dummyimage\.com|fakeimg\.pl|placekitten\.com|placehold(?:er)?\.\w+/"
    rf"|{FILLER_NAME}",
    re.IGNORECASE,
)
"""Portraits of authors, smileys, share buttons, counters and fillers that stand where a picture would, and formats
that Gmail and Outlook do not show (caniemail.com: image-svg, image-avif).
"""
NAMED_SMALL = re.compile(
    r"(?:^|[-_./])(?:avatars?|badges?|btn|buttons?|icons?|smileys?|emoticons?|place-?holders?|spacer"
    r"|no[-_]?(?:image|photo|picture|thumb(?:nail)?)|(?:image|photo|picture|img)[-_]?not[-_]?(?:available|found)"
    r"|(?:missing|default)[-_]?(?:image|img|photo|picture|thumb(?:nail)?)|(?:image[-_]?)?coming[-_]?soon|ei[-_]?kuvaa)"
    r"(?:[-_.]?\d+(?:x\d+)?)?(?:[-_./@]|$)"
    r"|^(?:share|sharing|social|authors?)(?:[-_]?(?:links?|bar|images?|icons?|photos?))?/"
    r"|/(?:share[-_]?(?:on[-_]?)?)?(?:share|sharing|social|facebook|fb|twitter|x|linkedin|whatsapp|pinterest|instagram|telegram"
    r"|mastodon|bluesky|threads|messenger|tumblr|xing|flipboard|pocket|reddit|rss|feed|print|mail|email|follow|like|tweet)(?:[-_](?:share|logo|sm|small|white|black|round|\d+(?:x\d+)?))*"
    r"\.(?:png|gif)$",
    re.IGNORECASE,
)
"""Names of portraits, buttons and fillers, which a picture of an article may have too."""


@dataclass(frozen=True)
class Picture:
    """An image: address, alternative text, and size in pixels (0 when it is not stated)."""

    url: str
    alt: str = ""
    width: int = 0
    height: int = 0

    @property
    def is_shown(self) -> bool:
        """Whether it is a picture of the article, and not a tracking pixel, an avatar, a button or the like."""
        sizes = [size for size in (self.width, self.height) if size]
        if not self.url or any(size < SMALLEST_PICTURE for size in sizes) or NEVER.search(self.url):
            return False
        return self.width >= LARGE or not NAMED_SMALL.search(_name(self.url))

    @property
    def is_small(self) -> bool:
        """Whether it is known to be too small to stand for the article if there is another."""
        return 0 < self.width < SMALL or 0 < self.height < SMALL // 2

    @property
    def motif(self) -> str:
        """What is the same for all sizes of one picture."""
        parts = _split(self.url)
        query = [pair for pair in parse_qsl(parts.query) if pair[0].lower() not in SIZES]
        return f"{parts.netloc}{SIZE_IN_PATH.sub('', SIZE_IN_NAME.sub('', parts.path))}{query or ''}"


def sized(picture: Picture) -> Picture:
    """The picture with the size that its address tells, where nothing else does."""
    if picture.width:
        return picture
    parts = _split(picture.url)
    if found := SIZE_IN_NAME.search(parts.path):
        return replace(picture, width=int(found[1]), height=int(found[2]))
    query = {name.lower(): value for name, value in parse_qsl(parts.query)}
    for names in (("w", "h"), ("width", "height"), ("resize", ""), ("fit", "")):
        width, _, height = query.get(names[0], "").partition(",")
        if pixels(width):
            return replace(picture, width=pixels(width), height=picture.height or pixels(height or query.get(names[1])))
    if found := SIZE_IN_PATH.search(f"{parts.path}/"):
        return replace(picture, width=int(found[1] or found[2] or found[3]))
    return picture


def pixels(value: object) -> int:
    """`640` and `640px` as a number; 0 for anything else, such as a percentage."""
    size = DIGITS.fullmatch(str(value or ""))
    return int(size[1]) if size else 0


def best_size(sizes: Iterable[Picture]) -> Picture | None:
    """Of one picture in several sizes the largest that a mail can use, else the smallest."""
    listed = list(sizes)
    useful = [picture for picture in listed if picture.width <= MOST_USEFUL_WIDTH]
    if useful:
        return max(useful, key=lambda picture: picture.width)
    return min(listed, key=lambda picture: picture.width, default=None)


def best_picture(
    named: Iterable[Picture], in_text: Iterable[Picture], thumbnails: Iterable[Picture], of_many: frozenset[str]
) -> Picture:
    """The picture that stands for the article, with an empty address if there is none.

    What the feed names as the article's media goes before what is in the text, and that before thumbnails that are not
    known to be large; what is known to be small comes last. `of_many` has the motifs that most entries share.
    """
    media, text, thumbs = (
        [each for each in map(sized, pictures) if each.is_shown and each.motif not in of_many]
        for pictures in (named, in_text, thumbnails)
    )
    first = next((each for each in text if not each.is_small), Picture(""))
    large = [each for each in thumbs if each.width >= LARGE and each.width > first.width]
    ranked = [*media, *large, *text, *thumbs]
    chosen = next((each for each in ranked if not each.is_small), ranked[0] if ranked else Picture(""))
    if chosen.alt:
        return chosen
    return replace(chosen, alt=next((each.alt for each in text if each.motif == chosen.motif), ""))


def _name(url: str) -> str:
    """The last two parts of the path: the folder often says what kind of images are in it."""
    return "/".join(_split(url).path.split("/")[-2:])


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")
