"""People at the doors: each goes through the product as a reader, and acts again where no answer comes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any
from urllib.parse import urlencode

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from public_site.handler import handle
from rehearsal import events
from tests.bench.stack import PUBLIC_URL
from tests.soak.lambdas import Context, Lambdas
from tests.soak.wire import Wire

PATIENCE = 40.0
"""Seconds after which somebody without an answer acts again: API Gateway gives up after 30."""
TRIES = 300
"""More than the storm lasts: in the end everybody has an answer."""
READS_MAIL = 120.0
"""Seconds between two looks into the mailbox."""
LOOKS = 2000
READS_PAGE = 5.0
"""Seconds that a person looks at a page before they press its button; sooner than that, it was a program."""
BROWSER = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept-language": "fi",
}

Answer = dict[str, Any]


DWELL = 3.0
"""Seconds for which a person reads a page before they press its button; a program needs none."""


@dataclass
class Town:
    """What people act in."""

    lambdas: Lambdas
    wire: Wire
    draw: Random
    mailbox: Callable[[str], list[Any]]

    def do(self, act: Callable[[], Any], then: Callable[[Any], object], tries: int = TRIES) -> None:
        """Do something in a container of its own, again until it gives something, and go on with that."""
        given: list[Any] = []

        def attempt() -> None:
            found = act()
            if found is not None:
                given.append(found)

        def look() -> None:
            if given:
                then(given[0])
            elif tries > 1:
                self.do(act, then, tries - 1)

        self.lambdas.run(attempt)
        self.lambdas.later(PATIENCE, look)

    def soon(self, act: Callable[[], object]) -> None:
        """In a while."""
        self.lambdas.later(self.draw.choice((1.0, 20.0, 200.0)) * self.draw.random(), act)


@dataclass
class Person:
    """Somebody with an address. What they were told counts as done: `said` holds it, in order.

    `journey` are the acts that follow the confirmation, `seen` the links to confirm that were in their mails.
    """

    town: Town
    id: str
    email: str
    network: str
    journey: list[str]
    paths: dict[LinkPurpose, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Fill in the form."""
        form = {"email": self.email, "topics": "linkedin", "language": "fi", "consent": "yes"}
        self._ask(partial(self._request, "POST", "/subscribe", form), "signed up", self._await_mail)

    def _await_mail(self, looks: int = LOOKS) -> None:
        mails = self.town.mailbox(self.email)
        links = [link for mail in mails for link in re.findall(rf"{PUBLIC_URL}(/confirm/[^\s>)]+)", mail.text or "")]
        new = [link for link in links if link not in self.seen]
        self.seen.update(links)
        if new:
            self.town.soon(partial(self._press, new[-1], "confirmed", otherwise=self._await_mail))
        elif looks:
            self.town.lambdas.later(READS_MAIL, partial(self._await_mail, looks - 1))

    def _go_on(self) -> None:
        if not self.journey:
            return
        act = self.journey.pop(0)
        preferences = {"topics": "linkedin", "language": "fi", "frequency": "weekly"}
        match act:
            case "refused tracking":
                self.town.soon(partial(self._press, self.paths[LinkPurpose.PREFERENCES], act, preferences))
            case "allowed tracking":
                both = preferences | {"tracking": "yes"}
                self.town.soon(partial(self._press, self.paths[LinkPurpose.PREFERENCES], act, both))
            case "took up the offer":
                self.town.soon(partial(self._press, self.paths[LinkPurpose.OFFER], act))
            case "left on the page":
                self.town.soon(partial(self._send, self.paths[LinkPurpose.UNSUBSCRIBE], {}, act))
            case "left with one click":
                one_click = {"List-Unsubscribe": "One-Click"}
                self.town.soon(partial(self._send, self.paths[LinkPurpose.UNSUBSCRIBE], one_click, act))
            case "came back":
                self.town.lambdas.later(700.0, partial(self._come_back, act))
            case "had everything erased":
                self.town.soon(partial(self._press, self.paths[LinkPurpose.MY_DATA], act, {"erase": "yes"}))

    def _come_back(self, act: str) -> None:
        again = partial(self._request, "POST", self.paths[LinkPurpose.UNSUBSCRIBE], {"back": "yes"})
        self._ask(again, act, self._await_mail)

    def _send(self, path: str, fields: dict[str, str], act: str) -> None:
        self._ask(partial(self._request, "POST", path, fields), act, self._go_on)

    def _press(
        self,
        path: str,
        act: str,
        fields: dict[str, str] | None = None,
        otherwise: Callable[[], object] | None = None,
    ) -> None:
        """Open the page and press the button of its first form; `otherwise` is for a link that has had its day."""

        def both() -> Answer | None:
            page = self._request("GET", path)
            if page is None or page["statusCode"] == 410:
                return page
            self.town.lambdas.wait(READS_PAGE)
            forms = re.findall(r"<form.*?</form>", page["body"], re.DOTALL)
            self.town.lambdas.wait(DWELL)
            hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', forms[0]) if forms else []
            return self._request("POST", path, {name: html.unescape(value) for name, value in hidden} | (fields or {}))

        self._ask(both, act, self._go_on, otherwise)

    def _ask(
        self,
        act: Callable[[], Answer | None],
        name: str,
        then: Callable[[], object],
        otherwise: Callable[[], object] | None = None,
    ) -> None:
        def told(answer: Answer) -> None:
            if answer["statusCode"] == 410 and otherwise is not None:
                otherwise()
            elif answer["statusCode"] in (200, 303, 410):
                # Whoever acts again may find it done, and their links with it.
                self.said.append(name)
                then()
            else:
                self.refused.append(f"{name}: {answer['statusCode']}")

        self.town.do(act, told)

    def _request(self, method: str, path: str, form: dict[str, str] | None = None) -> Answer | None:
        """What the site answers; None for nothing that a person could use."""
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            **BROWSER,
            "origin": PUBLIC_URL,
            "sec-fetch-site": "same-origin",
        }
        body = urlencode(form or {}).encode()
        event = events.http(events.Request(method, path, "", tuple(headers.items()), body, self.network))
        clock = self.town.lambdas.clock
        answer: Answer = handle(event, Context(clock, clock.seconds + 29))
        return answer if answer["statusCode"] < 500 else None


def paths_of(id_: str) -> dict[LinkPurpose, str]:
    """The links that a reader has in their mails."""
    purposes = (LinkPurpose.PREFERENCES, LinkPurpose.UNSUBSCRIBE, LinkPurpose.MY_DATA)
    paths = {each: f"/{each}/{app.links.token(each, LinkClaims(id_))}" for each in purposes}
    offer = app.templates.publication.offers[0].key
    return paths | {LinkPurpose.OFFER: f"/offer/{app.links.token(LinkPurpose.OFFER, LinkClaims(id_, extra=offer))}"}
