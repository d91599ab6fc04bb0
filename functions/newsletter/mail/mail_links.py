"""The links of one mail: what its templates call for them, and which targets were linked on the way."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from newsletter.mail.markdown import WEB, ShowBlock, render_markdown
from newsletter.mail.placeholders import mark
from newsletter.mail.text_cleaning import OwnMarkup, clean, clean_value
from newsletter.mail.writing.personal_fields import Field, placeholder, with_fields
from newsletter.publication.utm import NO_UTM, Utm

OWN_PAGES = ("confirm", "preferences", "unsubscribe", "offer", "letter")
"""Pages behind a token of the reader: /offer/{token} is offer_url() in a template, with the placeholder `offer`."""

CANARY = "canary"
"""The key of the link that nobody sees: whoever opens it reads the source of the mail, as scanners do."""
LINE_LIMIT = 200
"""Characters of a line with personal fields; a longer one is cut."""
# As wide as it is or as the screen is. Outlook goes by the attribute; a percentage alone does not narrow a table.
_SIZED_PICTURE = re.compile(r'<img ([^>]*)width="(\d+)"')
_FITTING_PICTURE = r'<img \1style="width:100%;max-width:\2px;height:auto" width="\2"'
_UNSEEN = re.compile(rf'<a [^>]*href="[^"]*/c/[^"/]+/{CANARY}"[^>]*></a>\s*')


@dataclass(frozen=True)
class Link:
    """A target that readers reach through /c/{token}/{key}; the same URL has the same key in every mail, whatever
    parameters are added to it.
    """

    key: str
    url: str


class MailLinks:
    """Collects the links while the parts of one mail are rendered.

    With `tracked`, a link goes through /c, where its click is recorded; otherwise straight to its target. Targets have
    the parameters of `utm`, which are the same for every reader, with `campaign` for the mailing.
    """

    def __init__(self, public_url: str, *, tracked: bool, utm: Utm = NO_UTM, campaign: str = "") -> None:
        self._public_url = public_url
        self._tracked = tracked
        self._utm = utm
        self._campaign = campaign
        self.found: dict[str, Link] = {}

    def scope(self) -> dict[str, Callable[..., str]]:
        """The functions that the templates of the mail can call."""
        own_pages = {f"{page}_url": partial(self._own_page, page) for page in OWN_PAGES}
        return {
            **own_pages,
            "less_url": lambda: OwnMarkup(f"{self._own_page('preferences')}/less"),
            "placeholder": lambda name: OwnMarkup(mark(name)),
            "link": self._link,
            "canary_url": self._canary,
        }

    def series_url(self, sequence: str) -> str:
        """The page on which the reader can stop the sequence and keep the newsletter."""
        return OwnMarkup(f"{self._own_page('preferences')}/series/{sequence}")

    def markdown_html(self, source: str, block: ShowBlock | None = None) -> OwnMarkup:
        """Markdown as HTML with the links of this mail; `block` shows the blocks of ours."""
        html = render_markdown(clean(source), self._link, _field, block)[0]
        return OwnMarkup(_SIZED_PICTURE.sub(_FITTING_PICTURE, html))

    def markdown_text(self, source: str, block: ShowBlock | None = None) -> OwnMarkup:
        """Markdown as plain text with the links of this mail, not escaped: for .txt templates alone."""
        return OwnMarkup(render_markdown(clean(source), self._link, _field, block)[1])

    def _own_page(self, page: str) -> OwnMarkup:
        return OwnMarkup(f"{self._public_url}/{page}/{mark(page)}")

    def _canary(self) -> str:
        """The address that nobody sees; empty in a mail without a tracked link so far."""
        return OwnMarkup(f"{self._public_url}/c/{mark('click')}/{CANARY}") if self._tracked and self.found else ""

    def _link(self, url: str) -> str:
        """The address for an http(s) URL; empty for any other, which the template then shows without a link."""
        if not WEB.fullmatch(url):
            return ""
        target = self._utm.added_to(url, self._campaign)
        if not self._tracked:
            return target
        link = self.found.setdefault(url, Link(link_key(url), target))
        return OwnMarkup(f"{self._public_url}/c/{mark('click')}/{link.key}")


def personal_line(text: str, limit: int = LINE_LIMIT, *, html: bool) -> OwnMarkup:
    """A subject or preheader with its personal fields left for SES to fill in: `personal` in templates."""
    return OwnMarkup(with_fields(clean_value(text), limit, html=html))


def _field(field: Field, *, html: bool) -> str:
    return placeholder(field, html=html)


def without_canary(html: str) -> str:
    """The HTML of a mail for pages, where nobody scans links before a reader sees them."""
    return _UNSEEN.sub("", html)


def link_key(url: str) -> str:
    """10 base32 characters (50 bits) of the URL's SHA-256."""
    return base64.b32encode(hashlib.sha256(url.encode()).digest())[:10].decode().lower()
