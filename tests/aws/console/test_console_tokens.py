"""Tokens: what the issuer signed for us passes, everything else does not, however it is made."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.web.oidc_client import ASK_AGAIN, KEYS_LIFE, LEEWAY, BadToken, IssuerUnreachable, Oidc
from tests.support.console.altered_tokens import altered_tokens
from tests.support.console.issuer import CLIENT, Issuer
from tests.support.strategies import anything


@pytest.fixture
def issuer(long_lived: Issuer) -> Issuer:
    """The issuer with one published key, and nothing asked yet."""
    long_lived.reset()
    return long_lived


def oidc(issuer: Issuer, **clocks: Any) -> Oidc:
    return Oidc(issuer.url, CLIENT, **clocks)


def raw(header: dict[str, Any], claims: dict[str, Any], sign: Any = lambda _: b"") -> str:
    """A token made by hand, as an attacker would."""

    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{head}.{part(sign(head.encode()))}"


def claims_for(issuer: Issuer) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": issuer.url, "aud": CLIENT, "sub": "mallory", "iat": now, "exp": now + 3600}


def at_once(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with whole numbers of seconds counted from now."""
    return {
        name: int(time.time()) + value if name in ("exp", "nbf", "iat") and type(value) is int else value
        for name, value in claims.items()
    }


def test_a_token_of_the_issuer_passes(issuer: Issuer) -> None:
    assert oidc(issuer).verify(issuer.token())["sub"] == "anna"


def test_an_elliptic_curve_key_counts_too(issuer: Issuer) -> None:
    curve = issuer.new_key("EC", "curve")
    issuer.published = [issuer.key, curve]
    assert oidc(issuer).verify(issuer.token(curve, "ES256"))["sub"] == "anna"


@pytest.mark.parametrize("alg", ["none", "None", "nOnE"])
def test_a_token_without_a_signature_does_not_pass(issuer: Issuer, alg: str) -> None:
    with pytest.raises(BadToken):
        oidc(issuer).verify(raw({"alg": alg, "kid": "first"}, claims_for(issuer)))


def test_the_public_key_is_no_shared_secret(issuer: Issuer) -> None:
    """RFC 8725, 2.1: HS256 with the published RSA key, in every form an attacker can have it."""
    public = issuer.key.as_dict(private=False)
    forms = [issuer.key.as_pem(private=False), issuer.key.as_der(private=False), json.dumps(public).encode()]
    for secret in forms:
        token = raw(
            {"alg": "HS256", "kid": "first"},
            claims_for(issuer),
            lambda head, secret=secret: hmac.new(secret, head, hashlib.sha256).digest(),
        )
        with pytest.raises(BadToken):
            oidc(issuer).verify(token)


def test_a_stranger_who_borrows_the_name_of_a_key_does_not_pass(issuer: Issuer) -> None:
    stranger = issuer.new_key(kid="first")
    with pytest.raises(BadToken):
        oidc(issuer).verify(issuer.token(stranger))


def test_a_key_that_the_token_brings_along_counts_for_nothing(issuer: Issuer) -> None:
    stranger = issuer.new_key(kid="own")
    token = issuer.token(stranger, header={"jwk": stranger.as_dict(private=False), "jku": "https://evil.example/jwks"})
    with pytest.raises(BadToken):
        oidc(issuer).verify(token)


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256"])
def test_the_key_decides_which_algorithm_is_right(issuer: Issuer, alg: str) -> None:
    with pytest.raises(BadToken):
        oidc(issuer).verify(issuer.token(alg=alg))


