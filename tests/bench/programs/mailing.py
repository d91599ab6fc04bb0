"""The mail that is sent: a digest of a busy week, 30 kB of HTML, rendered and stored by the product itself."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient

STARTED = datetime(2026, 11, 24, 6, 0, tzinfo=UTC)
FRESH, OLDER = 31, 3
"""Articles of the week and of before: as many as a digest shows in full, as links, and as related ones."""
MAILING = Mailing(
    "digest-2026-W48",
    Kind.DIGEST,
    STARTED,
    articles=tuple(f"article{n}" for n in range(FRESH)),
    related=tuple(f"article{n}" for n in range(FRESH, FRESH + OLDER)),
    offer="sparraus",
)
TITLE = "Näin johtaja löytää oman äänensä ja pitää sen silloinkin, kun kiire painaa eikä kommentteja heti kuulu, osa"
SUMMARY = (
    "Moni johtaja tietää, että pitäisi näkyä, mutta ei tiedä mistä aloittaa. Kokosimme kolme pientä askelta, joilla "
    "ensimmäinen julkaisu syntyy tällä viikolla, ja kerromme, mitä kannattaa tehdä, kun kommentteja ei tulekaan heti."
)


def article(number: int, topics: tuple[str, ...], listed_at: datetime) -> Article:
    """An article with a title, summary and picture of usual length."""
    return Article(
        id=f"article{number}",
        url=f"https://www.sanaharju.example/blogi/nain-johtaja-loytaa-oman-aanensa-osa-{number}",
        title=f"{TITLE} {number}",
        summary=SUMMARY,
        topics=topics,
        categories=topics,
        language="fi",
        author="Helmi Raivola",
        image=f"https://www.sanaharju.example/kuvat/{number}.jpg",
        published=listed_at,
        listed_at=listed_at,
    )


def prepare() -> str:
    """Put the mailing and its one variant where the sender finds them; the variant's key."""
    for number in range(FRESH + OLDER):
        app.articles.put(article(number, ("linkedin",), STARTED - timedelta(hours=number + 1)))
    app.mailings.create(MAILING)
    key = app.variants.digest(MAILING, Recipient(Choices(language="fi")), MAILING.articles)
    assert key
    return key


if __name__ == "__main__":
    variant = prepare()
    mail = app.mailings.variant(MAILING.id, variant)
    assert mail
    print(json.dumps({"variant": variant, "html_bytes": len(mail.html.encode())}))
