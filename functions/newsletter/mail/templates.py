"""Mails and pages from templates/: outside text is escaped, and what differs per reader is left for SES to fill in."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from newsletter.mail.bidi import isolated
from newsletter.mail.locales import Locales, MissingText
from newsletter.mail.markdown import WEB, opening, render_markdown
from newsletter.mail.placeholders import mark, names_in, to_ses_template, without_marks
from newsletter.platform.errors import InvalidInput, InvalidPublication
from newsletter.platform.times import whole_months
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import read_publication_file
from newsletter.readers.choices import TEXTS

if TYPE_CHECKING:
    from jinja2 import Environment

SUBJECT_LIMIT = 200
NAME_LIMIT = 60
NAMES_REMEMBERED = 2_000
"""Greetings kept in memory; most of a country shares fewer first names."""

# What neither mail nor HTML can carry: SES refuses some of these, and no reader would see one.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")

# Pages behind a token of the reader's own: /offer/{token} is offer_url() in a mail, its placeholder `offer`.
OWN_PAGES = ("confirm", "preferences", "unsubscribe", "offer")


@dataclass(frozen=True)
class Link:
    """A target that readers reach through /c/{token}/{key}; the same URL has the same key in every mail."""

    key: str
    url: str


@dataclass(frozen=True)
class RenderedMail:
    """A variant, ready for SES: subject, html and text are SES templates.

    `placeholders` are the names each reader's data must bring; the LITERALS come on top of them.
    """

    subject: str
    html: str
    text: str
    links: tuple[Link, ...]
    placeholders: frozenset[str]


class Templates:
    """The templates below `root` (templates/); links in mails begin with `public_url`.

    With `traced`, the elements of mails say which template they are from; such mail is for looking at, not for sending.
    Raises InvalidInput when public_url is not an http(s) address without query.
    """

    def __init__(self, root: Path, public_url: str, *, traced: bool = False) -> None:
        if not re.fullmatch(r"https?://[A-Za-z0-9.:/_~-]+", public_url):
            raise InvalidInput("public_url", f"{public_url!r} is no http(s) address, e.g. https://news.example.fi")
        self._root = root
        self._public_url = public_url.rstrip("/")
        self._locales = Locales(root / "locales")
        self._greetings = lru_cache(NAMES_REMEMBERED)(self._greeting)
        self._traced = traced

    @cached_property
    def publication(self) -> Publication:
        """The publication of publication.toml, read once. Raises InvalidPublication."""
        publication, faults = read_publication_file(self._root / "publication.toml")
        if publication is None or faults:
            raise faults[0]
        return publication

    @property
    def public_url(self) -> str:
        """Where our own pages are, without a slash at its end."""
        return self._public_url

    def mail(
        self, name: str, language: str, /, *, tracked: bool = True, archived: str = "", **context: Any
    ) -> RenderedMail:
        """The mail of templates/email/<name>.subject.txt, compiled/<name>.html and <name>.txt.

        The .txt says first what context it needs; docs/templates.md tells how the .html is made.

        `tracked` links go through /c, where a click is recorded; the others lead straight to their targets. `archived`
        is the mailing that the archive shows, for `archive_url`; without it that is empty.
        Raises MissingText for an absent message and jinja2.UndefinedError for an absent value.
        """
        links = _Links(self._public_url, tracked=tracked)
        scope = self._scope(language, context)
        subject = self._subject(name, scope)
        scope |= links.scope()
        scope["archive_url"] = f"{self._public_url}/archive/{archived}?lang={language}" if archived else ""
        html = self._render(
            f"email/compiled/{name}.html", scope | {"markdown": links.markdown_html, "opening": opening}
        )
        text = _tidy(self._render(f"email/{name}.txt", scope | {"markdown": links.markdown_text}))
        subject, html, text = (to_ses_template(part) for part in (subject, html, text))
        names = names_in(subject) | names_in(html) | names_in(text)
        return RenderedMail(subject, html, text, links=tuple(links.found.values()), placeholders=names)

    def subject(self, name: str, language: str, /, **context: Any) -> str:
        """The subject that `mail` would give the same mail."""
        return self._subject(name, self._scope(language, context))

    def page(self, name: str, language: str, /, **context: Any) -> str:
        """The HTML of templates/pages/<name>.html."""
        return self._page(f"{name}.html", language, context)

    def feed(self, name: str, language: str, /, **context: Any) -> str:
        """The XML of templates/pages/<name>.xml."""
        return self._page(f"{name}.xml", language, context)

    def script(self, name: str) -> str:
        """The script templates/pages/<name>.js, as it stands."""
        return (self._root / "pages" / f"{name}.js").read_text(encoding="utf-8")

    def console(self, name: str, /, **context: Any) -> str:
        """The HTML of templates/console/<name>.html, in English."""
        scope = self._scope("en", context) | {"markdown": lambda source: self.markdown(source)[0]}
        return self._render(f"console/{name}.html", scope)

    def text(self, key: str, language: str, /, **values: Any) -> str:
        """A message of the locale as plain text. Raises MissingText."""
        return self._locales.text(key, language, values)

    def greeting(self, language: str, name: str) -> tuple[str, str]:
        """A reader's values for the placeholders `hello_html` and `hello_text`; an empty name is greeted too.

        As in the mail itself, a language that the publication does not speak gives way to its default.
        """
        return self._greetings(language, name)

    def _greeting(self, language: str, name: str) -> tuple[str, str]:
        language = self.publication.language(language)
        known = one_line(without_marks(name), NAME_LIMIT)
        text = self.text("mail.greeting.named" if known else "mail.greeting.plain", language, name=isolated(known))
        return str(escape(text)).replace("{", "&#123;").replace("}", "&#125;"), text

    def markdown(self, source: str) -> tuple[Markup, str]:
        """Safe HTML and readable plain text of Markdown from outside."""
        html, text = render_markdown(_outside(source))
        return Markup(html), text  # noqa: S704 (render_markdown gives clean HTML)

    def step_body(self, body: str, language: str) -> str:
        """Markdown of a sequence step. Raises InvalidPublication when its file is missing."""
        path = self._root / f"{body}.{language}.md"
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InvalidPublication("sequences.steps.body", f"there is no file {path}") from None

    def _period_name(self, period: str, language: str) -> str:
        """`2026-W48` is week 48, `2026-M11` November 2026, as the language says it at the beginning of a line."""
        year, part = period.split("-")
        if part.startswith("W"):
            return self.text("mail.digest.week", language, week=int(part[1:]))
        from babel.dates import format_skeleton  # here, for the cold start

        name = format_skeleton("yMMMM", date(int(year), int(part[1:]), 1), locale=language)
        return name[:1].upper() + name[1:]

    def _subject(self, name: str, scope: Mapping[str, Any]) -> str:
        return one_line(self._render(f"email/{name}.subject.txt", scope), SUBJECT_LIMIT)

    def _page(self, file: str, language: str, context: Mapping[str, Any]) -> str:
        scope = self._scope(language, context) | {"markdown": lambda source: self.markdown(source)[0], "texts": TEXTS}
        return self._render(f"pages/{file}", scope)

    def _long_date(self, moment: date, language: str) -> str:
        """The day in the publication's time zone; `mail.date` is a pattern of CLDR, or `long` for the usual one."""
        from babel.dates import format_date  # here, for the cold start

        day = moment.astimezone(self.publication.time_zone) if isinstance(moment, datetime) else moment
        return format_date(day, self.text("mail.date", language), locale=language)

    def _lasting(self, days: int, language: str) -> str:
        """How long something lasts, as a person says it: in months where it is a whole number of them."""
        months = whole_months(days)
        if months:
            return self.text("pages.privacy.months", language, count=months)
        return self.text("pages.privacy.days", language, count=days)

    @cached_property
    def _jinja(self) -> Environment:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape  # here, for the cold start

        jinja = Environment(
            loader=FileSystemLoader(self._root),
            autoescape=select_autoescape(["html", "xml"], default=False),
            undefined=StrictUndefined,
            finalize=_cleaned,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=["newsletter.mail.source_map.Traced"] if self._traced else [],
        )
        jinja.filters |= {"isolated": isolated, "cut": _cut}
        return jinja

    def _render(self, path: str, scope: Mapping[str, Any]) -> str:
        return self._jinja.get_template(path).render(scope)

    def _scope(self, language: str, context: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **context,
            "publication": self.publication,
            "look": self.publication.theme,
            "public_url": self._public_url,
            "language": language,
            "t": lambda key, /, **values: self._locales.text(key, language, values),
            "date": partial(self._long_date, language=language),
            "lasting": partial(self._lasting, language=language),
            "period_name": partial(self._period_name, language=language),
        }


