"""The publication file: read whole, and every fault named by its place and by what would be right."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.privacy import Privacy
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import check_publication, parse_publication
from tests.support.mailings.templates import TEMPLATES
from tests.support.strategies import anything

SAMPLE = TEMPLATES / "publication.toml"

SMALL = """
name = "Lehti"
site_url = "https://lehti.example/"
time_zone = "Europe/Helsinki"
languages = ["fi", "en"]

[sender]
name = "Lehti"
address = "posti@lehti.example"
reply_to = "hei@lehti.example"
postal_address = "Katu 1, Helsinki"
list_id = "lehti.example"

[consent]
version = "1"
text = { fi = "Haluan.", en = "I want." }

[[feeds]]
url = "https://lehti.example/feed.xml"
language = "fi"

[[topics]]
key = "some"
label = { fi = "Some", en = "Social" }
description = { fi = "Somesta.", en = "On social media." }
categories = ["Some"]
keywords = ["some"]

[digest]
max_articles = 6
related = 3

[[offers]]
key = "apu"
sequence = "polku"
title = { fi = "Apua?", en = "Help?" }
text = { fi = "Autamme.", en = "We help." }
button = { fi = "Katso", en = "Look" }
landing = { fi = "Näin.", en = "Like this." }
accept = { fi = "Kyllä", en = "Yes" }

