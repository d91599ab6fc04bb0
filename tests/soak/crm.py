"""The CRM of a schedule: down, slow, flapping, with lost answers, and with a will of its own about leads."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from newsletter.leads.crm_client import TIMEOUT
from newsletter.leads.outbox.crm_answer import CrmAnswer
from tests.soak.lambdas import Lambdas
from tests.soak.wire import Crash

MOODS = ("well", "well", "down", "slow", "flapping", "loses answers", "a page", "declines")
PAGE = b"<!doctype html><title>Log in</title>"


@dataclass(frozen=True)
class Webhook:
    """What the CRM was sent, and whether it took it. `at`: seconds of the clock."""

    id: str
    body: bytes
    at: float
    taken: bool

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class FakeCrm:
    """Takes webhooks as its mood allows; the mood changes now and then, until `calm`. `crash`: chance that the sending
    process dies after the CRM took a webhook.
    """

    lambdas: Lambdas
    draw: Random
    crash: float = 0.0
    calm: bool = False
    mood: str = "well"
    got: list[Webhook] = field(default_factory=list)

    def change_mood(self) -> None:
        """Another mood, and another one after that."""
        self.mood = "well" if self.calm else self.draw.choice(MOODS)
        if not self.calm:
            self.lambdas.later(self.draw.choice((60.0, 600.0, 3600.0)), self.change_mood)

    def send(self, webhook: str, payload: str, *, method: str = "POST", path: str = "") -> CrmAnswer:
        """Stands for Crm.send."""
        assert (method, path) == ("POST", "")
        mood = "well" if self.calm else self.mood
        if mood == "flapping":
            mood = self.draw.choice(("well", "down"))
        took = self.draw.uniform(0, 2)
        if mood == "slow":
            took = self.draw.choice((TIMEOUT, self.draw.uniform(5, TIMEOUT)))
        self.lambdas.wait(took)
        lost = mood == "loses answers" and self.draw.random() < 0.5
        status = {"down": self.draw.choice((0, 500, 503)), "declines": 422}.get(mood, 200)
        taken = status == 200 and mood != "a page"
        self.got.append(Webhook(webhook, payload.encode(), self.lambdas.clock.seconds, taken))
        if taken and not self.calm and self.draw.random() < self.crash:
            raise Crash
        if took >= TIMEOUT or lost or not status:
            return CrmAnswer(0, TIMEOUT, {}, fault="no answer in time")
        return CrmAnswer(status, took, {"content-type": "application/json"}, PAGE if mood == "a page" else b"{}")

    @property
    def taken(self) -> list[Webhook]:
        """What a receiver has that honours ids: each once."""
        first: dict[str, Webhook] = {}
        for webhook in self.got:
            if webhook.taken:
                first.setdefault(webhook.id, webhook)
        return list(first.values())
