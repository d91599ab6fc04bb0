"""The container: one part can be replaced, and nothing that would have no effect."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from newsletter.container import Container
from newsletter.leads.visits.rules import BUILT_IN, read_rules
from newsletter.stores import Stores
from tests.support.mailings.templates import TEMPLATES


def test_another_part_takes_the_place_of_one_and_the_others_stay() -> None:
    app, crm = Container(), object()
    account: Any = object()
    vars(app)["account"] = account
    other = app.but(crm=crm)
    assert other.crm is crm
    assert other.account is account
    assert "crm" not in vars(app)


def test_a_part_that_holds_others_is_built_anew() -> None:
    app, templates = Container(), object()
    before = app.variants
    other = app.but(templates=templates)
    assert other.variants is not before
    assert app.variants is before


def test_visitors_are_judged_by_the_file_of_the_publication() -> None:
    app = Container()
    vars(app)["settings"] = SimpleNamespace(templates=TEMPLATES)
    assert app.scanner_rules == read_rules(TEMPLATES)
    assert app.scanner_rules.version != BUILT_IN


@pytest.mark.parametrize("name", ["publication", "feed_urls", "now", "misspelt"])
def test_what_could_not_be_replaced_is_refused(name: str) -> None:
    """The publication, for one, is what the templates read."""
    with pytest.raises(TypeError, match=name):
        Container().but(**{name: None})


def test_no_part_hides_another_one_of_the_same_name() -> None:
    assert {name for name in vars(Container).keys() & vars(Stores).keys() if not name.startswith("__")} == set()
