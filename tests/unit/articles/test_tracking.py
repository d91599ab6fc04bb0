"""What in an address counts readers, and what its page needs."""

from __future__ import annotations

import pytest

from newsletter.articles.parsing.tracking import is_tracking


@pytest.mark.parametrize(
    "name", ["utm_source", "UTM_Campaign", "fbclid", "gclid", "mc_cid", "mc_eid", "msclkid", "_hsenc"]
)
def test_a_parameter_that_counts_readers_is_told(name: str) -> None:
    assert is_tracking(name, "x")


@pytest.mark.parametrize(("name", "value"), [("p", "12"), ("source", "kirja"), ("utm", "x"), ("id", "fbclid")])
def test_a_parameter_that_a_page_needs_is_left(name: str, value: str) -> None:
    assert not is_tracking(name, value)
