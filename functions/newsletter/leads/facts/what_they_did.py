"""What people did with a reader's mails: the articles that they read, the offers that they looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.leads.facts.mailed_articles import articles_by_address, bare_address, welcomed_articles
from newsletter.leads.lead import ReadArticle
from newsletter.leads.visits.evidence import Trace, VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.mailings.mailing import WELCOME

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_ARTICLES = 10
"""Articles that a lead names: the ones read last."""


@dataclass(frozen=True)
class Doings:
    """What people did; a machine's visits are left out. The articles read last come first, each once; `looked` are the
    times at which the page of an offer was opened, once for each mailing.
    """

    read: tuple[ReadArticle, ...]
    looked: tuple[datetime, ...]


def doings_of(subscribers: Sequence[str], app: Container) -> Doings:
    """What people did with the mails of a reader, under all the ids that they have had, that of today first."""
    read: dict[str, ReadArticle] = {}
    looked = []
    for subscriber in subscribers:
        for mailing, trace in app.visits.of_subscriber(subscriber).items():
            links, offers = _by_people(trace, app)
            looked += offers
            for each in _articles(subscribers[0], mailing, links, app):
                if each.url not in read or each.at < read[each.url].at:
                    read[each.url] = each
    newest = sorted(read.values(), key=lambda each: each.at, reverse=True)
    return Doings(tuple(newest), tuple(sorted(looked)))


def _by_people(trace: Trace, app: Container) -> tuple[dict[str, datetime], list[datetime]]:
    """When a person first opened each link, and when they first looked at an offer."""
    links: dict[str, datetime] = {}
    looked: list[datetime] = []
    for visit, kind in judge(trace, app.scanner_rules).verdicts:
        if kind is not VerdictKind.PERSON:
            continue
        if visit.kind is VisitKind.LINK:
            links[visit.link] = min(visit.at, links.get(visit.link, visit.at))
        elif visit.kind is VisitKind.OFFER:
            looked.append(visit.at)
    return links, [min(looked)] if looked else []


def _articles(reader: str, mailing: str, links: dict[str, datetime], app: Container) -> list[ReadArticle]:
    if not links:
        return []
    known = welcomed_articles(reader, app) if mailing == WELCOME else articles_by_address(mailing, app)
    found = []
    for link, at in links.items():
        target = app.link_targets.find(mailing, link)
        article = known.get(bare_address(target)) if target else None
        if article is not None:
            found.append(ReadArticle(article.url, article.title, article.topics, at, mailing))
    return found
