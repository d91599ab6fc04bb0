"""Campaigns in several languages in the public archive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

from newsletter.container import app
from tests.aws.public_site.test_public_site_archive import ATOM, CAMPAIGN, DAY, NOW, links
from tests.support.stack.cloud import PUBLIC_URL, Cloud


def test_a_campaign_in_several_languages_is_one_entry_and_each_reader_sees_theirs(cloud: Cloud) -> None:
    kept: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("fi", "fi", {}),
        ("sv", "sv", {}),
        ("en", "en", {"archive": False}),
        ("sv-fi", "sv", {}),
    )
    for number, (ending, language, more) in enumerate(kept):
        mailing = replace(CAMPAIGN, id=f"campaign-kevat-{ending}", language=language, subject=ending, **more)
        app.mailings.create(replace(mailing, created_at=NOW + number * DAY))

    def listed(language: str) -> list[str]:
        return links(cloud.http("GET", f"/archive?lang={language}"))

    alone = "/archive/campaign-kevat-sv-fi"
    assert listed("fi") == [alone, "/archive/campaign-kevat-fi", "/archive/campaign-kevat-sv"]
    assert listed("sv") == [alone, "/archive/campaign-kevat-sv", "/archive/campaign-kevat-fi"]
    assert listed("en") == [alone, "/archive/campaign-kevat-fi", "/archive/campaign-kevat-sv"]
    page = cloud.http("GET", "/archive/campaign-kevat-sv?lang=sv")["body"]
    assert 'även <a href="/archive/campaign-kevat-fi?lang=fi" hreflang="fi">på finska</a>' in page
    assert f'hreflang="fi" href="{PUBLIC_URL}/archive/campaign-kevat-fi?lang=fi"' in page
    feed = ET.fromstring(cloud.http("GET", "/archive/feed.xml?lang=sv")["body"])
    assert [each.findtext(f"{ATOM}title") for each in feed.findall(f"{ATOM}entry")] == ["sv-fi", "sv"]
