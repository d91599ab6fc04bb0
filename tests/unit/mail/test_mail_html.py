"""The HTML of mails in the programs that readers have: Outlook, Gmail, with images off, from right to left."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from newsletter.mail.bidi import END, ISOLATE
from newsletter.mail.placeholders import substitute
from newsletter.mail.templates import RenderedMail, Templates
from tests.support.mailings.mails import (
    BARE,
    FIRST,
    LANGUAGES,
    MAILS,
    PUBLIC_URL,
    READER,
    SECOND,
    SPARRING,
    article,
    digest,
    letter,
    moved,
    seen,
    templates,
    welcome,
)
from tests.support.mailings.templates import TEMPLATES

MOODS: dict[str, Callable[[], RenderedMail]] = {
    **MAILS,
    "digest of one": lambda: digest(articles=[BARE], more=[], related=[], offer=None),
    "digest with lists": lambda: digest(more=[article(n) for n in range(30)], related=[]),
    "digest without web addresses": lambda: digest(articles=[article(1, url="")], more=[article(2, url="")]),
    "letter without offer": lambda: letter(offer=None),
    "welcome without anything": lambda: welcome(articles=[], offer=None),
}
every_mood = pytest.mark.parametrize("mood", MOODS)
VOID = {"br", "hr", "img", "meta", "o:allowpng"}
HEBREW = article(3, title="לכתוב לאדם אחד", author="שרה כהן", language="en")


class Nesting(HTMLParser):
    """Fails where a tag is closed that is not the innermost open one."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        assert tag in VOID

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1] == tag, (tag, self.open)
        self.open.pop()


class Blocks(HTMLParser):
    """What a reader sees, block by block."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts = [""]
        self.feed(html[html.index("&zwnj;") : html.index("</body>")])
        self.close()

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag in {"p", "h1", "h2", "li", "td", "div", "br", "a"}:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        self.texts[-1] += data

    def said(self) -> set[str]:
        """Sentences and the parts of bylines, without what only keeps the preheader apart."""
        lines = (plain(text) for text in self.texts[1:])
        return {part for line in lines for part in line.split(" · ") if part}


def plain(text: str) -> str:
    """The text on one line, without isolates, bullets and numbers of lists."""
    return " ".join(re.sub(rf"[{ISOLATE}{END}*]|^ *(?:-|\d+\.) ", "", text, flags=re.MULTILINE).split())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_the_text_part_says_what_the_html_says(name: str, language: str) -> None:
    mail = MAILS[name](language)
    html, text = substitute(mail.html, READER), plain(substitute(mail.text, READER))
    said = Blocks(html).said()
    assert len(said) > 3
    assert [line for line in said if line not in text] == []
    whole = plain(" ".join(Blocks(html).texts))
    for paragraph in substitute(mail.text, READER).split("\n\n"):
        for line in paragraph.splitlines():
            # What introduces an address in plain text is the link itself in HTML, and there a title is one.
            if "http" not in line and not line.endswith(":") and line != "-----":
                assert all(plain(part) in whole for part in re.split(" · |: ", line)), line


@every_mood
def test_every_table_closes_for_outlook_and_for_others(mood: str) -> None:
    html = MOODS[mood]().html
    for_outlook = re.sub(r"<!--\[if !mso\]><!-->.*?<!--<!\[endif\]-->", "", html, flags=re.DOTALL)
    for_outlook = re.sub(r"<!--\[if [^!][^]]*\]>(.*?)<!\[endif\]-->", r"\1", for_outlook, flags=re.DOTALL)
    for_others = re.sub(r"<!--\[if [^!][^]]*\]>.*?<!\[endif\]-->", "", html, flags=re.DOTALL)
    assert "width:600px" in for_outlook
    for page in (for_outlook, for_others):
        assert Nesting(page).open == []


@every_mood
def test_braces_stand_only_around_placeholders(mood: str) -> None:
    mail = MOODS[mood]()
    for part in (mail.subject, mail.html, mail.text):
        rest = re.sub(r"\{\{[a-z][a-z0-9_]*\}\}", "", part)
        assert "{{" not in rest
        assert "}}" not in rest


@every_mood
def test_nothing_is_fetched_but_pictures(mood: str) -> None:
    page = seen(MOODS[mood]())
    assert {tag for tag, _ in page.tags}.isdisjoint({"link", "script", "iframe", "form", "svg", "video"})
    assert "@import" not in MOODS[mood]().html
    assert "url(" not in MOODS[mood]().html


@every_mood
def test_outlook_is_told_fonts_that_it_has(mood: str) -> None:
    html = MOODS[mood]().html
    (told,) = re.findall(r"<!--\[if mso\]><style>(.*?)</style>", html)
    assert told.startswith("td, div, p, li { font-family: 'Segoe UI', Roboto,")
    assert "!important" in told


@every_mood
def test_what_is_coloured_for_the_light_is_coloured_for_the_dark(mood: str) -> None:
    """A text with a colour of its own has a class or is a button's, and a rule in both kinds of dark mode."""
    html = MOODS[mood]().html
    dark = html[html.index("@media (prefers-color-scheme: dark)") : html.index("</head>")]
    for tag, given_attributes in seen(MOODS[mood]()).tags:
        colours = re.findall(r"(?:^|;)(?:color|border-top):", given_attributes.get("style", ""))
        if not colours or tag == "div":
            continue
        name = given_attributes["class"].split()[0] if "class" in given_attributes else "cta a"
        assert f"\n.{name} {{" in dark, (tag, given_attributes)
        assert f"\n[data-ogsc] .{name} {{" in dark, (tag, given_attributes)
    for ground in ("desk", "paper", "band"):
        assert f"\n.{ground}, .{ground} > table {{" in dark
        assert f"\n[data-ogsb] .{ground}, " in dark


