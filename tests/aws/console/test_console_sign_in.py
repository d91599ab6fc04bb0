"""Signing in to the console and out again, and what no stranger can make a browser do there."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.support.console.console_calls import MARKETING, Browser, trust
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import PUBLIC_URL, Cloud

READER = "maija.lukija@example.com"
NEW = "/console/campaigns/new"


@pytest.fixture
def marketing(browser: Browser) -> Browser:
    """Somebody who may send."""
    browser.sign_in(**MARKETING)
    add_reader(READER, "linkedin")
    return browser


def test_a_page_leads_through_the_issuer_back_to_itself(browser: Browser, issuer: Issuer) -> None:
    assert browser.get(NEW).location == f"/console/login?next={NEW}"
    to_issuer = browser.get(f"/console/login?next={NEW}")
    query = parse_qs(urlsplit(to_issuer.headers["Location"]).query)
    assert to_issuer.headers["Location"].startswith(f"{issuer.url}/authorize?")
    assert query["redirect_uri"] == [f"{PUBLIC_URL}/console/callback"]
    assert query["code_challenge_method"] == ["S256"]
    issuer.claims = MARKETING
    back = browser.get(f"/console/callback?{urlencode(issuer.sign_in(to_issuer.headers['Location']))}")
    assert back.location == NEW
    assert all(
        {"HttpOnly", "SameSite=Lax", "Path=/console"} <= {part.strip() for part in cookie.split(";")}
        for cookie in back.cookies
    )
    assert browser.get(NEW).status == 200
    assert "anna@example.com" in browser.get(NEW).body


def test_signing_in_leads_nowhere_but_to_the_console(browser: Browser, issuer: Issuer) -> None:
    elsewhere = (
        "https://evil.example/",
        "//evil.example",
        "/consolex",
        "/console/../subscribe",
        "/console\\evil",
        "x:",
    )
    for wanted in elsewhere:
        to_issuer = browser.get(f"/console/login?next={wanted}")
        back = browser.get(f"/console/callback?{urlencode(issuer.sign_in(to_issuer.headers['Location']))}")
        assert back.location == "/console"


def test_a_narrowed_list_that_was_passed_on_is_shown_after_signing_in(browser: Browser, issuer: Issuer) -> None:
    wanted = "/console/leads?state=held&since=2026-11-24"
    to_login = browser.get(wanted).location
    to_issuer = browser.get(to_login)
    back = browser.get(f"/console/callback?{urlencode(issuer.sign_in(to_issuer.headers['Location']))}")
    assert back.location == wanted


def test_a_callback_of_another_sign_in_opens_no_session(browser: Browser, cloud: Cloud, issuer: Issuer) -> None:
    """Otherwise an attacker could sign a victim in as the attacker (RFC 6749, 10.12)."""
    attacker = Browser(cloud, issuer)
    code = issuer.sign_in(attacker.get("/console/login").headers["Location"])
    browser.get("/console/login")
    for query in (code, {"code": code["code"], "state": "x"}, {"code": code["code"]}, {"state": code["state"]}):
        assert browser.get(f"/console/callback?{urlencode(query)}").status == 400
    assert browser.get("/console").status == 303


def test_an_id_token_with_another_nonce_opens_no_session(browser: Browser, issuer: Issuer) -> None:
    to_issuer = browser.get("/console/login").headers["Location"]
    code = issuer.sign_in(to_issuer)
    issuer.grants[code["code"]]["nonce"] = "another"
    assert browser.get(f"/console/callback?{urlencode(code)}").status == 400
    assert browser.get("/console").status == 303


def test_a_refusal_of_the_issuer_is_told(browser: Browser) -> None:
    query = parse_qs(urlsplit(browser.get("/console/login").headers["Location"]).query)
    answer = browser.get(f"/console/callback?error=access_denied&state={query['state'][0]}")
    assert answer.status == 400
    assert "did not let you in" in answer.text


def test_a_code_the_issuer_does_not_know_opens_no_session(browser: Browser) -> None:
    query = parse_qs(urlsplit(browser.get("/console/login").headers["Location"]).query)
    answer = browser.get(f"/console/callback?code=made-up&state={query['state'][0]}")
    assert answer.status == 401
    assert "invalid_grant" in answer.text


def test_a_session_made_up_or_over_is_none(browser: Browser, issuer: Issuer) -> None:
    for token in ("x", "a.b.c", issuer.token(exp=1), issuer.token(aud="other"), issuer.token(issuer.new_key())):
        browser.jar = {"newsletter_session": token}
        assert browser.get("/console").status == 303


def test_the_access_token_is_kept_where_it_alone_lets_send(browser: Browser, issuer: Issuer) -> None:
    issuer.access_claims = {"scope": "newsletter/campaigns:send", "aud": None, "client_id": "console"}
    browser.sign_in()
    assert browser.get(NEW).status == 200


def test_a_token_too_long_for_a_cookie_is_said_to_be(browser: Browser, issuer: Issuer) -> None:
    issuer.claims = {"cognito:groups": ["marketing", *(f"group-{number}" for number in range(300))]}
    back = issuer.sign_in(browser.get("/console/login").headers["Location"])
    answer = browser.get(f"/console/callback?{urlencode(back)}")
    assert (answer.status, "a cookie holds" in answer.text) == (400, True)


def test_signing_out_takes_a_press_of_the_button(marketing: Browser) -> None:
    assert marketing.get("/console/logout").status == 200
    assert marketing.get("/console").status == 200
    assert marketing.post("/console/logout").status == 403
    assert marketing.post("/console/logout", ("form_token", marketing.form_token())).status == 200
    assert marketing.jar == {}


def test_on_https_cookies_are_for_https_alone(
    browser: Browser, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_PUBLIC_URL", "https://uutiskirje.example.fi")
    trust(issuer, monkeypatch)
    assert "Secure" in browser.get("/console/login").cookies[0]
