"""The contrast of mails: text that does not stand out is found in light and in dark, and our own mails have none."""

from __future__ import annotations

import pytest

from cli.checks.contrast import low_contrasts
from newsletter.mail.placeholders import substitute
from tests.support.mailings.mails import LANGUAGES, MAILS, READER

HTML = """<!doctype html><html lang="fi"><head><title>Kirje</title><style>
.ink { color: #222222; }
@media (max-width: 600px) { .ink { color: #eeeeee; } }
@media (prefers-color-scheme: dark) { .ink { color: #eeeeee !important; }
.paper > table { background: #111111 !important; } }
</style></head><body>
<div style="display:none; color: #fefefe">Esikatselu</div>
<div class="paper"><table bgcolor="#ffffff"><tr><td class="ink">
<h1>Otsikko</h1><p>Hei! <a href="https://a.example/x" style="color:#005544" class="ink">Lue lisää</a></p>
</td></tr></table></div></body></html>"""


def found(was: str = "", becomes: str = "") -> list[str]:
    assert was in HTML
    return [str(low) for low in low_contrasts(HTML.replace(was, becomes))]


def test_text_that_stands_out_passes_and_hidden_text_is_not_judged() -> None:
    assert found() == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MAILS)
def test_every_mail_of_the_publication_can_be_read(name: str, language: str) -> None:
    mail = MAILS[name](language)
    assert [str(low) for low in low_contrasts(substitute(mail.html, READER))] == []


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("color: #222222", "color: #999", "“Otsikko” is #999999 on #ffffff in light: a contrast of 2.8:1"),
        ("color: #eeeeee !", "color: #444 !", "is #444444 on #111111 in the dark"),
        (".paper > table", ".desk > table", "is #eeeeee on #ffffff in the dark"),
        ('bgcolor="#ffffff"', 'style="background: rgb(40, 40, 40)"', "#222222 on #282828 in light"),
    ],
)
def test_text_that_does_not_stand_out_is_found_and_named(was: str, becomes: str, said: str) -> None:
    assert any(said in message for message in found(was, becomes)), found(was, becomes)


def test_a_long_text_is_quoted_with_its_beginning() -> None:
    (first, *_) = found("Otsikko</h1>", f"{'Pitkä otsikko. ' * 20}</h1><p style='color: #fff'>{'x' * 81}</p>")
    assert first.startswith(f"“{'x' * 79}…” is #ffffff on #ffffff in light")