def test_a_key_for_encryption_signs_nothing(issuer: Issuer) -> None:
    made = issuer.new_key(kid="enc")
    hidden = type(made).import_key({**made.as_dict(private=True), "use": "enc"})
    namesake = type(made).import_key({**made.as_dict(private=True), "use": "enc", "kid": "first"})
    issuer.published = [issuer.key, hidden, namesake]
    with pytest.raises(BadToken):
        oidc(issuer).verify(issuer.token(made))
    assert oidc(issuer).verify(issuer.token())["sub"] == "anna"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "somebody-else"},
        {"aud": ["a", "b"]},
        {"aud": ""},
        {"aud": []},
        {"aud": 7},
        {"aud": "somebody-else", "client_id": CLIENT},
        {"aud": None},
        {"aud": None, "client_id": "somebody-else"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
        {"exp": -LEEWAY - 5},
        {"exp": "tomorrow"},
        {"exp": True},
        {"exp": float("nan")},
        {"nbf": LEEWAY + 60},
        {"iat": LEEWAY + 60},
        {"token_use": "refresh"},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_us_or_not_for_now_does_not_pass(issuer: Issuer, claims: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        oidc(issuer).verify(issuer.token(**at_once(claims)))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT, "other"]},
        {"aud": None, "client_id": CLIENT, "token_use": "access"},
        {"token_use": "id"},
        {"exp": -LEEWAY + 30},
        {"nbf": 30},
    ],
    ids=str,
)
def test_a_token_for_us_passes_within_the_leeway(issuer: Issuer, claims: dict[str, Any]) -> None:
    assert oidc(issuer).verify(issuer.token(**at_once(claims)))["sub"] == "anna"


@given(text=st.one_of(anything(60), st.from_regex(r"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_-]{0,40}){0,5}")))
def test_whatever_is_no_token_is_refused_and_nothing_else(long_lived: Issuer, text: str) -> None:
    with pytest.raises(BadToken):
        oidc(long_lived).verify(text)


@given(position=st.integers(min_value=0), change=st.sampled_from("AZaz09-_."))
def test_a_token_changed_in_one_place_does_not_pass(long_lived: Issuer, position: int, change: str) -> None:
    token = long_lived.token()
    place = position % len(token)
    changed = token[:place] + change + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadToken):
            oidc(long_lived).verify(changed)


def test_a_token_passes_in_the_one_spelling_that_the_issuer_gave_it(long_lived: Issuer) -> None:
    us, token = oidc(long_lived), long_lived.token()
    signature = token.rindex(".") + 1
    for spelled in altered_tokens(token[signature:]):
        with pytest.raises(BadToken):
            us.verify(token[:signature] + spelled)


def test_a_new_key_is_found_and_made_up_ones_do_not_flood_the_issuer(issuer: Issuer) -> None:
    clock = [1000.0]
    us = oidc(issuer, monotonic=lambda: clock[0])
    us.verify(issuer.token())
    fresh = issuer.new_key(kid="second")
    issuer.published = [issuer.key, fresh]
    made_up = issuer.new_key(kid="made-up")
    for _ in range(20):
        with pytest.raises(BadToken):
            us.verify(issuer.token(made_up))
    assert issuer.asked.count("/jwks") == 1
    clock[0] += ASK_AGAIN + 1
    assert us.verify(issuer.token(fresh))["sub"] == "anna"
    for _ in range(20):
        with pytest.raises(BadToken):
            us.verify(issuer.token(made_up))
    assert issuer.asked.count("/jwks") == 2


def test_a_withdrawn_key_stops_counting_within_the_hour(issuer: Issuer) -> None:
    clock = [1000.0]
    us = oidc(issuer, monotonic=lambda: clock[0])
    us.verify(issuer.token())
    issuer.published = [issuer.new_key(kid="second")]
    clock[0] += KEYS_LIFE + 1
    with pytest.raises(BadToken):
        us.verify(issuer.token())


def test_known_keys_still_count_while_the_issuer_is_down(issuer: Issuer) -> None:
    clock = [1000.0]
    us = oidc(issuer, monotonic=lambda: clock[0])
    us.verify(issuer.token())
    issuer.down = True
    clock[0] += KEYS_LIFE + 1
    assert us.verify(issuer.token())["sub"] == "anna"


def test_an_issuer_that_is_down_from_the_start_is_no_fault_of_the_token(issuer: Issuer) -> None:
    issuer.down = True
    us = oidc(issuer)
    with pytest.raises(IssuerUnreachable):
        us.verify(issuer.token())
    issuer.down = False
    assert us.verify(issuer.token())["sub"] == "anna"


def test_a_discovery_document_of_another_issuer_is_refused(issuer: Issuer) -> None:
    other = Oidc(issuer.url.replace("127.0.0.1", "localhost"), CLIENT)
    with pytest.raises(IssuerUnreachable):
        other.verify(issuer.token())
