"""Sample mails, and what a mail program makes of one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from newsletter.articles.article import Article
from newsletter.mail.placeholders import substitute
from newsletter.mail.templates import RenderedMail, Templates
from tests.support.mailings.templates import TEMPLATES

PUBLIC_URL = "https://news.example.fi"
LANGUAGES = ("fi", "sv", "en")
READER = {
    "hello_html": "Hei Maija,",
    "hello_text": "Hei Maija,",
    **{name: f"{name}-token" for name in ("click", "offer", "unsubscribe", "preferences", "confirm", "letter")},
}

templates = Templates(TEMPLATES, PUBLIC_URL)
SPARRING = templates.publication.offers[0]


def article(number: int, **changes: Any) -> Article:
    moment = datetime(2026, 11, 10 + number % 12, 22, 30, tzinfo=UTC)  # already the next day in Helsinki
    fields: dict[str, Any] = {
        "id": f"article{number}",
        "url": f"https://www.sanaharju.example/blogi/{number}?a=1&b=2",
        "title": f"Kirjoitus numero {number}",
        "summary": f"Mistä kirjoitus {number} kertoo.",
        "topics": ("linkedin",),
        "categories": ("LinkedIn",),
        "language": "fi",
        "author": "Helmi Raivola",
        "image": "",
        "published": moment,
        "listed_at": moment,
    }
    return Article(**{**fields, **changes})


FIRST = article(
    11,
    title="Kirjoita ensimmäinen julkaisusi yhdelle ihmiselle",
    summary="Tyhjä ruutu pelottaa vähemmän, kun tietää, kenelle kirjoittaa.",
    topics=("nakyvyys", "linkedin"),
    image="https://www.sanaharju.example/kuvat/puhekuplat.png",
    image_alt="Suuri puhekupla kääntyy kohti pientä.",
    image_width=1200,
    image_height=630,
    minutes=4,
)
SECOND = article(9, title="Kun kommentti sattuu", summary="Näin vastaat, kun palaute on kovaa.", topics=("kriisit",))
BARE = article(8, title="Nimeä kymmenen lukijaa", summary="", author="", topics=(), published=None)


def digest(language: str = "fi", **changes: Any) -> RenderedMail:
    week: dict[str, Any] = {
        "articles": [FIRST, SECOND, BARE],
        "more": [article(7), article(6)],
        "related": [article(1, title="Puoli tuntia viikossa")],
        "reasons": {"article1": "LinkedIn"},
        "offer": SPARRING,
        "period": "2026-W48",
        "note": "",
    }
    return templates.mail("digest", language, **{**week, **changes})


def letter(language: str = "fi", **changes: Any) -> RenderedMail:
    step = templates.publication.sequences["sparraus"].steps[1]
    text: dict[str, Any] = {
        "subject": step.subject[language],
        "preheader": "",
        "body": templates.step_body(step.body, language),
        "offer": SPARRING,
    }
    return templates.mail("letter", language, **{**text, **changes})


def confirmation(language: str = "fi", *, reminder: bool = False, moves: bool = False) -> RenderedMail:
    return templates.mail("confirmation", language, reminder=reminder, moves=moves)


def reminder(language: str = "fi") -> RenderedMail:
    return confirmation(language, reminder=True)


def confirmation_moving(language: str = "fi") -> RenderedMail:
    return confirmation(language, moves=True)


def reminder_moving(language: str = "fi") -> RenderedMail:
    return confirmation(language, reminder=True, moves=True)


def welcome(language: str = "fi", **changes: Any) -> RenderedMail:
    start: dict[str, Any] = {"articles": [FIRST, SECOND], "offer": SPARRING}
    return templates.mail("welcome", language, **{**start, **changes})


def already(language: str = "fi", **changes: Any) -> RenderedMail:
    return templates.mail("already", language, **{"moves": False, **changes})


def already_moving(language: str = "fi") -> RenderedMail:
    return already(language, moves=True)


def moved(language: str = "fi") -> RenderedMail:
    return templates.mail("moved", language)


def step(language: str = "fi", **changes: Any) -> RenderedMail:
    first = templates.publication.sequences["sparraus"].steps[0]
    text: dict[str, Any] = {
        "subject": first.subject[language],
        "body": templates.step_body(first.body, language),
        "offer": None,
        "series": "sparraus",
        "why": "mail.footer.why_lead",
    }
    return templates.mail("letter", language, **{**text, **changes})


MAILS: dict[str, Callable[..., RenderedMail]] = {
    "digest": digest,
    "letter": letter,
    "step": step,
    "confirmation": confirmation,
    "reminder": reminder,
    "confirmation-moving": confirmation_moving,
    "reminder-moving": reminder_moving,
    "welcome": welcome,
    "moved": moved,
    "already": already,
    "already-moving": already_moving,
}


class Parsed(HTMLParser):
    """What a mail program makes of the HTML: tags in order, links with their names, those nobody sees, headings."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.links: list[tuple[str, str]] = []
        self.unseen: list[str] = []
        self.headings: list[tuple[int, str]] = []
        self.title = ""
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag == "img":
            self.handle_data(f" {given['alt']} ")
        if tag in {"a", "h1", "h2", "h3", "title"}:
            self._open.append((tag, given, []))

    def handle_data(self, data: str) -> None:
        for _, _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _, given, texts = self._open.pop()
        text = " ".join("".join(texts).split())
        if tag == "a" and given.get("tabindex") == "-1":
            self.unseen.append(given["href"])
        elif tag == "a":
            self.links.append((given["href"], given.get("aria-label", text)))
        elif tag == "title":
            self.title = text
        else:
            self.headings.append((int(tag[1]), text))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [given for name, given in self.tags if name == tag]


def seen(mail: RenderedMail) -> Parsed:
    return Parsed(substitute(mail.html, READER))