class _Links:
    """What the templates of one mail can call for addresses of a reader's own, and the links met on the way."""

    def __init__(self, public_url: str, *, tracked: bool) -> None:
        self._public_url = public_url
        self._tracked = tracked
        self.found: dict[str, Link] = {}

    def scope(self) -> dict[str, Callable[..., str]]:
        own_pages = {f"{page}_url": partial(self._own_page, page) for page in OWN_PAGES}
        return {
            **own_pages,
            "placeholder": lambda name: _Marked(mark(name)),
            "link": self._link,
        }

    def markdown_html(self, source: str) -> _Marked:
        return _Marked(render_markdown(_outside(source), self._link)[0])

    def markdown_text(self, source: str) -> _Marked:
        """For a .txt template only: this text is not escaped."""
        return _Marked(render_markdown(_outside(source), self._link)[1])

    def _own_page(self, page: str) -> _Marked:
        return _Marked(f"{self._public_url}/{page}/{mark(page)}")

    def _link(self, url: str) -> str:
        """The address for an http(s) URL; empty for any other, which the template then shows without a link."""
        if not WEB.fullmatch(url):
            return ""
        if not self._tracked:
            return url
        link = self.found.setdefault(url, Link(link_key(url), url))
        return _Marked(f"{self._public_url}/c/{mark('click')}/{link.key}")


class _Marked(Markup):
    """Text of our own making that may hold placeholders. Never join it with outside text: pass both to the template."""


def link_key(url: str) -> str:
    """10 base32 characters (50 bits) of the URL's SHA-256."""
    return base64.b32encode(hashlib.sha256(url.encode()).digest())[:10].decode().lower()


def one_line(text: str, limit: int) -> str:
    """The text on one line without control characters, cut at a word with an ellipsis to at most `limit` characters."""
    line = " ".join(_CONTROL.sub("", text).split())
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    whole_words = cut if line[limit - 1] == " " else cut.rpartition(" ")[0]
    return f"{(whole_words or cut).rstrip(' ,;:–-')}…"


def _cut(text: str, limit: int) -> str:
    return one_line(without_marks(text), limit)


def _cleaned(value: object) -> str:
    """Jinja's finalize: every value a template prints comes through here before it is escaped."""
    if isinstance(value, _Marked):
        return value
    if value is None:
        raise MissingText("a template prints a value that is None; test for it before")
    return Markup(_outside(value)) if isinstance(value, Markup) else _outside(str(value))  # noqa: S704 (was Markup)


def _outside(text: str) -> str:
    return _CONTROL.sub("", without_marks(text))


def _tidy(text: str) -> str:
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
