"""The doctor asks a real name server, by its own wire format."""

from __future__ import annotations

import pytest

from cli.doctor.dns.resolver import NoAnswer, Resolver
from tests.support.doctor.name_server import name_server

RECORDS = {
    ("example.fi", "MX"): ["20 second.example.fi.", "10 First.example.fi."],
    ("example.fi", "TXT"): ['"v=spf1 include:" "amazonses.com ~all"', '"other"'],
    ("key._domainkey.example.fi", "CNAME"): ["key.dkim.amazonses.com."],
    ("www.example.fi", "A"): ["192.0.2.1"],
    ("broken.example.fi", "TXT"): ["SERVFAIL"],
}


def test_records_are_read_as_they_are_meant() -> None:
    with name_server(RECORDS) as port:
        resolver = Resolver("127.0.0.1", port)
        assert resolver.exchanges("example.fi") == [(10, "first.example.fi"), (20, "second.example.fi")]
        assert sorted(resolver.texts("example.fi")) == ["other", "v=spf1 include:amazonses.com ~all"]
        assert resolver.aliases("key._domainkey.example.fi") == ["key.dkim.amazonses.com"]
        assert resolver.has_address("www.example.fi")


def test_what_is_not_there_is_none_and_no_error() -> None:
    with name_server(RECORDS) as port:
        resolver = Resolver("127.0.0.1", port)
        assert resolver.texts("nothing.example.fi") == []
        assert resolver.exchanges("www.example.fi") == []
        assert not resolver.has_address("example.fi")


def test_a_server_that_does_not_answer_is_another_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.doctor.dns.resolver.LIFETIME", 0.3)
    with name_server(RECORDS) as port, pytest.raises(NoAnswer, match=r"DNS does not answer for TXT of broken\.example"):
        Resolver("127.0.0.1", port).texts("broken.example.fi")
