"""The tables [[offers]]: what the page after the button has, and when taking an offer up again is a new lead."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest

from newsletter.publication.offers import ASKED, Offer
from newsletter.publication.read_publication import check_publication, parse_publication
from tests.unit.publication.test_read_publication import SMALL


def with_lines(lines: str) -> str:
    return SMALL.replace('key = "apu"\n', f'key = "apu"\n{lines}\n')


def read(lines: str) -> Offer:
    (offer,) = parse_publication(tomllib.loads(with_lines(lines))).offers
    return offer


def test_an_offer_of_before_asks_for_everything_and_is_new_after_half_a_year() -> None:
    offer = read("")
    assert (offer.ask, offer.again_after, offer.warm_topics) == (ASKED, timedelta(days=180), ())
    assert (offer.booking_url, offer.ics_url) == ("", "")


def test_an_offer_says_what_it_asks_for_where_to_book_and_what_makes_a_warm_lead() -> None:
    offer = read(
        'ask = ["message", "phone"]\nagain_after_days = 30\nwarm_topics = ["some"]\n'
        'booking_url = "https://lehti.example/varaa"\nics_url = "https://lehti.example/ajat.ics"'
    )
    assert (offer.ask, offer.again_after, offer.warm_topics) == (("phone", "message"), timedelta(days=30), ("some",))
    assert (offer.booking_url, offer.ics_url) == ("https://lehti.example/varaa", "https://lehti.example/ajat.ics")
    assert read("ask = []").ask == ()


@pytest.mark.parametrize(
    ("lines", "field", "right"),
    [
        ('ask = ["phone", "shoe_size"]', "offers[1].ask", "none of phone, company, message, times"),
        ('ask = "phone"', "offers[1].ask", "a list"),
        ("again_after_days = 0", "offers[1].again_after_days", "1 to 3650"),
        ('booking_url = "lehti.example/varaa"', "offers[1].booking_url", "http"),
        ('ics_url = "http://192.168.1.7/a.ics"', "offers[1].ics_url", "no reader can follow"),
        ('warm_topics = ["other"]', "offers[1].warm_topics", "no topic 'other'"),
    ],
)
def test_a_fault_is_named_by_its_place_and_by_what_would_be_right(lines: str, field: str, right: str) -> None:
    _, faults = check_publication(tomllib.loads(with_lines(lines)))
    assert field in {fault.field for fault in faults}
    assert right in next(fault.message for fault in faults if fault.field == field)
