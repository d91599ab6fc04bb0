"""The form for signing up: what it asks for, what it is filled in with, and what it says of what is kept."""

from __future__ import annotations

import json

import pytest

from newsletter.container import app
from newsletter.mailings.planning.ledger_keys import LIFE as LEDGER_LIFE
from newsletter.platform.links.links import LinkPurpose
from tests.support.readers.site import READER, STRANGERS_FORM, link, post, reader, shows, text
from tests.support.stack.cloud import Cloud


@pytest.mark.parametrize("button", ["", "subscribe"])
def test_our_own_form_with_no_topic_ticked_asks_for_one(cloud: Cloud, button: str) -> None:
    form = {**STRANGERS_FORM, "topics": [], "button": button}
    answer = post(cloud, "/subscribe?lang=fi", form)
    assert answer["statusCode"] == (422 if button else 200)
    assert shows(answer, "errors.no_topics") is bool(button)
    if button:
        assert post(cloud, "/subscribe", {**form, "every_topic": "yes"})["statusCode"] == 200


def test_an_emptied_list_of_topics_is_refused_and_one_left_out_means_all(cloud: Cloud) -> None:
    from tests.support.readers.site import post_json

    base = {"email": READER, "language": "fi", "consent": True}
    assert post_json(cloud, {**base, "topics": []})["statusCode"] == 422
    assert post_json(cloud, {**base, "topics": [], "every_topic": True})["statusCode"] == 202
    answer = post_json(cloud, base)
    assert answer["statusCode"] == 202
    message = json.loads(answer["body"])["message"]
    assert message.startswith(text("check_mail.lead"))
    assert app.templates.publication.sender.reply_to in message  # for whom no mail comes


def test_unticking_the_last_topic_is_a_question_and_not_all_topics(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin")
    path = link(LinkPurpose.PREFERENCES)
    answer = post(cloud, path, {"language": "sv"})
    assert answer["statusCode"] == 422
    assert 'id="topics-error"' in answer["body"]
    assert (reader().choices.topics, reader().language) == (("linkedin",), "fi")
    both = {"topics": ["linkedin", "kriisit"], "every_topic": "yes", "language": "fi"}
    for expected in ((), ("linkedin", "kriisit")):  # what was ticked just now counts
        assert post(cloud, path, both)["statusCode"] == 200
        assert reader().choices.topics == expected


def test_a_link_to_the_form_fills_it_in(cloud: Cloud) -> None:
    page = cloud.http("GET", "/subscribe?email=maija%40example.com&topics=linkedin,nosuch")["body"]
    assert 'name="topics" value="linkedin" checked' in page
    assert 'name="every_topic" value="yes" checked' not in page
    assert "nosuch" not in page


def test_the_form_says_what_is_kept_for_how_long_and_where_to_complain(cloud: Cloud) -> None:
    publication = app.templates.publication
    page = cloud.http("GET", "/subscribe?lang=fi")["body"]
    retention, privacy = publication.retention, publication.privacy
    kept = (retention.pending.days, retention.left.days, retention.clicks.days, LEDGER_LIFE.days)
    assert kept == (14, 365, 396, 396)
    times = {"pending": "14 päivää", "left": "12 kuukautta", "clicks": "13 kuukautta", "sent": "13 kuukautta"}
    assert text("privacy.how_long_text", **times) in page
    assert privacy.authority is not None
    for said in (privacy.controller, privacy.contact, privacy.url, privacy.authority["fi"], privacy.authority_url):
        assert said in page
