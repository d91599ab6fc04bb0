"""One form of every text: composed, without traces of what nobody sees, and never cut through a sign."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.platform.text import composed, cut, folded, is_one_line, one_line
from tests.support.strategies import ANY

FAMILY = "👨‍👩‍👧‍👦"
CODER = "👩🏽‍💻"
HEART = "❤️‍🔥"
PIRATE = "🏴‍☠️"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
FINLAND = "🇫🇮"
SIGNS = (FAMILY, CODER, HEART, PIRATE, SCOTLAND, FINLAND, "1️⃣", "☺️", "a̐́", "क्षि", "각", "👍🏿")
AWAY = "\u00ad\u200b\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2061\u180e\U000e0001"

wild = st.text(
    st.sampled_from(
        "aä\u0308\u0301 e\n\t\u200d\u200c\u200e\ufe0f👩💻❤🏴\U000e0067\U000e007f🇫🇮🏽\u0647\u06cc\u05d0क्षि\x92" + AWAY
    )
    | ANY
)


@pytest.mark.parametrize("away", AWAY)
def test_a_format_character_within_a_word_leaves_the_word_whole(away: str) -> None:
    assert one_line(f"Kriisi{away}viestintä") == "Kriisiviestintä"
    assert folded(f"Kriisi{away}Viestintä") == "kriisiviestintä"


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_of_several_characters_stays_whole(sign: str) -> None:
    assert one_line(f"Näin {sign} on") == f"Näin {sign} on"


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("a\u0308iti", "äiti"),
        ("vies\u00adtinta\u00ad\u0308", "viestintä"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("क्\u200dष", "क्\u200dष"),
        ("Auf\u200clage ja sana\u200d", "Auflage ja sana"),
        ("👩\u200d ja \u200d👩", "👩 ja 👩"),
        ("\u202eevil\u202c", "evil"),
        ("abc\u200e def", "abc def"),
        ("Kriisi\u061cviestintä", "Kriisiviestintä"),
        ("Kri\ufe0eisi\ufe0fviestintä", "Kriisiviestintä"),
        ("Kriisi\u034fviestintä", "Kriisiviestintä"),
        ("❤\ufe0f ja 1\ufe0f\u20e3", "❤\ufe0f ja 1\ufe0f\u20e3"),
        ("שלום\u200e abc", "שלום\u200e abc"),
        ("1\u00a0000\u202f€ \x00 \u2028 loppu\u3164", "1 000 € loppu"),
        ("Don\x92t \x93wait\x94\x85", "Don’t “wait”…"),
        ("\uf0b7 kohta", "kohta"),
        ("uusi \U0001fae9 merkki", "uusi \U0001fae9 merkki"),
        ("🏴\U000e0067 puoli", "🏴 puoli"),
    ],
)
def test_text_is_composed_on_one_line_and_without_what_nobody_sees(written: str, line: str) -> None:
    assert one_line(written) == line


def test_lines_and_blanks_of_a_longer_text_stay() -> None:
    assert composed("Eka\u00adrivi\n\n  - toka\u00a0rivi a\u0308") == "Ekarivi\n\n  - toka\u00a0rivi ä"


def test_texts_are_the_same_however_they_are_encoded_and_written() -> None:
    assert folded("STRASSE  Ä") == folded("Straße\ta\u0308")
    assert folded("Å") == folded("A\u030a") == folded("\u212b")


@pytest.mark.parametrize(
    ("text", "fine"), [("a 👩‍💻 ä", True), ("a\nb", False), ("a\u2028b", False), ("a\x00", False), ("\ue000", False)]
)
def test_one_line_has_no_breaks_and_no_controls(text: str, fine: object) -> None:
    assert is_one_line(text) == fine


@pytest.mark.parametrize("sign", SIGNS)
def test_a_cut_leaves_no_part_of_a_sign(sign: str) -> None:
    text = f"ab{sign}{sign}c"
    whole = {"a", "ab", f"ab{sign}", f"ab{sign}{sign}", text}
    assert {cut(text, most) for most in range(1, len(text) + 1)} == whole


@settings(max_examples=400)
@given(wild)
@example("a\u00ad\u0308")
@example("👩\u200d\u200b💻")
@example("\u0647\u200d\u200d\u00ad\u200e")
def test_one_line_is_the_law_and_twice_is_once(text: str) -> None:
    line = one_line(text)
    assert one_line(line) == line
    assert composed(line) == line
    assert unicodedata.is_normalized("NFC", line)
    assert is_one_line(line)
    assert not set(AWAY[:-1]) & set(line)
    assert folded(folded(text)) == folded(text)


@settings(max_examples=200)
@given(wild, st.integers(min_value=1, max_value=90))
def test_a_cut_is_a_beginning_and_never_too_long(text: str, most: int) -> None:
    short = cut(text, most)
    assert text.startswith(short)
    assert len(short) <= most
