"""Which topics the links of a mailing are about: those of the articles that they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mail.mail_links import link_key
from newsletter.mail.markdown import places_in
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.reports.groups.count_groups import Topics

if TYPE_CHECKING:
    from newsletter.container import Container


def topics_of_links(mailing: Mailing, app: Container) -> Topics:
    """Topics by the key of the link. A campaign's links are those to articles in its text, however it writes them."""
    if mailing.asks_to_confirm:
        return {}
    if mailing.kind is Kind.DIGEST:
        articles = app.articles.some((*mailing.articles, *mailing.related))
        return {link_key(article.url): article.topics for article in articles.values()}
    written = {place.target for place in places_in(mailing.body)} | {card.url for card in mailing.cards}
    if mailing.body and not any(written):
        return {}
    utm = app.publication.utm
    known = {utm.taken_from(article.url): article for article in app.articles.all()}
    urls = {article.url for article in known.values()} | {url for url in written if utm.taken_from(url) in known}
    return {link_key(url): known[utm.taken_from(url)].topics for url in urls}
