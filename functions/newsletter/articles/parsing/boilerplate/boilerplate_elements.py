"""Elements of a page that are not the article: texts for screen readers, share bars, links to "read more", forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from newsletter.articles.parsing.shallow_markup import MAX_ATTRIBUTES, VOID, Piece, attributes_of

LONGEST = 1_000
"""Characters of text; an element with more is an article, whatever its class says."""
CLASS = re.compile(
    # For screen readers (WordPress, Bootstrap, Foundation, Drupal, Gatsby).
    r"(?:cdk-|usa-|govuk-)?visually-?hidden|screen-?reader(?:-only|-text)?|sr-(?:only|text)(?:-focusable)?|(?:u-)?visually-?hidden(?:-focusable)?|show-for-sr"
    r"|hide-visually|element-invisible|assistive-text|a11y-hidden|off-?screen|skip-(?:to-content-)?link|hidden"
    # Share bars (Jetpack, AddToAny, AddThis, Heateor, Shariff, Mashshare, Social Warfare, ESSB and others).
    r"|sharedaddy|sd-(?:sharing|social|like)\S*|jp-(?:relatedposts|post-flair)\S*|addtoany\S*|a2a_\S+|addthis\S*|heateor\S*|ssba\S*"
    r"|shariff\S*|mashsb\S*|swp[-_]social\S*|essb[-_]\S+|ssbp-\S+|novashare\S*|shared-counts\S*|et_social\S*|feedflare"
    r"|(?:post|entry|article|blog)[-_]?shar(?:e|ing)\S*|shar(?:e|ing)[-_]?(?:bar|box|buttons?|links?|icons?|tools?|this|post|list|wrap(?:per)?)\S*"
    r"|social[-_]?(?:shar(?:e|ing)|links?|icons?|buttons?|media-icons|bar)\S*|wp-block-(?:social-links|buttons-share)"
    r"|(?:fb|facebook|twitter|linkedin|pinterest|tweet)[-_](?:like|share|button|this)\S*|likebtn\S*|wpulike|tweet-this"
    # Who wrote it and when, how long it takes, its tags (WordPress and its plugins, Drupal, Ghost).
    r"|(?:post-|entry-)?author-(?:bio|box|info|description)|about-(?:the-)?author|saboxplugin-\S+|byline|posted-on"
    r"|(?:entry|post|article)-meta|(?:rt-|span-)?reading-time|(?:tags|cat|comments)-links"
    # "Read more", newsletters of other software, icons that are letters of a font.
    r"|more-link|read-?more(?:-link)?|excerpt-more|more-?tag|continue-reading(?:-link)?|subscription-widget\S*|button-wrapper"
    r"|captioned-button-wrap|material-(?:icons|symbols-\w+)\S*|dashicons\S*|fa-icon",
    re.IGNORECASE,
)
CAPTION = re.compile(
    r"wp-caption-text|wp-caption-dd|tr-caption|image-caption(?:-\w+)?|media-caption|photo-?caption|imagecaption|caption-text"
)
"""Classes of captions that are no `figcaption` (WordPress, Blogger, Squarespace, Drupal)."""
UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MARKED = re.compile(r"class|aria-hidden|hidden|style", re.IGNORECASE)
OFF_PAGE = re.compile(
    r"(?<![\w-])(?:left|top|right|text-indent)\s*:\s*-\d{3,}(?:\.\d+)?(?:px|r?em|vw)|(?<![\w-])clip(?:-path)?\s*:\s*(?:rect\(\s*(?:0|1px)"
    r"|inset\(\s*(?:50|100)%)",
    re.IGNORECASE,
)
"""Styles of texts for screen readers that no class names."""
SHARE_LINK = re.compile(
    r"https?://(?:[\w-]+\.)*(?:facebook\.com/(?:sharer|share\.php|dialog/(?:share|feed))|(?:twitter|x)\.com/(?:intent/|share\b|home\?status)"
    r"|linkedin\.com/(?:sharearticle|sharing/|cws/share)|wa\.me/\?text|api\.whatsapp\.com/send|(?:t|telegram)\.me/share"
    r"|pinterest\.[a-z.]+/pin/create|reddit\.com/(?:r/\w+/)?submit|bsky\.app/intent|threads\.(?:net|com)/intent|getpocket\.com/(?:save|edit)"
    r"|tumblr\.com/(?:share|widgets/share)|xing\.com/(?:spi/shares|app/user)|addtoany\.com/|news\.ycombinator\.com/submitlink)"
    r"|(?:whatsapp|fb-messenger|tg)://|mailto:\?",
    re.IGNORECASE,
)
"""Where a press shares the page; an image in such a link is a button."""
PORTRAIT = re.compile(
    r"(?:author|user|profile)?[-_]?(?:avatar|gravatar)(?:[-_]\S+)?|author[-_](?:image|photo|img|pic)", re.IGNORECASE
)
"""Classes of images of authors."""
INLINE = frozenset({"a", "abbr", "b", "em", "i", "small", "span", "strong", "sup", "svg"})
PICTURES = ("img", "picture", "source", "noscript")


def without_boilerplate(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces without these elements, and captions as `figcaption`. Images within `aria-hidden` stay."""
    listed = list(_without_buttons(list(pieces)))
    ends = _ends(listed)
    lengths = [0]
    for text, *_ in listed:
        lengths.append(lengths[-1] + len(text))
    captions = set()
    until, keeps_pictures = -1, False
    for place, piece in enumerate(listed):
        _, is_end, name, attributes = piece
        if place <= until:
            if keeps_pictures and name in PICTURES:
                yield piece
            continue
        if name and not is_end and MARKED.search(attributes) and len(attributes) <= MAX_ATTRIBUTES and name != "img":
            said = attributes_of(attributes)
            end = ends.get(place, -1)
            unwanted, keeps_pictures = _judged(said)
            if unwanted and end > place and lengths[end] - lengths[place] <= LONGEST:
                until = end
                if name not in INLINE:
                    yield " ", False, "", ""  # words before and after a block are not one word
                continue
            if end > place and any(CAPTION.fullmatch(each) for each in said.get("class", "").lower().split()):
                captions |= {place, end}
        yield ("", is_end, "figcaption", "") if place in captions else piece


