"""Every mail in every language, with the articles of the sample blog, as pictures to look at: `make mail-pictures`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, ViewportSize

from newsletter.articles.article import Article
from newsletter.articles.classification.topics import classify
from newsletter.mail.placeholders import substitute
from newsletter.mail.templates import RenderedMail, Templates
from newsletter.mail.writing.personal_fields import personal_values
from rehearsal.site.blog.article import BlogArticle, load_articles
from tests.browser.stage import chromium
from tests.skips import CHROMIUM

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "infra/rehearsal/site/blog/assets"
PICTURES = ROOT / "build" / "mails"
BLOG = "https://www.sanaharju.example/blogi"
NOW = datetime(2026, 11, 25, 5, tzinfo=UTC)
VIEWS: dict[str, tuple[ViewportSize, bool]] = {
    "desktop": ({"width": 700, "height": 900}, False),
    "phone": ({"width": 360, "height": 740}, False),
    "dark": ({"width": 700, "height": 900}, True),
}
LONG = (
    "Miksi asiantuntijaorganisaation viestintäsuunnitelma jää niin usein laatikkoon, ja mitä kolme erikokoista "
    "suomalaista yritystä teki toisin, kun suunnitelma piti saada elämään arjessa"
)
LETTER = """Kutsumme sinut **aamukahville** torstaina 10. joulukuuta.

## Mistä puhumme

Kolme johtajaa kertoo, mitä he oppivat ensimmäisen vuoden aikana:

- miten aiheet löytyvät omasta työstä
- miksi [säännöllisyys](https://www.sanaharju.example/blogi/puoli-tuntia-viikossa) voittaa loiston
- mitä tehdä, kun kommentti sattuu

> Luulin, ettei minulla ole sanottavaa. Sitten joku kysyi.

1. Ilmoittaudu vastaamalla tähän viestiin.
2. Tule puoli yhdeksältä.

Tervetuloa!\\
Helmi
"""


def mails(templates: Templates, language: str) -> Iterator[tuple[str, RenderedMail]]:
    """The name and the variant of each mail, and of the moods it has."""
    blog = [_article(templates, article) for article in load_articles() if article.age >= timedelta()]
    offer = next(iter(templates.publication.offers), None)
    labels = {topic.key: topic.label[language] for topic in templates.publication.topics}
    reasons = {article.id: labels[article.topics[0]] for article in blog[9:12] if article.topics}
    digest: dict[str, Any] = {"related": blog[9:12], "reasons": reasons, "offer": offer, "note": ""}
    digest |= {"period": "2026-W48", "archived": "digest-2026-W48"}
    long = _changed(blog[3], title=LONG)
    hebrew = _changed(blog[1], title="לכתוב לאדם אחד", author="שרה כהן", language="en", image="")
    yield "digest", templates.mail("digest", language, articles=blog[:5], more=blog[5:9], **digest)
    odd: dict[str, Any] = {"articles": [hebrew, long, *blog[4:5]], "more": [_changed(hebrew, url=f"{BLOG}/he"), long]}
    yield "digest-odd", templates.mail("digest", language, **odd, **digest)
    one: dict[str, Any] = {"articles": blog[2:3], "more": [], "related": [], "offer": None}
    one |= {"reasons": {}, "note": "Hei vain.", "period": "2026-M11"}
    yield "digest-one", templates.mail("digest", language, **one)
    for sequence in templates.publication.sequences.values():
        step = sequence.steps[0]
        letter: dict[str, Any] = {"subject": step.subject[language], "preheader": "", "why": "mail.footer.why_lead"}
        letter |= {"body": templates.step_body(step.body, language), "offer": None}
        yield f"step-{sequence.key}", templates.mail("letter", language, **letter)
    campaign: dict[str, Any] = {
        "subject": "Aamukahvit johtajille: näin alkuun",
        "preheader": "",
        "body": LETTER,
        "offer": offer,
    }
    yield "campaign", templates.mail("letter", language, **campaign)
    yield "confirmation", templates.mail("confirmation", language, reminder=False, moves=False)
    yield "reminder", templates.mail("confirmation", language, reminder=True, moves=False)
    yield "confirmation-moving", templates.mail("confirmation", language, reminder=False, moves=True)
    yield "welcome", templates.mail("welcome", language, articles=blog[:3], offer=offer)
    yield "moved", templates.mail("moved", language)
    yield "already", templates.mail("already", language, moves=False)
    yield "already-moving", templates.mail("already", language, moves=True)


def shown(mail: RenderedMail, templates: Templates, language: str, name: str = "Maija") -> str:
    """The HTML as one reader gets it."""
    hello_html, hello_text = templates.greeting(language, name)
    own = dict.fromkeys(mail.placeholders, "token") | {"hello_html": hello_html, "hello_text": hello_text}
    own |= personal_values(mail.placeholders, {"name": name})
    return substitute(mail.html, own)


def serve_images(route: Route) -> None:
    """The blog's pictures from their folder, so that nothing is asked of the network."""
    asset = ASSETS / route.request.url.rpartition("/")[2]
    if asset.is_file():
        route.fulfill(path=asset)
    else:
        route.abort()


def _article(templates: Templates, article: BlogArticle) -> Article:
    published = article.published(NOW)
    return Article(
        id=article.slug,
        url=f"{BLOG}/{article.slug}",
        title=article.title,
        summary=article.summary,
        topics=classify(article.title, "", article.categories, templates.publication.topics, "fi").topics,
        categories=article.categories,
        language="fi",
        author=article.author,
        image=f"{BLOG}/{article.image}" if article.image else "",
        image_alt=article.image_alt,
        image_width=1200 if article.image else 0,
        image_height=630 if article.image else 0,
        minutes=len(article.markdown.split()) // 150 + 1,
        published=published,
        listed_at=published,
    )


def _changed(article: Article, **changes: Any) -> Article:
    return replace(article, **changes)


def main() -> None:
    """Take the pictures; arguments are patterns of names, e.g. `digest` or `fi-phone`."""
    executable = CHROMIUM.find()
    if executable is None:
        sys.exit(f"Chromium is missing: {CHROMIUM.install}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    templates = Templates(ROOT / "templates", "https://news.sanaharju.example")
    wanted = re.compile("|".join(sys.argv[1:]) or ".")
    with chromium(executable) as browser, browser.new_context() as context:
        context.route("**/*", serve_images)
        page = context.new_page()
        for language in templates.publication.languages:
            for name, mail in mails(templates, language):
                html = shown(mail, templates, language)
                print(f"{name}.{language}: {len(html.encode()) / 1000:.1f} kB, {mail.subject}")  # noqa: T201
                page.set_content(html)
                for view in VIEWS:
                    if wanted.search(f"{name}-{language}-{view}"):
                        _shoot(page, view, PICTURES / f"{name}-{language}-{view}.png")


def _shoot(page: Page, view: str, path: Path) -> None:
    size, dark = VIEWS[view]
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.screenshot(path=path, full_page=True, animations="disabled")


if __name__ == "__main__":
    main()
