"""What somebody wrote themselves: without the mail they answer, the signature and the footers of programs."""

from __future__ import annotations

import pytest

from newsletter.replies.judging.own_words import cut_at_word, own_part
from newsletter.replies.judging.rules import the_rules

HEADINGS = {
    "Gmail fi": "pe 27. marrask. 2026 klo 9.15 Uutiset (uutiset@example.fi) kirjoitti:\n\n> Kirje",
    "Gmail fi, folded": "pe 27. marrask. 2026 klo 9.15 Esimerkin nimi <u@example.fi>\nkirjoitti:\n\n> Kirje",
    "Gmail fi, long form": "perjantai 27. marraskuuta 2026 Uutiset <uutiset@example.fi> kirjoitti:\n\n> Kirje",
    "Gmail en": "On Fri, Nov 27, 2026 at 9:15 AM News <news@example.fi> wrote:\n\n> Letter",
    "Gmail en, folded": "On Fri, Nov 27, 2026 at 9:15 AM News of Example <news@example.fi>\nwrote:\n\n> Letter",
    "Gmail sv": "Den fre 27 nov. 2026 kl 09:15 skrev Brev <brev@example.se>:\n\n> Brev",
    "Apple fi": "> Uutiset <uutiset@example.fi> kirjoitti 27.11.2026 kello 9.15:\n>\n> Kirje",
    "Apple fi, bare": "Uutiset <uutiset@example.fi> kirjoitti 27.11.2026 kello 9.15:\n\n> Kirje",
    "Apple sv": "> 27 nov. 2026 kl. 09:15 skrev Brev <brev@example.se>:\n>\n> Brev",
    "Apple en": "> On 27 Nov 2026, at 9.15, News <news@example.fi> wrote:\n>\n> Letter",
    "Thunderbird fi": "Uutiset kirjoitti 27.11.2026 klo 9.15:\n> Kirje",
    "Thunderbird sv": "Den 2026-11-27 kl. 09:15, skrev Brev:\n> Brev",
    "Thunderbird en": "On 27/11/2026 9.15, News wrote:\n> Letter",
    "Yahoo fi": "perjantaina 27. marraskuuta 2026 klo 9.15.00 UTC+2, Uutiset <u@example.fi> kirjoitti:\n\nKirje",
    "Outlook fi": "Lähettäjä: Uutiset\nLähetetty: perjantai 27. marraskuuta\nVastaanottaja: M\nAihe: Kirje\n\nKirje",
    "Outlook mobile fi": f"{'_' * 32}\nLähettäjä: Uutiset <u@example.fi>\nLähetetty: Fri\nAihe: K\n\nKirje",
    "Outlook sv": "Från: Brev <b@example.se>\nSkickat: den 27 november 2026 09:15\nTill: M\nÄmne: Brev\n\nBrev",
    "Outlook en": "From: News <n@example.fi>\nSent: Friday, November 27, 2026 9:15 AM\nTo: M\nSubject: L\n\nLetter",
    "Outlook, bold": "*From:* News <n@example.fi>\n*Date:* Friday\n*To:* M\n*Subject:* L\n\nLetter",
    "Outlook of old fi": "-----Alkuperäinen viesti-----\nLähettäjä: Uutiset\n\nKirje",
    "Outlook of old sv": "-----Ursprungligt meddelande-----\n\nBrev",
    "Outlook of old en": "-----Original Message-----\n\nLetter",
    "Outlook de": "Von: News\nGesendet: Freitag\nAn: M\nBetreff: L\n\nBrief",
    "Gmail de": "Am Fr., 27. Nov. 2026 um 09:15 Uhr schrieb News <n@example.fi>:\n\n> Brief",
    "Gmail et": "Kuupäev R, 27. november 2026 kell 09:15 kirjutas News <n@example.fi>:\n\n> Kiri",
    "a language we do not know": "27.11.2026, 9:15 zaawrite News <n@example.fi>:\n> Letter",
}
ENDINGS = [
    "Ystävällisin terveisin\nMatti Aalto\nExample Oy\n010 000 000",
    "Terveisin, Matti",
    "t. Matti",
    "Med vänlig hälsning,\nAnna",
    "Mvh Anna",
    "Best regards,\nAnn",
    "BR, Ann",
    "--\nMatti Aalto",
    "Lähetetty iPhonesta",
    "Lähetetty iPadistä",
    "Lähetetty Android-puhelimesta",
    "Lähetetty Outlookista iOS:lle",
    "Sent from my iPhone",
    "Sent from Outlook for Android",
    "Skickat från min iPhone",
    "Skickat från Outlook för iOS",
    "Hanki Outlook for iOS",
    "Hanki Outlook iOS:lle<https://aka.ms/o0ukef>",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Hämta Outlook för iOS",
    "Tämä viesti on luottamuksellinen ja tarkoitettu vain vastaanottajalle.",
    "This e-mail and any attachments are confidential.",
]


