"""Texts without what blog software writes around them, and with every word of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.articles.parsing.boilerplate.boilerplate_text import without_boilerplate, without_shortcodes


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Näin se on. The post Otsikko appeared first on Blogi.", "Näin se on."),
        ("Näin se on. Artikkeli Otsikko julkaistiin ensimmäisen kerran Blogi.", "Näin se on."),
        ("Så är det. Inlägget Rubrik dök först upp på Blogg.", "Så är det."),
        ("Näin se […]", "Näin se…"),
        ("Näin se [...] Lue lisää »", "Näin se…"),
        ("Näin se on. Jatka lukemista Otsikko →", "Näin se on."),
        ("So it is, … Continue Reading", "So it is…"),
        ("Så är det… Läs mer", "Så är det…"),
        ("Näin se on", "Näin se on"),
        ("The post office appeared on the map.", "The post office appeared on the map."),
        ("", ""),
    ],
)
def test_what_the_software_writes_under_a_text_is_no_part_of_it(text: str, short: str) -> None:
    assert without_boilerplate([text], "Otsikko") == short


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("Näin se on. Lue lisää Näin johtaja viestii", "Näin se on."),
        ("Näin se on. Lue lisää: “Näin johtaja viestii”", "Näin se on."),
        ("Näin se on… Lue lisää aiheesta Näin johtaja viestii", "Näin se on…"),
        ("Näin se […] Lue lisää Näin johtaja…", "Näin se…"),
        ("Näin se on. Lue lisää täältä.", "Näin se on."),
        ("Näin se on. Lue lisää …", "Näin se on."),
        ("Näin se on. Lue koko artikkeli täältä »", "Näin se on."),
        ("Så är det. Läs mer om Näin johtaja viestii", "Så är det."),
        ("So it is. Read More » Näin johtaja viestii", "So it is."),
        ("So it is. Read the full article", "So it is."),
        ("So it … Continue reading “Näin johtaja viestii” → ", "So it…"),
        ("So it is. (more…)", "So it is."),
        ("Näin johtaja viestii. Näin se on.", "Näin se on."),
        ("Näin johtaja viestii Näin se on.", "Näin se on."),
        ("NÄIN JOHTAJA VIESTII – Näin se on.", "Näin se on."),
        ("Näin johtaja viestii omalla äänellään.", "Näin johtaja viestii omalla äänellään."),
        ("Näin johtaja viestii", ""),
        ("Jaa Facebookissa Jaa LinkedInissä Twiittaa Näin se on.", "Näin se on."),
        ("Share on LinkedIn | Share on X Näin se on.", "Näin se on."),
        ("Näin se on. Jaa Facebookissa | Jaa LinkedInissä", "Näin se on."),
        ("Näin se on. Dela på Facebook Dela på LinkedIn", "Näin se on."),
        ("Share on LinkedIn what you think of it.", "Share on LinkedIn what you think of it."),
        ("Jaa Facebookissa omia kuviasi.", "Jaa Facebookissa omia kuviasi."),
        (
            "Se riittää. Näin johtaja viestii was originally published in Blogi on Medium, where people continue.",
            "Se riittää.",
        ),
        ("The book was originally published in 1999.", "The book was originally published in 1999."),
        ("So it is. Originally published at https://blog.example.com on May 3, 2026.", "So it is."),
        ("Se riittää. Artikkeli Näin johtaja viestii ilmestyi ensin Blogi.", "Se riittää."),
        ("Haluatko lue lisää -linkin? Kyllä.", "Haluatko lue lisää -linkin? Kyllä."),
        ("Read more books this year. They help.", "Read more books this year. They help."),
        ("Less is more.", "Less is more."),
    ],
)
def test_of_one_line_only_the_article_stays(text: str, short: str) -> None:
    assert without_boilerplate([text], "Näin johtaja viestii") == short


@pytest.mark.parametrize(
    "line",
    [
        "Jaa",
        "Jaa Facebookissa",
        "Jaa tämä: Facebook, Twitter, LinkedIn",
        "Share this: Click to share on Facebook (Opens in new window) Facebook Click to share on X",
        "Like this: Like Loading...",
        "Tweet",
        "Tykkää tästä: Tykkää Lataa".replace(" Lataa", " Ladataan..."),
        "Dela inlägget på LinkedIn",
        "Lue lisää",
        "Lue lisää »",
        "Lue lisää Näin johtaja viestii",
        "Lue myös: Kriisiviestinnän viisi sääntöä",
        "Read also: Five rules",
        "[vc_row][vc_column]",
        '[gallery ids="1,2"]',
    ],
)
def test_a_line_of_the_page_is_none_of_the_article(line: str) -> None:
    assert without_boilerplate([line, "Alku.", line, "Loppu.", line], "Näin johtaja viestii") == "Alku. Loppu."


@pytest.mark.parametrize("line", ["Näin johtaja viestii", "NÄIN JOHTAJA VIESTII!", "”Näin johtaja viestii”"])
def test_the_title_is_not_said_again_in_front(line: str) -> None:
    assert without_boilerplate([line, "Alku.", line], "Näin johtaja viestii") == f"Alku. {line}"


@pytest.mark.parametrize(
    "line",
    [
        "LinkedIn",
        "Jaa kokemuksesi muille.",
        "Johtaja jaa vastuuta.",
        "Lue lisää kirjoja, niin opit.",
        "Kuvat kertovat enemmän kuin sanat.",
        "Twitter on muuttunut.",
        "Share prices fell.",
    ],
)
def test_a_line_of_the_article_stays(line: str) -> None:
    assert without_boilerplate(["Alku.", line, "Loppu."], "Otsikko") == f"Alku. {line} Loppu."


@pytest.mark.parametrize(
    "credit", ["Kuva: Maija Meikäläinen", "Photo by Jane Doe on Unsplash", "Foto: M. M.", "Kuvaaja: X"]
)
def test_a_credit_in_front_is_none_of_the_article(credit: str) -> None:
    assert without_boilerplate([credit, "Alku."], "Otsikko") == "Alku."


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('[caption id="a_1" width="300"] Kuva majakasta[/caption] Alku.', "Alku."),
        ("[caption id=”a_1″ align=”left”]Kuva[/caption]Alku.", "Alku."),
        ('[gallery ids="1,2"] Alku.', "Alku."),
        ("[gallery]Alku.", "Alku."),
        ('[vc_row full_width="x"][vc_column_text]Alku.[/vc_column_text][/vc_row]', "Alku."),
        ('[et_pb_section bb_built="1"]Alku.[/et_pb_section]', "Alku."),
        ('Alku. [vc_row width="1" […]', "Alku. […]"),
        ('Alku. [vc_row width="1', "Alku."),
        ("Alku [sic", "Alku [sic"),
        ("[embed]https://v.example/1[/embed] Alku.", "Alku."),
        ('[button link="/x"]Paina[/button] Alku.', "Paina Alku."),
        ('[contact-form-7 id="1" title="x"] Alku.', "Alku."),
        (
            "Alku [sic] ja [video] ja [1] ja […] ja [toim. huom.]",
            "Alku [sic] ja [video] ja [1] ja […] ja [toim. huom.]",
        ),
        ("Alku [auki", "Alku [auki"),
    ],
)
def test_shortcodes_are_no_text(written: str, text: str) -> None:
    assert " ".join(without_shortcodes(written).split()) == text


WORDS = (
    "Jaa Share Facebookissa on LinkedIn Lue lisää … The post a. Otsikko | was Näin se. originally published in Medium"
)
lines = st.lists(st.sampled_from(WORDS.split()), min_size=1).map(" ".join)


@given(st.lists(lines), st.sampled_from(["", "Otsikko", "Jaa Facebookissa"]))
def test_words_of_the_article_keep_their_order_and_none_is_added(blocks: list[str], title: str) -> None:
    rest = iter(" ".join(blocks))
    assert all(letter in rest for letter in without_boilerplate(blocks, title).removesuffix("…"))


@pytest.mark.parametrize(
    "line",
    [
        "Artikkeli on alun perin julkaistu Kauppalehdessä.",
        "Kirjoitus on julkaistu aiemmin Markkinointi & Mainonta -lehdessä.",
        "Tämä juttu ilmestyi ensin Ylessä.",
        "Julkaistu alun perin Hesarissa",
        "Artikeln publicerades ursprungligen i Svenska Dagbladet.",
        "Texten är tidigare publicerad i Hufvudstadsbladet.",
        "This article first appeared in Wired.",
        "This post was previously published on example.com.",
        "Lue kirjoitus",
        "Jaa tämä: Facebook Twitter LinkedIn",
        "Jaa artikkeli",
        "Dela det här: Facebook",
        "Tykkää tästä: Tykkää Lataa...",
        "Lue myös: Toinen juttu",
    ],
)
def test_a_line_of_the_software_goes_with_and_without_a_block_of_its_own(line: str) -> None:
    assert without_boilerplate(["Näin se on.", line], "Otsikko") == "Näin se on."
    assert without_boilerplate([f"Näin se on. {line}"], "Otsikko") == "Näin se on."


@pytest.mark.parametrize(
    "line",
    [
        "Kuva: Pixabay",
        "Photo by Jane Doe on Unsplash",
        "Kuvituskuva.",
        "Kuva Maija M. / Lehtikuva",
        "Teksti ja kuvat: Maija Meikäläinen",
        "Kirjoittaja: Maija Meikäläinen",
        "Lukuaika: 3 min",
        "Lukuaika noin 4 minuuttia",
        "Lästid: 4 minuter",
        "3 min read",
        "Julkaistu 3.4.2026",
        "3.4.2026 klo 9.30",
        "0 kommenttia",
        "Avainsanat: viestintä, johtaminen",
        "Avautuu uuteen välilehteen",
        "Siirry sisältöön",
        "{{< youtube abc >}}",
        "[[toc]]",
    ],
)
def test_a_line_about_the_text_is_none_of_it(line: str) -> None:
    assert without_boilerplate([line, "Näin se on."], "Otsikko") == "Näin se on."
    assert without_boilerplate(["Näin se on.", line], "Otsikko") == "Näin se on."


@pytest.mark.parametrize(
    "text",
    [
        "Artikkeli on julkaistu aiemmin. Nyt palaan aiheeseen.",
        "Kirja ilmestyi ensin Ruotsissa.",
        "Kuva: se kertoo enemmän kuin sata sanaa. Siksi se kannattaa valita hyvin.",
        "Lukuaika on sana, jota vältän.",
        "Mainos, joka muutti kaiken",
        "3 minuuttia riittää.",
        "Muuttuja {{ nimi }} on nimi.",
        "Teksti: näin syntyy hyvä julkaisu. Aloita otsikosta.",
        "Näin se on (avaimet käteen).",
        "So says Meredith (Open Research Lead).",
        "Ovi avautuu uuteen huoneeseen.",
        "Jaa juttu kolmeen osaan.",
    ],
)
def test_a_sentence_that_begins_alike_stays(text: str) -> None:
    assert without_boilerplate([text], "Otsikko") == text
    assert without_boilerplate(["Alku.", text], "Otsikko") == f"Alku. {text}"


def test_what_links_say_to_screen_readers_goes() -> None:
    assert without_boilerplate(["Lue opas (avautuu uuteen välilehteen) ja kerro."], "Otsikko") == "Lue opas ja kerro."
    assert without_boilerplate(["So (opens in a new tab) it is."], "Otsikko") == "So it is."


def test_reading_time_before_the_text_goes() -> None:
    assert without_boilerplate(["Reading Time: 3 minutes Näin se on."], "Otsikko") == "Näin se on."


@pytest.mark.parametrize(
    ("blocks", "text"),
    [
        (["Näin se on.", "LinkedIn", "Facebook"], "Näin se on."),
        (["Näin se on.", "LinkedIn Facebook WhatsApp"], "Näin se on."),
        (["LinkedIn", "Facebook", "X", "Näin se on."], "Näin se on."),
        (["LinkedIn", "Näin se on."], "LinkedIn Näin se on."),
        (["LinkedIn"], "LinkedIn"),
        (["Alku.", "LinkedIn", "Näin se on."], "Alku. LinkedIn Näin se on."),
        (["Näin johtaja viestii", "Näin se on."], "Näin se on."),
    ],
)
def test_buttons_and_the_title_without_the_name_of_the_blog_go(blocks: list[str], text: str) -> None:
    assert without_boilerplate(blocks, "Näin johtaja viestii | Sanaharjun blogi") == text