def _judged(said: dict[str, str]) -> tuple[bool, bool]:
    """Whether an element with these attributes is left out, and whether its images are kept."""
    if any(CLASS.fullmatch(each) for each in said.get("class", "").split()):
        return True, False
    if said.get("aria-hidden", "").lower() == "true":
        return True, True
    style = said.get("style", "")
    return "hidden" in said or bool(UNSEEN.search(style) or OFF_PAGE.search(style)), False


def _without_buttons(listed: list[Piece]) -> Iterator[Piece]:
    """The pieces without images that are share buttons or portraits of authors."""
    ends = _ends(listed)
    until = -1
    for place, piece in enumerate(listed):
        _, is_end, name, attributes = piece
        if name == "a" and not is_end and SHARE_LINK.match(_said(attributes, "href").strip()):
            until = ends.get(place, -1)
        is_portrait = name == "img" and any(map(PORTRAIT.fullmatch, _said(attributes, "class").split()))
        if not (is_portrait or (name in PICTURES and place < until)):
            yield piece


def _said(attributes: str, name: str) -> str:
    """One attribute of a tag; nothing of tags that are too long to be read."""
    is_there = name in attributes.lower() and len(attributes) <= MAX_ATTRIBUTES
    return attributes_of(attributes).get(name, "") if is_there else ""


def _ends(listed: list[Piece]) -> dict[int, int]:
    """Where the element that starts at a place ends; what is never closed has no end."""
    waiting: dict[str, list[int]] = {}
    found = {}
    for place, (_, is_end, name, _) in enumerate(listed):
        if not name or name in VOID:
            continue
        if not is_end:
            waiting.setdefault(name, []).append(place)
        elif waiting.get(name):
            found[waiting[name].pop()] = place
    return found