def test_an_ordinary_digest_is_far_from_where_gmail_clips() -> None:
    articles = [article(n, summary="Näin kirjoitat niin, että joku jaksaa lukea. " * 4) for n in range(6)]
    mail = digest(articles=articles, more=[article(n) for n in range(10)])
    assert len(mail.html.encode()) < 31_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_from_right_to_left_stays_in_its_place(language: str) -> None:
    mail = digest(language, articles=[FIRST, HEBREW], more=[HEBREW])
    page = seen(mail)
    assert f"<bdi>{HEBREW.author}</bdi>" in mail.html
    assert {"class": "ink", "lang": "en", "dir": "auto"}.items() <= page.of("h2")[1].items()
    assert f"{ISOLATE}{HEBREW.author}{END}" in mail.text
    assert f"{ISOLATE}{HEBREW.title}{END}" in mail.html[: mail.html.index("&zwnj;")]
    assert digest(language, articles=[HEBREW]).subject.startswith(f"{ISOLATE}{HEBREW.title}{END} – ")
    for greeting in templates.greeting(language, HEBREW.author):
        assert f"{ISOLATE}{HEBREW.author}{END}" in greeting
        assert ISOLATE not in "".join(templates.greeting(language, "Maija"))


def test_a_picture_is_shown_no_larger_than_it_is_and_no_taller_than_a_screen() -> None:
    def shown(width: int, height: int) -> tuple[str, str]:
        mail = digest(articles=[article(1, image="https://a.example/k.png", image_width=width, image_height=height)])
        picture = seen(mail).of("img")[0]
        assert f"max-width:{picture['width']}px" in picture["style"]
        return picture["width"], picture["height"]

    assert shown(1200, 630) == ("520", "273")
    assert shown(300, 200) == ("300", "200")
    assert shown(800, 1600) == ("200", "400")
    assert shown(0, 0) == ("520", "auto")


def test_a_picture_with_a_text_is_a_link_and_one_without_is_decoration() -> None:
    links = seen(digest()).links
    (target,) = {href for href, called in links if called == FIRST.title}
    assert (target, FIRST.image_alt) in links
    plain = digest(articles=[article(1, image="https://a.example/k.png")], more=[], related=[])
    assert seen(plain).of("img")[0]["alt"] == ""
    assert all(called for _, called in seen(plain).links)


@pytest.mark.parametrize("name", ["digest", "letter"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mailing_of_the_archive_leads_to_the_page_that_passes_it_on(name: str, language: str) -> None:
    mail = MAILS[name](language, archived="digest-2026-W48")
    address = f"{PUBLIC_URL}/archive/digest-2026-W48/share?lang={language}"
    assert (address, templates.text("mail.footer.share", language)) in seen(mail).links
    assert f"\n{address}\n" in mail.text
    assert "/archive/" not in MAILS[name](language).html


def changed(folder: Path, **replaced: tuple[str, str]) -> Templates:
    """The templates with a text replaced in publication.toml (`publication`) and in Finnish messages (`mail`)."""
    root = Path(shutil.copytree(TEMPLATES, folder / "templates"))
    files = {"publication": root / "publication.toml", "mail": root / "locales/fi/mail.toml"}
    for file, (old, new) in replaced.items():
        text = files[file].read_text("utf-8")
        assert old in text
        files[file].write_text(text.replace(old, new), encoding="utf-8")
    return Templates(root, PUBLIC_URL)


def test_a_publication_gives_its_mails_colours_fonts_and_a_logo(tmp_path: Path) -> None:
    source = (TEMPLATES / "publication.toml").read_text("utf-8")
    look = source[source.index("[look]") : source.index("[digest]")]
    own = (
        '[look]\nheadings = "Verdana"\ntext = "\'Own Sans\', Arial"\n'
        'logo = { url = "https://a.example/l.png", alt = "Lehti & kumpp.", width = 120, height = 30 }\n'
        '[look.light]\nlink = "#003366"\n[look.dark]\nink = "#FEDCBA"\n\n'
    )
    mail = changed(tmp_path, publication=(look, own)).mail("moved", "fi")
    for word in ("'Own Sans', Arial", "Verdana", "color: #FEDCBA !important"):
        assert word in mail.html
    picture = seen(mail).of("img")[0]
    expected = {"src": "https://a.example/l.png", "alt": "Lehti & kumpp.", "width": "120", "height": "30"}
    assert expected.items() <= picture.items()
    assert "#1F4D3F" not in mail.html
    assert "#1F4D3F" in moved().html


def test_mails_in_a_language_from_right_to_left_are_mirrored(tmp_path: Path) -> None:
    mirrored = changed(tmp_path, mail=('direction = "ltr"', 'direction = "rtl"'))
    for name, context in (
        ("moved", {}),
        (
            "digest",
            {
                "articles": [FIRST, SECOND],
                "more": [],
                "related": [],
                "offer": SPARRING,
                "period": "2026-W48",
                "note": "",
            },
        ),
    ):
        html = substitute(mirrored.mail(name, "fi", **context).html, READER)  # type: ignore[arg-type]
        assert '<html lang="fi" dir="rtl"' in html
        assert "text-align:right" in html
        assert "direction:ltr" not in html
        assert 'align="left"' not in html
