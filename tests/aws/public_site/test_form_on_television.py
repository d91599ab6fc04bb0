"""Three hundred forms a second, as after a word on television: people among robots, nobody lost, nobody twice."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from newsletter.container import app
from newsletter.readers.signup.limits_store import SIGN_UPS_AN_HOUR
from newsletter.readers.subscriber import Status, subscriber_id
from tests.support.readers.attack import challenge_in, solved
from tests.support.readers.site import FORM, Clock, post
from tests.support.stack.cloud import PEPPER, Cloud, link_to

EVENING = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
A_SECOND = 300
FORMS = int(os.environ.get("FORMS") or 150)
"""FORMS=90000 makes it the five minutes that such an evening has."""
ROBOTS = 0.4
"""The share of forms that robots send, from three networks; they solve nothing."""
OPERATORS = 12
"""Wide networks (/16) in which the people are, as they are with the operators of mobile telephones."""


def test_honest_people_get_one_mail_each_and_robots_what_one_network_gets(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, draw = Clock(monkeypatch, EVENING), Random(1)  # noqa: S311 (the same story in every run)
    people: list[str] = []
    asked: Counter[int] = Counter()
    for number in range(FORMS):
        robot = draw.random() < ROBOTS
        email = f"{'robotti' if robot else 'katsoja'}{number}@example.com"
        network = f"203.0.{draw.randrange(3)}.7" if robot else f"10.{number % OPERATORS}.{draw.randrange(250)}.7"
        form = {**FORM, "email": email, "form": app.forms.token("subscribe", clock.now - timedelta(seconds=20))}
        clock.forward(seconds=1 / A_SECOND)
        answer = post(cloud, "/subscribe", form, source=network)
        asked[answer["statusCode"]] += 1
        if not robot:
            people.append(email)
            if answer["statusCode"] == 428:
                answer = post(
                    cloud, "/subscribe", {**form, "altcha": solved(challenge_in(answer["body"]))}, source=network
                )
            assert answer["statusCode"] == 200, answer["body"]
    assert set(asked) <= {200, 428, 429}
    assert cloud.drain() == []
    mails = Counter(mail.to[0] for mail in cloud.ses.mailbox.all())
    assert {email: mails[email] for email in people} == dict.fromkeys(people, 1)
    assert sum(mails.values()) - len(people) <= 3 * SIGN_UPS_AN_HOUR
    for email in people:
        cloud.http("POST", link_to("confirm", cloud.mails(email)[-1]), "confirm=yes")
    profiles = [app.subscribers.get(subscriber_id(PEPPER.encode(), email)) for email in people]
    assert {profile.status if profile else None for profile in profiles} == {Status.ACTIVE}