def own(text: str) -> str:
    return own_part(text, the_rules())


@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS.keys())
def test_the_mail_that_is_answered_is_left_out(heading: str) -> None:
    assert own(f"Kiitos 2026!\nToinen rivi.\n\n{heading}\nunsubscribe") in (
        "Kiitos 2026!\nToinen rivi.",
        "Kiitos 2026!\nToinen rivi.\n\nunsubscribe",  # an unquoted line after quoted ones
    )


@pytest.mark.parametrize("heading", HEADINGS.values(), ids=HEADINGS.keys())
def test_a_line_above_the_heading_is_not_taken_for_it(heading: str) -> None:
    assert own(f"Soitin 27.11.2026 klo 9.15\n{heading}") == "Soitin 27.11.2026 klo 9.15"


@pytest.mark.parametrize("ending", ENDINGS)
def test_signatures_and_footers_are_left_out(ending: str) -> None:
    assert own(f"Kiitos, soitellaan.\n\n{ending}") == "Kiitos, soitellaan."
    assert own(f"Kiitos, soitellaan.\n\n{ending}\n\n{HEADINGS['Gmail fi']}") == "Kiitos, soitellaan."


@pytest.mark.parametrize(
    "text",
    [
        "Kiitos kirjeestä, tästä oli apua.\nThanks, could you call me?\nBest, if you call before noon.",
        "Toiveita:\n- tarjous\n- aikataulu",
        "Matti kirjoitti blogissa näin: hyvä johtaja kuuntelee.",
        "Lähetetty tarjous on hyvä.\nAihe: kiinnostaa.",
        "From: Helsinki, with love",
        "Terveisin voisi sanoa myös toisin ja paljon pidemmin kuin tässä",
    ],
)
def test_words_that_only_look_like_an_end_stay(text: str) -> None:
    assert own(text) == text


def test_answers_between_quoted_lines_are_own_words() -> None:
    assert (
        own("Uutiset kirjoitti 27.11.2026 klo 9.15:\n> Väite\n\nEi pidä.\n\n> Toinen\n\nPitää.") == "Ei pidä.\n\nPitää."
    )


def test_a_mail_that_only_quotes_has_no_words() -> None:
    assert own(HEADINGS["Outlook fi"]) == ""
    assert own(HEADINGS["Apple fi"]) == ""


def test_what_is_longer_than_a_signature_stays() -> None:
    text = "Hei\n\nTerveisin Matti\n" + "\n".join(f"Kohta {number}" for number in range(15))
    assert own(text) == text
    assert own(text.replace("\nKohta 14", "")) == "Hei"


def test_a_signature_at_the_top_is_no_end() -> None:
    assert own("--\nHei, kiitos!") == "Hei, kiitos!"


def test_words_are_cut_between_words() -> None:
    assert cut_at_word("lyhyt", 10) == "lyhyt"
    assert cut_at_word("kaksi sanaa tässä", 12) == "kaksi sanaa…"
    assert cut_at_word("kaksi sanoja tässä", 12) == "kaksi…"
    assert cut_at_word("x" * 50, 10) == "x" * 9 + "…"
    assert len(cut_at_word("sana " * 200, 500)) <= 500
