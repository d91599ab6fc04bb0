"""What in an address counts readers, and what its page needs."""

from __future__ import annotations

import pytest

from newsletter.articles.parsing.markup import web_address
from newsletter.articles.parsing.tracking import is_tracking


@pytest.mark.parametrize(
    "name",
    [
        "utm_source",
        "UTM_Campaign",
        "fbclid",
        "gclid",
        "mc_cid",
        "mc_eid",
        "msclkid",
        "_hsenc",
        "xtor",
        "XTOR",
        "at_medium",
        "at_custom1",
        "wt_mc",
        "wt.mc",
        "wt_zmc",
        "cmpid",
        "ns_campaign",
        "pk_campaign",
        "itm_source",
        "ftag",
        "wt.mc_id",
        "srsltid",
        "intcid",
    ],
)
def test_a_parameter_that_counts_readers_is_told(name: str) -> None:
    assert is_tracking(name, "x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ref", "rss"),
        ("ref", "RSS"),
        ("ref", "feed"),
        ("ref", "newsletter"),
        ("ref", "rss-2026"),
        ("ref", "blog.example.com"),
        ("source", "rss"),
        ("source", "rss----d12c403d4976--food"),
        ("from", "rss"),
        ("from", "feed"),
        ("via", "rss"),
        ("partner", "rss"),
        ("emc", "rss"),
        ("cmp", "rss"),
        ("CMP", "RSS"),
        ("mod", "rss_news"),
        ("rss", "1"),
        ("rss", ""),
        ("share", "facebook"),
        ("share", "linkedin"),
        ("medium", "rss"),
        ("source", "rss_feed"),
        ("ref", "uutiskirje"),
    ],
)
def test_a_parameter_that_says_where_a_reader_comes_from_is_told_by_its_value(name: str, value: str) -> None:
    assert is_tracking(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("p", "12"),
        ("source", "kirja"),
        ("utm", "x"),
        ("id", "fbclid"),
        ("ref", "42"),
        ("ref", "luku-3"),
        ("from", "2026-11-01"),
        ("format", "rss"),
        ("feed", "rss2"),
        ("type", "newsletter"),
        ("cid", "17"),
        ("share", "7"),
        ("share", "token8z"),
        ("mod", "forum"),
        ("via", "tampere"),
        ("rss", "uutiset"),
        ("channel", "yle-1"),
        ("at", "12"),
        ("campaign", "12"),
    ],
)
def test_a_parameter_that_a_page_needs_is_left(name: str, value: str) -> None:
    assert not is_tracking(name, value)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://b.example/a?ref=rss", "https://b.example/a"),
        ("https://b.example/a#xtor=RSS-16", "https://b.example/a"),
        ("https://b.example/a?id=3&xtor=RSS-16#kohta", "https://b.example/a?id=3#kohta"),
        ("https://b.example/a?ref=rss&amp=1", "https://b.example/a?amp=1"),
        ("https://b.example/?p=1&at_medium=RSS&at_campaign=KARANGA", "https://b.example/?p=1"),
        ("https://b.example/haku?from=helsinki&ref=12", "https://b.example/haku?from=helsinki&ref=12"),
    ],
)
def test_an_address_is_left_with_what_its_page_needs(written: str, address: str) -> None:
    assert web_address(written, "") == address
