"""Who presses the button of an offer: people, machines, and what may be either, each with a page of their own."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from botocore.exceptions import BotoCoreError, ClientError

from newsletter.container import app
from newsletter.mail.mail_links import CANARY
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from public_site.handler import handle
from rehearsal import events
from tests.bench.stack import PUBLIC_URL
from tests.soak.lambdas import Context
from tests.soak.people import Town
from tests.soak.wire import Crash

MAILING, BATCH = "campaign-vanha", "a0-0"
PERSON = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "accept": "text/html,application/xhtml+xml",
    "accept-language": "fi,en;q=0.5",
    "sec-fetch-mode": "navigate",
    "sec-fetch-user": "?1",
}
MACHINE = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36", "accept": "*/*"}
ACTS = ("person", "person", "person", "machine", "unsure", "no page", "canary", "one click", "erase", "wait")


@dataclass
class Visitor:
    """A reader, and what is done with the links of their mail. `pressed` are the kinds of presses that were answered
    with the page that says thanks, `left` and `erased` the seconds at which that was answered.
    """

    town: Town
    id: str
    email: str
    number: int
    acts: list[str]
    pressed: list[str] = field(default_factory=list)
    left: float | None = None
    erased: float | None = None
    machine_on: bool = False

    def begin(self) -> None:
        """Do the acts one after the other."""
        if not self.acts:
            return
        act = self.acts.pop(0)
        wait = self.town.draw.choice((5.0, 60.0, 600.0, 3600.0)) * self.town.draw.random()
        self.town.lambdas.later(wait, partial(self._do, act))

    def _do(self, act: str) -> None:
        network = f"198.51.{self.number}"
        offer = f"/offer/{self._token(LinkPurpose.OFFER, 'sparraus')}"
        match act:
            case "person":
                press = partial(self._press_and_answer, offer, f"{network}.7")
            case "machine":
                self.machine_on = True
                press = partial(self._press, offer, MACHINE, "203.0.113.9", "203.0.113.9", 0.1)
            case "unsure":
                press = partial(self._press, offer, PERSON, f"{network}.8", "192.0.2.8", 5.0)
            case "no page":
                press = partial(self._request, "POST", offer, MACHINE, "203.0.113.9")
            case "canary":
                address = f"/c/{self._token(LinkPurpose.CLICK)}/{CANARY}"
                press = partial(self._request, "GET", address, MACHINE, "203.0.113.9")
            case "one click":
                address = f"/unsubscribe/{self._token(LinkPurpose.UNSUBSCRIBE)}"
                form = {"List-Unsubscribe": "One-Click"}
                press = partial(self._request, "POST", address, PERSON, f"{network}.7", form)
            case "erase":
                address = f"/my-data/{self._token(LinkPurpose.MY_DATA)}"
                press = partial(self._press, address, PERSON, f"{network}.7", f"{network}.7", 5.0, {"erase": "yes"})
            case _:
                self.begin()
                return
        self.town.do(press, partial(self._told, act))

    def _told(self, act: str, answer: dict[str, Any]) -> None:
        now = self.town.lambdas.clock.seconds
        if answer["statusCode"] in (200, 410) and act == "erase":
            self.erased = now if self.erased is None else self.erased
        elif answer["statusCode"] == 200 and act == "one click":
            self.left = now if self.left is None else self.left
        elif answer["statusCode"] == 200 and act in ("person", "machine", "unsure"):
            self.pressed.append(act)
        self.begin()

    def _press_and_answer(self, offer: str, network: str) -> dict[str, Any] | None:
        """Press, and sometimes type a telephone number into the form that follows; what became of that is as well."""
        taken = self._press(offer, PERSON, network, network, 20.0)
        if taken and taken["statusCode"] == 200 and self.town.draw.random() < 0.5:
            self._request("POST", offer, PERSON, network, _form_of(taken) | {"phone": "+358 40 123 4567"})
        return taken

    def _press(
        self,
        path: str,
        headers: dict[str, str],
        sees: str,
        presses: str,
        dwell: float,
        fields: dict[str, str] = {},  # noqa: B006
    ) -> dict[str, Any] | None:
        page = self._request("GET", path, headers, sees)
        if page is None or page["statusCode"] == 410:
            return page
        self.town.lambdas.wait(dwell)
        form = _form_of(page) | fields
        return self._request("POST", path, headers, presses, form)

    def _request(
        self, method: str, path: str, headers: dict[str, str], network: str, form: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        sent = {**headers, "content-type": "application/x-www-form-urlencoded", "origin": PUBLIC_URL}
        sent["sec-fetch-site"] = "same-origin"
        body = urlencode(form or {}).encode()
        event = events.http(events.Request(method, path, "", tuple(sent.items()), body, network))
        clock = self.town.lambdas.clock
        answer: dict[str, Any] = handle(event, Context(clock, clock.seconds + 29))
        return answer if answer["statusCode"] < 500 else None

    def _token(self, purpose: LinkPurpose, extra: str = "") -> str:
        claims = LinkClaims(self.id, MAILING, BATCH, self.number, extra=extra)
        while True:
            # The mail has had its links for long; here the secret they are signed with may be asked for in bad weather.
            try:
                return app.links.token(purpose, claims)
            except (Crash, BotoCoreError, ClientError):
                continue


def _form_of(page: dict[str, Any]) -> dict[str, str]:
    """The hidden fields of the first form."""
    forms = re.findall(r"<form.*?</form>", page["body"], re.DOTALL)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', forms[0]) if forms else []
    return {name: html.unescape(value) for name, value in hidden}
