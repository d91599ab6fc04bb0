"""Messages: the same in every language of the publication, and never silently missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.mail.locales import VALUE, Locales, MissingText

LOCALES = Path(__file__).parents[3] / "templates" / "locales"


def test_a_missing_message_value_or_language_is_named() -> None:
    locales = Locales(LOCALES)
    with pytest.raises(MissingText, match=r"no message 'mail\.nothing' in .*fi"):
        locales.text("mail.nothing", "fi", {})
    with pytest.raises(MissingText, match=r"'mail\.greeting\.named' \(sv\) needs the value 'name'"):
        locales.text("mail.greeting.named", "sv", {})
    with pytest.raises(MissingText, match="whole number as 'count'"):
        locales.text("mail.digest.heading", "en", {"title": "x"})
    with pytest.raises(MissingText, match="no messages for 'de'"):
        locales.text("mail.greeting.plain", "de", {})


def test_the_languages_have_the_same_messages_with_the_same_values() -> None:
    locales = Locales(LOCALES)

    def shape(language: str) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        shapes = {}
        for key, message in locales.messages(language).items():
            forms = {"": message} if isinstance(message, str) else message
            shapes[key] = (frozenset(forms), frozenset(VALUE.findall(" ".join(forms.values()))))
        return shapes

    assert shape("sv") == shape("fi")
    assert shape("en") == shape("fi")


def test_two_files_of_a_language_cannot_both_have_a_message(tmp_path: Path) -> None:
    (tmp_path / "fi").mkdir()
    for name in ("a", "b"):
        (tmp_path / "fi" / f"{name}.toml").write_text('[page]\ntitle = "x"\n')
    with pytest.raises(MissingText, match=r"b\.toml: the message 'page\.title' is in another file"):
        Locales(tmp_path).messages("fi")


def test_a_message_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "fi").mkdir()
    for content in ("days = 7", '[days]\none = 1\nother = "x"'):
        (tmp_path / "fi" / "page.toml").write_text(content)
        with pytest.raises(MissingText, match=r"page\.toml: 'days' is neither a text nor"):
            Locales(tmp_path).messages("fi")
