"""How people and programs sign in at the local cloud: its OpenID provider and its tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwk, jwt

from rehearsal.cloud import LocalCloud
from tests.support.stack import local_pages
from tests.support.stack.local_pages import HTML, Answer, call, form

cloud = local_pages.cloud


def claims(cloud: LocalCloud, token: str) -> dict[str, Any]:
    """The claims, verified with the published key."""
    found = call(cloud, "GET", "/_local/oidc/.well-known/openid-configuration").json()
    keys = jwk.KeySet.import_key_set(call(cloud, "GET", found["jwks_uri"].removeprefix(cloud.url)).json())
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def test_a_program_gets_a_token_that_the_published_key_verifies(cloud: LocalCloud) -> None:
    token = call(cloud, "POST", "/_local/token").json()["token"]
    found = claims(cloud, token)
    assert (found["iss"], found["aud"], found["sub"]) == (f"{cloud.url}/_local/oidc", "console", "marketing")
    assert found["exp"] > datetime.now(UTC).timestamp() + 3600
    assert "campaigns:send" in found["scope"].split()


def test_a_program_gets_a_token_of_each_role(cloud: LocalCloud) -> None:
    for role in ("look", "write", "send", "administer"):
        token = call(cloud, "POST", "/_local/token", json.dumps({"role": role}).encode()).json()["token"]
        assert claims(cloud, token)["scope"] == f"openid email newsletter:{role}"
        assert claims(cloud, token)["sub"] == role
    for wrong in ("boss", 7):
        refused = call(cloud, "POST", "/_local/token", json.dumps({"role": wrong}).encode())
        assert (refused.status, "look, write, send, administer" in refused.text) == (400, True)


def test_a_person_of_each_role_can_sign_in(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", f"/_local/oidc/authorize?{urlencode(authorization(cloud, 'v' * 43))}", headers=HTML).text
    assert re.findall(r'name="role" value="(\w+)"', page) == ["look", "write", "send", "administer"]
    back = form(cloud, "/_local/oidc/authorize", **authorization(cloud, "v" * 43), role="write").headers["location"]
    tokens = exchanged(cloud, parse_qs(urlsplit(back).query)["code"][0], "v" * 43).json()
    assert claims(cloud, tokens["id_token"])["cognito:groups"] == ["newsletter-write"]
    assert form(cloud, "/_local/oidc/authorize", **authorization(cloud, "v" * 43), role="boss").status == 400


def test_a_token_with_other_claims_can_be_had_to_try_refusals(cloud: LocalCloud) -> None:
    token = call(cloud, "POST", "/_local/token", b'{"claims": {"aud": "other"}}').json()["token"]
    assert claims(cloud, token)["aud"] == "other"


def authorization(cloud: LocalCloud, verifier: str, **changed: str) -> dict[str, str]:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return {
        "response_type": "code",
        "client_id": "console",
        "redirect_uri": f"{cloud.url}/console/callback",
        "state": "s&t",
        "nonce": "n",
        "scope": "openid",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    } | changed


def code(cloud: LocalCloud, verifier: str) -> str:
    answer = form(cloud, "/_local/oidc/authorize", **authorization(cloud, verifier))
    assert answer.status == 303
    back = urlsplit(answer.headers["location"])
    assert (back.path, parse_qs(back.query)["state"]) == ("/console/callback", ["s&t"])
    return parse_qs(back.query)["code"][0]


def exchanged(cloud: LocalCloud, code: str, verifier: str) -> Answer:
    fields = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    return form(
        cloud, "/_local/oidc/token", redirect_uri=f"{cloud.url}/console/callback", client_id="console", **fields
    )


def test_a_person_signs_in_with_one_button_and_the_console_gets_tokens_for_the_code(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", f"/_local/oidc/authorize?{urlencode(authorization(cloud, 'v'))}", headers=HTML)
    assert "Sign in as marketing" in page.text
    answer = exchanged(cloud, code(cloud, "v"), "v").json()
    assert claims(cloud, answer["id_token"])["nonce"] == "n"
    assert claims(cloud, answer["access_token"])["aud"] == "console"


def test_a_code_is_good_once_and_with_its_own_verifier_only(cloud: LocalCloud) -> None:
    used = code(cloud, "v")
    assert exchanged(cloud, used, "v").status == 200
    for answer in (
        exchanged(cloud, used, "v"),
        exchanged(cloud, code(cloud, "v"), "w"),
        exchanged(cloud, "made up", "v"),
    ):
        assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, "redirect_uri must be a page below"),
        ({"redirect_uri": "//elsewhere.example/"}, "redirect_uri must be a page below"),
        ({"client_id": "other"}, "client_id must be console"),
        ({"response_type": "token"}, "response_type must be code"),
        ({"code_challenge_method": "plain"}, "with code_challenge_method S256"),
    ],
)
def test_a_wrong_sign_in_request_is_refused_before_any_redirect(
    cloud: LocalCloud, changed: dict[str, str], words: str
) -> None:
    query = authorization(cloud, "v", **changed)
    for answer in (
        call(cloud, "GET", f"/_local/oidc/authorize?{urlencode(query)}", headers=HTML),
        form(cloud, "/_local/oidc/authorize", **query),
    ):
        assert answer.status == 400
        assert words in answer.text