[[sequences]]
key = "polku"
[[sequences.steps]]
after_days = 2
body = "email/sequences/polku-1"
subject = { fi = "Ensin", en = "First" }
"""

FAULTS = [
    ('name = "Lehti"\nsite_url', "site_url", "name", "missing"),
    ('name = "Lehti"\nsite_url', "name = 7\nsite_url", "name", "a line of text"),
    ('name = "Lehti"\nsite_url', 'name = " "\nsite_url', "name", "1 to 200"),
    ('name = "Lehti"\nsite_url', 'name = "a\\nb"\nsite_url', "name", "one line"),
    ('site_url = "https://lehti.example/"', 'site_url = "lehti.example"', "site_url", "http"),
    ("Europe/Helsinki", "Europe/Helsingfors", "time_zone", "Europe/Helsinki"),
    ("Europe/Helsinki", "../etc/passwd", "time_zone", "IANA"),
    ('languages = ["fi", "en"]', "", "languages", "at least one language"),
    ('languages = ["fi", "en"]', 'languages = "fi"', "languages", "a list"),
    ('languages = ["fi", "en"]', 'languages = ["fi", ""]', "languages", "none of them empty"),
    ('languages = ["fi", "en"]', 'languages = ["fi", "en", "fi"]', "languages", "twice"),
    ('languages = ["fi", "en"]', 'languages = ["sv"]', "sequences[1].steps[1].subject.sv", "every language"),
    ('text = { fi = "Haluan.", en = "I want." }', 'text = { fi = "Haluan.", en = "" }', "consent.text.en", "missing"),
    ('text = { fi = "Haluan."', 'text = { de = "Ja.", fi = "Haluan."', "consent.text.de", "not one of"),
    ('text = { fi = "Haluan.", en = "I want." }', 'text = "Haluan."', "consent.text", "one text per language"),
    ("posti@lehti.example", "Posti <posti@lehti.example>", "sender.address", "not an ASCII mail address"),
    ("hei@lehti.example", "hei@lehti", "sender.reply_to", "not an ASCII mail address"),
    ("hei@lehti.example", "hei@lähti.example", "sender.reply_to", "not an ASCII mail address"),
    ("hei@lehti.example", "hei,moi@lehti.example", "sender.reply_to", "not an ASCII mail address"),
    ("hei@lehti.example", "<hei@lehti.example", "sender.reply_to", "not an ASCII mail address"),
    ("hei@lehti.example", "hei@lehti..example", "sender.reply_to", "not an ASCII mail address"),
    ("hei@lehti.example", f"{'h' * 65}@lehti.example", "sender.reply_to", "not an ASCII mail address"),
    ('list_id = "lehti.example"', 'list_id = "lehti"', "sender.list_id", "RFC 2919"),
    ('list_id = "lehti.example"', "", "sender.list_id", "missing"),
    ("[consent]", "[konsent]", "consent", "a table [consent]"),
    ('[sender]\nname = "Lehti"', "[sender]", "sender.name", "missing"),
    ('language = "fi"', 'language = "sv"', "feeds[1].language", "none of fi, en"),
    ('url = "https://lehti.example/feed.xml"', 'url = "feed.xml"', "feeds[1].url", "http"),
    ('[[feeds]]\nurl = "https://lehti.example/feed.xml"\nlanguage = "fi"', "", "feeds", "at least one feed"),
    ('key = "some"', 'key = "Some"', "topics[1].key", "lower-case"),
    ('key = "some"', 'key = "so me"', "topics[1].key", "lower-case"),
    ('key = "some"', f'key = "{"s" * 41}"', "topics[1].key", "lower-case"),
    ('categories = ["Some"]', "categories = [1]", "topics[1].categories", "a list of texts"),
    ('keywords = ["some"]', 'keyword = ["some"]', "topics[1].keyword", "misspelt"),
    ('keywords = ["some"]', 'keywords = ["C++"]', "topics[1].keywords", "'C++' is never found"),
    ('keywords = ["some"]', 'keywords = ["kieli C#"]', "topics[1].keywords", "'kieli C#': 'C#' is never found"),
    ('keywords = ["some"]', 'keywords = [".NET"]', "topics[1].keywords", "'.NET' is never found"),
    ('keywords = ["some"]', 'keywords = ["some-"]', "topics[1].keywords", "'some-' is never found"),
    ('keywords = ["some"]', 'keywords = ["jo*"]', "topics[1].keywords", "at least 3 letters"),
    ('keywords = ["some"]', 'keywords = ["A/B*"]', "topics[1].keywords", "at least 3 letters"),
    ("max_articles = 6", "max_articles = 0", "digest.max_articles", "from 1 to 30"),
    ("max_articles = 6", "max_articles = 6.5", "digest.max_articles", "a whole number"),
    ("max_articles = 6", "max_articles = true", "digest.max_articles", "a whole number"),
    ("related = 3", "related = 11", "digest.related", "from 0 to 10"),
    ('sequence = "polku"', 'sequence = "tie"', "offers[1].sequence", "no sequence 'tie'"),
    ('button = { fi = "Katso", en = "Look" }', 'button = { fi = "Katso" }', "offers[1].button.en", "missing"),
    ('title = { fi = "Apua?"', 'title = { fi = "Apua\\n?"', "offers[1].title.fi", "one line"),
    ('{ fi = "Ensin"', '{ fi = "Ensin\\r\\nBcc: x"', "sequences[1].steps[1].subject.fi", "one line"),
    ("after_days = 2", "after_days = -1", "sequences[1].steps[1].after_days", "from 0 to 365"),
    ("after_days = 2", "", "sequences[1].steps[1].after_days", "missing"),
    ('body = "email/sequences/polku-1"', "", "sequences[1].steps[1].body", "missing"),
    ('subject = { fi = "Ensin", en = "First" }', "", "sequences[1].steps[1].subject", "missing"),
    ("[digest]", "[weather]\nrain = true\n[digest]", "weather", "misspelt"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "path", "hint"), FAULTS)
def test_a_fault_is_named_by_its_path_and_by_what_would_be_right(right: str, wrong: str, path: str, hint: str) -> None:
    assert SMALL.count(right) == 1
    with pytest.raises(InvalidPublication) as fault:
        parse_publication(tomllib.loads(SMALL.replace(right, wrong)))
    assert fault.value.field == path
    assert hint in fault.value.message
    assert str(fault.value).startswith(f"{path}: ")


def faults_of(text: str) -> list[str]:
    return [fault.field for fault in check_publication(tomllib.loads(text))[1]]


def test_a_language_more_names_every_text_that_is_missing_at_once() -> None:
    more = SMALL.replace('languages = ["fi", "en"]', 'languages = ["fi", "en", "de"]')
    texts = [f"{line.partition(' =')[0]}.de" for line in SMALL.splitlines() if " = { fi" in line]
    assert sorted(path.rpartition("].")[2].removeprefix("consent.") for path in faults_of(more)) == sorted(texts)
    publication, faults = check_publication(tomllib.loads(more))
    assert publication is not None
    assert publication.languages == ("fi", "en", "de"), "what else the language lacks can be looked for"
    assert {fault.message for fault in faults} == {"missing; every language needs its text"}


def test_a_language_less_names_every_text_that_is_too_many_and_what_to_do() -> None:
    less = SMALL.replace('languages = ["fi", "en"]', 'languages = ["fi"]')
    _, faults = check_publication(tomllib.loads(less))
    assert len(faults) == SMALL.count('en = "')
    right = "not one of the publication's languages; remove this text, or add 'en' to `languages`"
    assert {fault.message for fault in faults} == {right}


def test_faults_of_several_kinds_are_told_together_and_one_that_ends_the_reading_last() -> None:
    wrong = SMALL.replace("max_articles = 6", "max_articles = 0").replace('language = "fi"', 'language = "sv"')
    wrong = wrong.replace("after_days = 2", "after_days = 2\nafter = 3")
    assert faults_of(wrong) == ["sequences[1].steps[1].after", "feeds[1].language", "digest.max_articles"]
    assert faults_of(wrong.replace("related = 3", "")) == [
        *("sequences[1].steps[1].after", "feeds[1].language", "digest.max_articles", "digest.related")
    ]
    assert faults_of(wrong.replace('key = "apu"', 'key = "A"'))[-1] == "offers[1].key"


@pytest.mark.parametrize("table", ["topics", "offers", "sequences", "feeds"])
def test_a_key_that_is_used_twice_is_named(table: str) -> None:
    data = tomllib.loads(SMALL)
    data[table].append(data[table][0])
    with pytest.raises(InvalidPublication, match=rf"^{table}: '.+' is there twice"):
        parse_publication(data)


def test_there_are_not_more_topics_than_a_reader_can_choose_from() -> None:
    data = tomllib.loads(SMALL)
    data["topics"] = [{**data["topics"][0], "key": f"t{number}"} for number in range(51)]
    with pytest.raises(InvalidPublication, match="topics: at most 50"):
        parse_publication(data)


def test_a_sequence_needs_a_step() -> None:
    data = tomllib.loads(SMALL)
    data["sequences"][0]["steps"] = []
    with pytest.raises(InvalidPublication, match=r"^sequences\[1\]\.steps: "):
        parse_publication(data)


def test_what_a_publication_may_leave_out_it_may_leave_out() -> None:
    data = tomllib.loads(SMALL)
    for table in ("topics", "offers", "sequences"):
        del data[table]
    publication = parse_publication(data)
    assert (publication.topics, publication.offers, publication.sequences) == ((), (), {})


def test_the_small_publication_is_read_as_written() -> None:
    publication = parse_publication(tomllib.loads(SMALL))
    assert publication.name == "Lehti"
    assert publication.time_zone.key == "Europe/Helsinki"
    assert [feed.url for feed in publication.feeds] == ["https://lehti.example/feed.xml"]
    assert publication.sequences["polku"].steps[0].after == timedelta(days=2)
    topic, offer = publication.topic("some"), publication.offer("apu")
    assert topic is not None
    assert topic.label["en"] == "Social"
    assert offer is not None
    assert offer.sequence == "polku"
    assert publication.topic("muu") is None
    assert publication.offer("muu") is None


@given(anything(5))
def test_a_language_it_does_not_speak_becomes_the_default(wanted: str) -> None:
    publication = parse_publication(tomllib.loads(SMALL))
    assert publication.language(wanted) == (wanted if wanted in ("fi", "en") else "fi")


def with_privacy(table: str) -> Publication:
    return parse_publication(tomllib.loads(f"{SMALL}\n[privacy]\n{table}\n"))


def test_without_a_word_on_privacy_the_sender_is_responsible() -> None:
    publication = parse_publication(tomllib.loads(SMALL))
    sender, privacy = publication.sender, publication.privacy
    assert privacy == Privacy(sender.name, sender.reply_to)
    assert with_privacy("").privacy == privacy
    own = 'controller = "Lehti Oy"\ncontact = "https://lehti.example/tietosuoja"'
    assert with_privacy(own).privacy == Privacy("Lehti Oy", "https://lehti.example/tietosuoja")


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ('url = "tietosuoja"', "privacy.url"),
        ('contact = "Maija"', "privacy.contact"),
        ('contact = "javascript:alert(1)"', "privacy.contact"),
        ('authority.fi = "toimisto"', "privacy.authority.en"),
        ('authority_url = "https://tietosuoja.fi"', "privacy.authority"),
        ('controler = "Oy"', "privacy.controler"),
    ],
)
def test_a_fault_in_what_is_said_of_privacy_is_named(table: str, field: str) -> None:
    with pytest.raises(InvalidPublication) as fault:
        with_privacy(table)
    assert fault.value.field == field


def test_the_sample_publication_is_right() -> None:
    publication = parse_publication(tomllib.loads(SAMPLE.read_text(encoding="utf-8")))
    assert publication.languages == ("fi", "sv", "en")
    assert {offer.sequence for offer in publication.offers} <= {"", *publication.sequences}


junk = st.recursive(
    st.one_of(st.text(max_size=4), st.integers(), st.booleans(), st.floats(allow_nan=False)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text(max_size=4), inner, max_size=2)),
    max_leaves=4,
)


def fault_in(data: dict[str, object]) -> str:
    try:
        parse_publication(data)
    except InvalidPublication as fault:
        return fault.field
    return ""


@given(st.sampled_from(sorted(tomllib.loads(SMALL))), junk)
def test_whatever_stands_in_a_field_the_error_names_that_field(field: str, value: object) -> None:
    place = fault_in({**tomllib.loads(SMALL), field: value})
    # A fault in `languages` or `sequences` may show where they are used.
    assert not place or place.startswith((field, "consent.text", "offers[1].sequence", "topics[1].", "sequences[1]."))


def test_texts_of_the_publication_are_composed_however_they_were_typed() -> None:
    typed = {
        'name = "Lehti"\nsite': 'name = "La\u0308hti\u00ad"\nsite',
        '["Some"]': '["Ha\u0308ly"]',
        '["some"]': '["ha\u0308ly"]',
        '"Social"': '"Soci\u200ba\u0308l"',
    }
    text = SMALL
    for plain, written in typed.items():
        text = text.replace(plain, written)
    read = parse_publication(tomllib.loads(text))
    (topic,) = read.topics
    assert (read.name, topic.categories, topic.keywords) == ("Lähti", ("Häly",), ("häly",))
    assert topic.label["en"] == "Sociäl"
