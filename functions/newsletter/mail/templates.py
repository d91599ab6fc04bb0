"""Renders mails, pages and feeds from templates/ with Jinja. What differs per reader is left for SES to fill in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from newsletter.mail.bidi import isolated
from newsletter.mail.console_words import ConsoleTexts
from newsletter.mail.locales import Locales
from newsletter.mail.mail_links import Link, MailLinks, personal_line
from newsletter.mail.markdown import opening, render_markdown
from newsletter.mail.placeholders import has_marks, names_in, to_ses_template, without_marks
from newsletter.mail.text_cleaning import clean, clean_value, cut_outside_text, one_line, tidy_lines
from newsletter.mail.writing.blocks import Card, OwnBlock
from newsletter.mail.writing.personal_fields import without_fields
from newsletter.platform.errors import InvalidInput, InvalidPublication
from newsletter.platform.times import whole_months
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import read_publication_file
from newsletter.readers.choices import TEXTS

if TYPE_CHECKING:
    from jinja2 import Environment

SUBJECT_LIMIT = 200
"""Characters; a longer subject is cut."""
NAME_LIMIT = 60
"""Characters of a reader's name in a greeting."""
GREETINGS_KEPT = 2_000
"""Greetings kept in memory: most people in a country share fewer first names than that."""


@dataclass(frozen=True)
class RenderedMail:
    """A variant, ready for SES: subject, html and text are SES templates.

    `placeholders` are the names that the data of each reader must have, besides the LITERALS.
    """

    subject: str
    html: str
    text: str
    links: tuple[Link, ...]
    placeholders: frozenset[str]


