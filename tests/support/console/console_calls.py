"""The console as its users meet it: a program with a token, and a person with a browser that keeps cookies."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from newsletter.container import app
from rehearsal import events
from tests.support.console.described import undescribed
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import PUBLIC_URL, Cloud

MARKETING = {"cognito:groups": ["marketing"]}


@dataclass
class Answer:
    """What came back. `location` is where it leads, relative to the site."""

    status: int
    headers: dict[str, str]
    body: str
    cookies: list[str]

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return self.headers["Location"].removeprefix(PUBLIC_URL)

    @property
    def text(self) -> str:
        """What a person reads on the page."""
        main = self.body[self.body.index("<main") :]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def call(
    cloud: Cloud,
    method: str,
    path: str,
    body: str = "",
    headers: dict[str, str] | None = None,
    cookies: dict[str, str] | None = None,
) -> Answer:
    """One request as API Gateway hands it over: a form in Base64, JSON as text, cookies apart."""
    bare, _, query = path.partition("?")
    cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())} if cookies else {}
    sent = {"host": "127.0.0.1", **(headers or {}), **cookie}
    request = events.Request(method, bare, query, tuple(sent.items()), body.encode(), "192.0.2.7")
    answer = cloud.invoke("console", events.http(request, "ANY /console"))
    return Answer(answer["statusCode"], answer["headers"], answer.get("body") or "", answer.get("cookies") or [])


@dataclass
class Program:
    """Uses the API; each answer must be one that is described."""

    cloud: Cloud
    token: str

    def __call__(self, method: str, path: str, body: Any = None, *, key: str = "") -> Answer:
        """One call below /api/v1; `body` becomes JSON unless it is text. `key` is its Idempotency-Key."""
        text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
        headers = {"authorization": f"Bearer {self.token}"} | ({"content-type": "application/json"} if text else {})
        headers |= {"idempotency-key": key} if key else {}
        answer = call(self.cloud, method, f"/api/v1{path}", text, headers)
        wrong = undescribed(method, path.partition("?")[0], answer.status, answer.headers, answer.body)
        assert not wrong, wrong
        return answer


@dataclass
class Browser:
    """Keeps cookies and follows redirects within the console."""

    cloud: Cloud
    issuer: Issuer
    jar: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, "")

    def post(self, path: str, *pairs: tuple[str, str]) -> Answer:
        """Send a form."""
        return self._send("POST", path, urlencode(pairs))

    def sign_in(self, **claims: Any) -> None:
        """The whole way: to the issuer and back."""
        self.issuer.claims = claims
        back = self.issuer.sign_in(self.get("/console/login").headers["Location"])
        answer = self.get(f"/console/callback?{urlencode(back)}")
        assert answer.status == 303, answer.text

    def form_token(self) -> str:
        """The token in the forms of the page that is open to whoever is signed in."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.get("/console").body)
        assert found is not None
        return found[1]

    def _send(self, method: str, path: str, body: str) -> Answer:
        answer = call(self.cloud, method, path, body, cookies=self.jar)
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.jar[name] = value
            if "Max-Age=0" in cookie:
                del self.jar[name]
        return answer


def carried(page: str) -> list[tuple[str, str]]:
    """The hidden fields of a page, as a browser would send them, without its form token."""
    fields = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page)
    return [(name, html.unescape(value)) for name, value in fields if name != "form_token"]


def trust(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the console trust the issuer."""
    monkeypatch.setenv("NEWSLETTER_OIDC_ISSUER", issuer.url)
    app.reset()
