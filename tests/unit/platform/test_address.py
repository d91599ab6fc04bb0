"""Addresses as people write them reach the server that they mean."""

from __future__ import annotations

import pytest

from newsletter.platform.web.address import ascii_address, redirected_to


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://blog.example/feed?a=1&b=%C3%A4", "https://blog.example/feed?a=1&b=%C3%A4"),
        ("https://blog.example/syöte/", "https://blog.example/sy%C3%B6te/"),
        ("https://blog.example/sy%C3%B6te/ä", "https://blog.example/sy%C3%B6te/%C3%A4"),
        ("https://blog.example/?haku=työ&sivu=2", "https://blog.example/?haku=ty%C3%B6&sivu=2"),
        ("https://pääkaupunki.example/feed", "https://xn--pkaupunki-v2aa.example/feed"),
        ("https://pääkaupunki.example:8443/ä", "https://xn--pkaupunki-v2aa.example:8443/%C3%A4"),
        ("https://blog.example/feed#alku", "https://blog.example/feed"),
        ("https://blog.example/feed;v=1/(a)/%2F?x[]=ö", "https://blog.example/feed;v=1/(a)/%2F?x[]=%C3%B6"),
        ("https://blog.example/%E4", "https://blog.example/%E4"),
    ],
)
def test_an_address_is_sent_in_ascii_and_what_was_encoded_stays(written: str, sent: str) -> None:
    assert ascii_address(written) == sent
    assert ascii_address(sent) == sent


@pytest.mark.parametrize("written", ["http://[::1/ä", "http://ä:99999/", "http://" + "ä" * 70 + ".example/"])
def test_what_cannot_be_taken_apart_is_said(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ascii_address(written)


@pytest.mark.parametrize(
    ("header", "meant"),
    [
        ("/syöte".encode().decode("latin-1"), "/syöte"),
        ("/sy\xf6te", "/syöte"),
        (" /uusi syote ", "/uusi%20syote"),
        ("/sy%C3%B6te", "/sy%C3%B6te"),
    ],
)
def test_a_redirect_is_followed_as_its_server_meant_it(header: str, meant: str) -> None:
    assert redirected_to(header) == meant