class Templates:
    """The templates below `root` (templates/); links in mails begin with `public_url`.

    With `with_sources`, every element of a mail has an attribute with the file and line of its template, for what
    preflight finds. Such a mail is not for sending.
    Raises InvalidInput when public_url is not an http(s) address without query.
    """

    def __init__(self, root: Path, public_url: str, *, with_sources: bool = False) -> None:
        if not re.fullmatch(r"https?://[A-Za-z0-9.:/_~-]+", public_url):
            raise InvalidInput("public_url", f"{public_url!r} is no http(s) address, e.g. https://news.example.fi")
        self._root = root
        self._public_url = public_url.rstrip("/")
        self._locales = Locales(root / "locales")
        self.console_texts = ConsoleTexts(root / "locales")
        self._greetings = lru_cache(GREETINGS_KEPT)(self._greeting)
        self._with_sources = with_sources

    @cached_property
    def publication(self) -> Publication:
        """The publication of publication.toml, read once. Raises InvalidPublication."""
        publication, faults = read_publication_file(self._root / "publication.toml")
        if publication is None or faults:
            raise faults[0]
        return publication

    @property
    def public_url(self) -> str:
        """The address that our own pages begin with, without a slash at its end."""
        return self._public_url

    def mail(
        self,
        name: str,
        language: str,
        /,
        *,
        tracked: bool = True,
        archived: str = "",
        series: str = "",
        campaign: str = "",
        **context: Any,
    ) -> RenderedMail:
        """The mail of templates/email/<name>.subject.txt, compiled/<name>.html and <name>.txt.

        The .txt begins with the context that it needs; docs/templates.md says how the .html is made.

        `tracked` is as in MailLinks. `archived` is the id of a mailing in the archive, for `share_url`; without it
        that is empty. `series` is the key of a step's sequence, for `series_url`, which is empty in other mails.
        `campaign` is what the parameters of links call the mail; without it, `name`.
        Raises MissingText for an absent message and jinja2.UndefinedError for an absent value.
        """
        links = MailLinks(self._public_url, tracked=tracked, utm=self.publication.utm, campaign=campaign or name)
        scope = self._scope(language, context)
        scope["personal"] = partial(personal_line, html=False)
        subject = self._subject(name, scope)
        scope |= links.scope()
        scope["share_url"] = f"{self._public_url}/archive/{archived}/share?lang={language}" if archived else ""
        scope["series_url"] = links.series_url(series) if series else ""
        in_html = scope | {"opening": opening, "personal": partial(personal_line, html=True)}
        show = partial(self._own_block, in_html=in_html, in_text=scope)
        in_html["markdown"] = partial(links.markdown_html, block=show)
        html = self._render(f"email/compiled/{name}.html", in_html)
        text = tidy_lines(
            self._render(f"email/{name}.txt", scope | {"markdown": partial(links.markdown_text, block=show)})
        )
        subject, html, text = (to_ses_template(part) for part in (subject, html, text))
        names = names_in(subject) | names_in(html) | names_in(text)
        return RenderedMail(subject, html, text, links=tuple(links.found.values()), placeholders=names)

    def _own_block(self, block: OwnBlock, *, html: bool, in_html: Mapping[str, Any], in_text: Mapping[str, Any]) -> str:
        """A block of ours in the text of a letter, as email/blocks.html or email/blocks.txt shows it."""
        scope = in_html if html else in_text
        card = scope.get("cards", {}).get(block.address)
        shown = self._render(
            f"email/blocks.{'html' if html else 'txt'}",
            {**scope, "block": block, "card": card, "offer": scope.get("offer_in_text")},
        )
        return shown.strip()

    def subject(self, name: str, language: str, /, **context: Any) -> str:
        """The subject that `mail` would give the same mail."""
        scope = self._scope(language, context) | {"personal": without_fields}
        return self._subject(name, scope)

    def page(self, name: str, language: str, /, **context: Any) -> str:
        """The HTML of templates/pages/<name>.html."""
        return self._page(f"{name}.html", language, context)

    def feed(self, name: str, language: str, /, **context: Any) -> str:
        """The XML of templates/pages/<name>.xml."""
        return self._page(f"{name}.xml", language, context)

    def script(self, name: str) -> str:
        """The script templates/pages/<name>.js, as it stands."""
        return (self._root / "pages" / f"{name}.js").read_text(encoding="utf-8")

    def console(self, name: str, language: str, /, **context: Any) -> str:
        """The HTML of templates/console/<name>.html, in a language of the console."""
        scope = self._scope(language, context) | {"markdown": lambda source: self.markdown(source)[0]}
        scope |= self.console_texts.words(language).scope()
        return self._console_jinja.get_template(f"console/{name}.html").render(scope)

    def crm(self, name: str, values: Mapping[str, Any]) -> str:
        """What templates/crm/<name>.json.j2 gives for these values, which are all that it knows."""
        return self._render(f"crm/{name}.json.j2", values)

    def text(self, key: str, language: str, /, **values: Any) -> str:
        """A message of the locale as plain text. Raises MissingText."""
        return self._locales.text(key, language, values)

    def greeting(self, language: str, name: str) -> tuple[str, str]:
        """A reader's values for the placeholders `hello_html` and `hello_text`, for an empty name too.

        As in the mail itself, the default stands in for a language that is not one of the publication's.
        """
        return self._greetings(language, name)

    def _greeting(self, language: str, name: str) -> tuple[str, str]:
        language = self.publication.language(language)
        known = one_line(without_marks(name), NAME_LIMIT)
        text = self.text("mail.greeting.named" if known else "mail.greeting.plain", language, name=isolated(known))
        return str(escape(text)).replace("{", "&#123;").replace("}", "&#125;"), text

    def markdown(self, source: str, link: Callable[[str], str] = str, cards: Iterable[Card] = ()) -> tuple[Markup, str]:
        """Safe HTML and readable plain text of Markdown from outside; `link` gives the target for that of a link.

        `cards` are the articles that it shows.
        """
        html, text = render_markdown(clean(source), link, cards={card.url: card for card in cards})
        return Markup(html), text  # noqa: S704 (render_markdown gives clean HTML)

    def step_body(self, body: str, language: str) -> str:
        """Markdown of a sequence step. Raises InvalidPublication when its file is missing."""
        path = self._root / f"{body}.{language}.md"
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise InvalidPublication("sequences.steps.body", f"there is no file {path}") from None

    def _period_name(self, period: str, language: str) -> str:
        """The name of a digest's period with a capital letter: `2026-W48` is week 48, `2026-M11` November 2026."""
        year, part = period.split("-")
        if part.startswith("W"):
            return self.text("mail.digest.week", language, week=int(part[1:]))
        from babel.dates import format_skeleton  # here, for the cold start

        name = format_skeleton("yMMMM", date(int(year), int(part[1:]), 1), locale=language)
        return name[:1].upper() + name[1:]

    def _subject(self, name: str, scope: Mapping[str, Any]) -> str:
        subject = self._render(f"email/{name}.subject.txt", scope)
        # With personal fields it was cut already: a field must stay whole.
        return " ".join(subject.split()) if has_marks(subject) else one_line(subject, SUBJECT_LIMIT)

    def _page(self, file: str, language: str, context: Mapping[str, Any]) -> str:
        scope = self._scope(language, context) | {"texts": TEXTS}
        scope["markdown"] = lambda source, link=str, cards=(): self.markdown(source, link, cards)[0]
        return self._render(f"pages/{file}", scope)

    def _long_date(self, moment: date, language: str) -> str:
        """The day in the publication's time zone; `mail.date` is a pattern of CLDR, or `long` for the usual one."""
        from babel.dates import format_date  # here, for the cold start

        day = moment.astimezone(self.publication.time_zone) if isinstance(moment, datetime) else moment
        return format_date(day, self.text("mail.date", language), locale=language)

    def _articles_are(self, languages: Iterable[str], reader: str, count: int | None = None) -> str:
        """The sentence that says which languages articles are in, for a reader of the language `reader`.

        Empty if all are in that one, or if none of them is one of the publication's. `count` is how many articles it is
        about; without it, it is about articles in general.
        """
        given = frozenset(languages)
        known = [language for language in self.publication.languages if language in given]
        if known in ([], [reader]):
            return ""
        *first, last = (self.text(f"mail.article.in.{language}", reader) for language in known)
        named = f" {self.text('mail.article.and', reader)} ".join(filter(None, (", ".join(first), last)))
        if count is None:
            return self.text("mail.article.all", reader, languages=named)
        return self.text("mail.article.are", reader, languages=named, count=count)

    def _duration(self, days: int, language: str) -> str:
        """A number of days in words; as months where they are a whole number of months."""
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
            finalize=clean_value,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
            extensions=["newsletter.mail.source_map.SourceMap"] if self._with_sources else [],
        )
        jinja.filters |= {"isolated": isolated, "cut": cut_outside_text}
        return jinja

    @cached_property
    def _console_jinja(self) -> Environment:
        from newsletter.mail.console_jinja import console_environment  # here, for the cold start

        return console_environment(self._jinja)

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
            "lasting": partial(self._duration, language=language),
            "period_name": partial(self._period_name, language=language),
            "articles_are": self._articles_are,
        }
