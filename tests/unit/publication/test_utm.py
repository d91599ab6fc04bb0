"""Parameters for the website's statistics: only on its links, and without changing anything else in them."""

from __future__ import annotations

import tomllib
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.read_publication import check_publication
from newsletter.publication.toml_table import TomlTable
from newsletter.publication.utm import NO_UTM, Utm, parse_links
from tests.support.mailings.templates import TEMPLATES

UTM = Utm({"source": "newsletter", "medium": "email", "campaign": "{mailing}"}, ("blog.example.fi", "*.example.com"))
ADDED = "utm_source=newsletter&utm_medium=email&utm_campaign=digest-2026-W48"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://blog.example.fi", f"https://blog.example.fi?{ADDED}"),
        ("https://blog.example.fi/a/", f"https://blog.example.fi/a/?{ADDED}"),
        ("https://BLOG.example.fi:8080/a?x=1", f"https://BLOG.example.fi:8080/a?x=1&{ADDED}"),
        ("https://blog.example.fi/a?x=1&", f"https://blog.example.fi/a?x=1&{ADDED}"),
        ("https://blog.example.fi/a?", f"https://blog.example.fi/a?{ADDED}"),
        (
            "https://blog.example.fi/%C3%A4 ä?q=%20+a;b#kohta?x",
            f"https://blog.example.fi/%C3%A4 ä?q=%20+a;b&{ADDED}#kohta?x",
        ),
        ("https://blog.example.fi/#/route", f"https://blog.example.fi/?{ADDED}#/route"),
        (
            "https://www.example.com/a?UTM_Source=x&utm_medium=",
            "https://www.example.com/a?UTM_Source=x&utm_medium=&utm_campaign=digest-2026-W48",
        ),
        ("https://example.com/a", "https://example.com/a"),
        ("https://evilexample.com/a", "https://evilexample.com/a"),
        ("https://www.example.fi/a", "https://www.example.fi/a"),
        ("https://blog.example.fi.evil.example/a", "https://blog.example.fi.evil.example/a"),
        ("https://[broken/a", "https://[broken/a"),
    ],
)
def test_links_to_the_site_get_what_they_do_not_have_yet(url: str, expected: str) -> None:
    assert UTM.added_to(url, "digest-2026-W48") == expected
    assert UTM.added_to(expected, "digest-2026-W48") == expected, "and never twice"


@given(st.text(), st.dictionaries(st.text(min_size=1), st.text()))
def test_values_and_other_parameters_arrive_as_they_were(value: str, others: dict[str, str]) -> None:
    from urllib.parse import urlencode

    url = f"https://blog.example.fi/?{urlencode(others)}" if others else "https://blog.example.fi/"
    tagged = Utm({"campaign": value or "x"}, ("blog.example.fi",)).added_to(url, "m")
    found = dict(parse_qsl(urlsplit(tagged).query, keep_blank_values=True))
    own = {name.lower() for name in others}
    more = {} if "utm_campaign" in own else {"utm_campaign": (value or "x").replace("{mailing}", "m")}
    assert found == {**others, **more}


def links(**given_: Any) -> Utm:
    return parse_links(TomlTable(given_, "links"), "https://www.sanaharju.example/blogi")


def test_without_hosts_they_go_to_the_site_with_and_without_www() -> None:
    assert links(utm={"source": "n"}).hosts == ("sanaharju.example", "www.sanaharju.example")
    assert links(hosts=["a.example"]) == NO_UTM


@pytest.mark.parametrize(
    ("table", "named"),
    [
        ({"utm": {"medium": "email"}}, "links.utm.source"),
        ({"utm": {"source": "n", "campaign": "{period}"}}, "links.utm.campaign"),
        ({"utm": {"source": "n", "campaign": "a}"}}, "links.utm.campaign"),
        ({"utm": {"source": "n" * 101}}, "links.utm.source"),
        ({"utm": {"source": 1}}, "links.utm.source"),
        ({"utm": {"source": "n", "id": "x"}}, "links.utm.id"),
        ({"utm": "newsletter"}, "links.utm"),
        ({"utm": {"source": "n"}, "hosts": ["https://a.example"]}, "links.hosts"),
        ({"utm": {"source": "n"}, "host": ["a.example"]}, "links.host"),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, Any], named: str) -> None:
    data = tomllib.loads((TEMPLATES / "publication.toml").read_text(encoding="utf-8"))
    _, faults = check_publication({**data, "links": table})
    assert [fault for fault in faults if named in str(fault)], faults
    assert isinstance(faults[0], InvalidPublication)
