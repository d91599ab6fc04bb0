"""The articles that a text shows as cards: looked up by address once, and frozen with the mailing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from newsletter.mail.markdown import places_in
from newsletter.mail.preflight_rules import Rule
from newsletter.mail.writing.blocks import Card
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.preflight import Fault
from newsletter.platform.words.said import say
from newsletter.publication.utm import Utm

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_SUMMARY = 400
"""Characters of an article's excerpt that are kept for its card."""


def with_cards(mailing: Mailing, app: Container) -> tuple[Mailing, list[Fault]]:
    """The mailing with the cards that its text asks for, and a fault for each article that we do not know.

    Articles that marketing skips in digests can be shown: whoever names one means it. Withdrawn ones cannot.
    """
    asked = {place.target: place.line for place in places_in(mailing.body) if place.kind == "article"}
    if not asked:
        return mailing, []
    utm = app.publication.utm
    known = {_plain(article.url, utm): article for article in app.articles.all() if not article.withdrawn}
    cards, faults = [], []
    for url, line in asked.items():
        article = known.get(_plain(url, utm))
        if article is None:
            message = say(
                "“{url}” is no article that we read from a feed; take its address from the list of articles", url=url
            )
            faults.append(Fault(Rule.LINK, True, message, mailing.language, "body", line))  # noqa: FBT003
            continue
        image = article.image if article.image.startswith(("https://", "http://")) else ""
        cards.append(
            Card(
                url,
                article.title,
                article.summary[:MAX_SUMMARY],
                article.language,
                image,
                article.image_alt,
                article.image_width,
                article.image_height,
            )
        )
    return replace(mailing, cards=tuple(cards)), faults


def _plain(url: str, utm: Utm) -> str:
    """The address without what makes no other page of it: parameters of campaigns, a fragment, a slash at its end."""
    return utm.taken_from(url).partition("#")[0].rstrip("/")
