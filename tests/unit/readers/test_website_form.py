"""The HTML of a form for a website of one's own."""

from __future__ import annotations

import pytest

from newsletter.mail.templates import Templates
from newsletter.platform.errors import InvalidInput
from newsletter.readers.signup.website_form import read_website_form, website_form
from tests.support.mailings.templates import TEMPLATES

URL = "https://news.example"


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(TEMPLATES, URL)


def test_it_asks_what_was_chosen_and_shows_the_consent_word_for_word(templates: Templates) -> None:
    topic = templates.publication.topics[0]
    for language in templates.publication.languages:
        form = read_website_form({"language": language, "topics": topic.key, "name": "footer"}, templates)
        html = website_form(form, templates, URL)
        assert f'action="{URL}/subscribe"' in html
        assert html.count('name="topics"') == 1
        assert '<input type="hidden" name="form_name" value="footer">' in html
        assert 'name="consent" value="yes" required' in html
        assert templates.publication.consent.text[language].split("’")[0][:20] in html
        assert 'name="frequency"' not in html
    more = read_website_form({"asks_name": "yes", "asks_frequency": "yes"}, templates)
    html = website_form(more, templates, URL)
    assert 'name="name"' in html
    assert 'value="monthly"' in html
    assert 'name="topics"' not in html


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"language": "xx"}, "language"),
        ({"topics": "nothing"}, "topics"),
        ({"name": '"><script>'}, "name"),
        ({"next": "https://elsewhere.example/"}, "next"),
        ({"next": "javascript:alert(1)"}, "next"),
    ],
)
def test_what_cannot_be_in_it_is_refused_by_field(templates: Templates, given: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_website_form(given, templates)
    assert caught.value.field == field
