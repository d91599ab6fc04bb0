"""A mail scanner, as many companies have one before their mailboxes: opens every link of a mail within moments.

It asks for each link over HTTP as any program out there would, from one network, as one agent, some with HEAD first.
As a sandbox it also presses the button of an offer. It sends no other form, and leaves alone what is not ours.
"""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

SOURCE = "198.51.100.25"
"""Of a network for documentation (RFC 5737), so nobody's."""
AGENT = "Mozilla/5.0 (compatible; LocalMailScanner/1.0)"
HEAD_EVERY = 3
"""Of so many links one is asked for with HEAD first."""
AT_ONCE = 4
MOST_LINKS = 200
TIMEOUT = 60
"""Seconds for each request, the first of which may start a function."""
OFFER, LEAVE = "/offer/", "/unsubscribe/"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Asked:
    """A request of the scanner; `status` is None where no answer came."""

    method: str
    url: str
    status: int | None


@dataclass(frozen=True)
class Scan:
    """What a scanner did with a mail. `left_out` are links that lead elsewhere than to us."""

    mail: str
    source: str
    agent: str
    opened: tuple[Asked, ...]
    pressed: tuple[Asked, ...]
    left_out: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class _Reader(HTMLParser):
    """The addresses of links, seen or not, and the first form with its hidden fields."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.form: dict[str, str] | None = None
        self.hidden: dict[str, str] = {}
        self._in_form = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "form" and self.form is None and given.get("method", "").lower() == "post":
            self.form, self._in_form = given, True
        elif tag == "input" and self._in_form and given.get("type") == "hidden":
            self.hidden[given.get("name", "")] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._in_form = False


def scan(mail_id: str, html: str, url: str, *, press: bool) -> Scan:
    """Open the links of the mail that begin with `url`, where the local cloud answers; with `press` also the button."""
    links = list(dict.fromkeys(_Reader(html).links))
    ours = [link for link in links if link.startswith(f"{url}/")][:MOST_LINKS]
    site = urlsplit(url)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(lambda place: list(_open(site.netloc, ours[place], place)), range(len(ours))))
    opened = [asked for several in found for asked, _ in several]
    pages = {asked.url: body for several in found for asked, body in several if asked.status == http.client.OK}
    offers = [link for link in ours if urlsplit(link).path.startswith(OFFER)] if press else []
    pressed = [asked for link in offers for asked in _press(site.netloc, link, pages.get(link, ""))]
    left_out = tuple(link for link in links if link not in ours)
    return Scan(mail_id, SOURCE, AGENT, tuple(opened), tuple(pressed), left_out)


def _open(netloc: str, link: str, place: int) -> Iterator[tuple[Asked, str]]:
    if place % HEAD_EVERY == 0:
        yield _ask(netloc, "HEAD", link)
    yield _ask(netloc, "GET", link)


def _press(netloc: str, link: str, page: str) -> Sequence[Asked]:
    """The answer to the page's form, sent as it stands; nothing if the page has none."""
    read = _Reader(page)
    if read.form is None:
        return []
    action = urljoin(link, read.form.get("action", ""))
    if urlsplit(action).netloc != netloc or urlsplit(action).path.startswith(LEAVE):
        return []
    asked, _ = _ask(netloc, "POST", action, urlencode(read.hidden))
    return [asked]


def _ask(netloc: str, method: str, link: str, body: str | None = None) -> tuple[Asked, str]:
    parts = urlsplit(link)
    headers = {"User-Agent": AGENT, "Accept": "*/*", "X-Local-Source": SOURCE}
    if body is not None:
        headers |= {"Content-Type": FORM_TYPE, "Origin": f"{parts.scheme}://{netloc}"}
    connection = http.client.HTTPConnection(netloc, timeout=TIMEOUT)
    try:
        connection.request(method, f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}", body, headers)
        answer = connection.getresponse()
        return Asked(method, link, answer.status), answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return Asked(method, link, None), ""
    finally:
        connection.close()
