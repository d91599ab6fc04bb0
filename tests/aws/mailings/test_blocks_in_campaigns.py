"""Buttons, article cards and the offer from the text of a campaign to the mail and the archive."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsletter.container import app
from newsletter.mail.preflight_rules import Rule
from newsletter.mailings.campaign import Campaign, prepare_campaign, start_campaign
from newsletter.mailings.rendering.preflight import PreflightFailed
from newsletter.platform.times import whole_seconds
from tests.support.mailings.mails import article
from tests.support.stack.cloud import Cloud

URL = "https://blog.example/yksi"


def test_a_text_shows_an_article_as_it_was_when_it_was_sent(cloud: Cloud) -> None:
    cloud.subscribe("maija@example.com", name="Maija")
    now = whole_seconds(app.now())
    shown = article(1, url=f"{URL}/", title="Some & minä", summary="Lyhyesti.", image="https://a.example/k.png")
    app.articles.put(replace(shown, image_width=1040, image_height=520))
    offer = app.publication.offers[0]
    body = (
        f"Moi\n\n::article({URL}#alku)\n\n::button[Varaa, {{{{ first_name | sinä }}}}](https://a.example/v)\n\n::offer"
    )
    campaign = Campaign("kevat", "Kevät", body.replace("::offer", f"::offer({offer.key})"), "fi", archive=True)
    start_campaign(campaign, app, now=now)
    app.articles.put(replace(shown, title="Toinen"))
    cloud.drain()
    (mail,) = [mail for mail in cloud.mails("maija@example.com") if mail.subject == "Kevät"]
    html, text = str(mail.html), str(mail.text)
    assert "Some &amp; minä</a>" in html
    assert 'width="520" height="260"' in html
    assert "Some & minä\n\nLyhyesti." in text
    assert ">Varaa, Maija</a>" in html
    assert "Varaa, Maija:\n" in text
    for part in (html, text):
        assert part.count("/offer/") == 1
    page = cloud.http("GET", "/archive/campaign-kevat")["body"]
    assert "Some &amp; minä</a>" in page
    assert "Varaa, sinä</a>" in page
    # The same campaign again is the same, whatever became of the article.
    assert not start_campaign(campaign, app, now=now).created


def test_an_article_or_offer_that_nobody_knows_is_told_with_its_line(cloud: Cloud) -> None:
    cloud.subscribe("maija@example.com")
    body = f"Moi\n\n::article({URL}-0)\n\n::offer\n\n::offer(golf)"
    prepared = prepare_campaign(Campaign("kevat", "Kevät", body, "fi"), app, now=whole_seconds(app.now()))
    assert [(fault.rule, fault.line) for fault in prepared.faults] == [
        (Rule.LINK, 3),
        (Rule.MARKDOWN, 5),
        (Rule.MARKDOWN, 7),
    ]
    with pytest.raises(PreflightFailed, match=r"line 3: .*line 5: .*line 7: "):
        prepared.check()
