"""The table [leads]: its defaults, and faults named by their place."""

from __future__ import annotations

import tomllib
from datetime import timedelta

import pytest

from newsletter.publication.offers import DEFAULT_LEADS, LeadPolicy, Points
from newsletter.publication.read_publication import check_publication, parse_publication
from tests.unit.publication.test_read_publication import SMALL


def read(table: str) -> LeadPolicy:
    return parse_publication(tomllib.loads(f"{SMALL}\n{table}")).leads


def test_without_the_table_a_lead_is_held_five_minutes_and_halves_in_two_weeks() -> None:
    assert read("") == read("[leads]") == DEFAULT_LEADS
    assert (DEFAULT_LEADS.hold, DEFAULT_LEADS.half_life) == (timedelta(minutes=5), timedelta(days=14))


def test_what_the_table_says_counts_and_the_rest_has_its_default() -> None:
    found = read("[leads]\nhold_minutes = 10\nhalf_life_days = 30\npoints = { press = 50, lost = 0 }")
    assert found == LeadPolicy(timedelta(minutes=10), timedelta(days=30), Points(press=50, lost=0))


@pytest.mark.parametrize(
    ("table", "field", "right"),
    [
        ("[leads]\nhold_minutes = 0", "leads.hold_minutes", "1 to 60"),
        ("[leads]\nhold_minutes = 61", "leads.hold_minutes", "1 to 60"),
        ('[leads]\nhold_minutes = "5"', "leads.hold_minutes", "whole number"),
        ("[leads]\nhalf_life_days = 366", "leads.half_life_days", "1 to 365"),
        ("[leads]\npoints = { press = 101 }", "leads.points.press", "0 to 100"),
        ("[leads]\npoints = { clicks = 1 }", "leads.points.clicks", "unknown field"),
        ("[leads]\nhold = 5", "leads.hold", "unknown field"),
        ("leads = 5", "sequences[1].steps[1].leads", "unknown field"),
    ],
)
def test_a_fault_is_named_by_its_place_and_by_what_would_be_right(table: str, field: str, right: str) -> None:
    _, faults = check_publication(tomllib.loads(f"{SMALL}\n{table}"))
    assert [fault.field for fault in faults] == [field]
    assert right in faults[0].message
