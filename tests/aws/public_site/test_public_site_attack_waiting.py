"""Forms during an attack from busy networks and from browsers without script: nobody is shut out who waits."""

from __future__ import annotations

import json

import pytest

from newsletter.container import app
from newsletter.platform.errors import LimitReached
from newsletter.readers.signup import protection
from newsletter.readers.signup.bot_attack import ATTACK_MODE_DURATION
from newsletter.readers.signup.limits_store import SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import WAIT
from public_site.problems import BUSY_SECONDS
from tests.support.aws.throttled import after, throttled
from tests.support.readers import attack as attacks
from tests.support.readers.attack import busy, on, sent, solved
from tests.support.readers.site import (
    FORM,
    READER,
    Answer,
    Clock,
    heading,
    hidden,
    post,
    post_json,
    shows,
    text,
)
from tests.support.stack.cloud import PUBLIC_URL, Cloud

clock, alarms, attack = attacks.clock, attacks.alarms, attacks.attack


@pytest.mark.parametrize(
    ("busy_ones", "source"),
    [
        ([f"203.0.{number}.0/24" for number in range(4)], "203.0.113.5"),
        ([f"2001:db8:1:{number}::/64" for number in range(4)], "2001:db8:1:77::1"),
    ],
)
def test_a_busy_wide_network_shuts_nobody_out_who_brings_a_proof_or_waits(
    cloud: Cloud, clock: Clock, busy_ones: list[str], source: str
) -> None:
    for number in range(4 * SIGN_UPS_AN_HOUR):
        protection.take_form(busy_ones[number % 4], clock.now, app)
    assert not on(clock)
    form = {"email": READER, "language": "fi", "consent": True}
    told = post_json(cloud, form, source=source)
    assert told["statusCode"] == 428
    solution = solved(json.loads(told["body"])["challenge"])
    assert post_json(cloud, {**form, "altcha": solution}, source=source)["statusCode"] == 202
    page = post(cloud, "/subscribe", {**FORM, "email": "toinen@example.com"}, source=source)
    assert page["statusCode"] == 428
    clock.forward(seconds=WAIT.total_seconds())
    assert pressed(cloud, page, source)["statusCode"] == 200
    assert len(cloud.messages("TransactionalQueue")) == 2
    with pytest.raises(LimitReached):
        protection.take_form(busy_ones[0], clock.now, app)


# --- and without -----------------------------------------------------------------------------------------------------


def pressed(cloud: Cloud, page: Answer, source: str = "192.0.2.9", **more: str) -> Answer:
    """Press the button of the waiting page."""
    return post(cloud, "/subscribe", {**hidden(page["body"]), **more}, source=source, origin=PUBLIC_URL)


def test_who_has_no_script_waits_a_minute_and_is_through(cloud: Cloud, attack: Clock) -> None:
    page = sent(cloud, topics="linkedin", name="Maija", frequency="monthly")
    assert (page["statusCode"], heading(page)) == (428, text("wait.heading"))
    attack.forward(seconds=WAIT.total_seconds() - 10)
    early = pressed(cloud, page)
    assert early["statusCode"] == 428
    assert shows(early, "wait.too_early", seconds=60)
    assert cloud.messages("TransactionalQueue") == []
    attack.forward(seconds=10)
    assert heading(pressed(cloud, early)) == text("check_mail.heading")
    sign_up = app.sign_ups.get(json.loads(cloud.messages("TransactionalQueue")[0])["subscriber"], attack.now)
    assert sign_up is not None
    assert (sign_up.email, sign_up.choices.topics, sign_up.choices.name, sign_up.choices.frequency) == (
        READER,
        ("linkedin",),
        "Maija",
        "monthly",
    )


def test_a_minute_belongs_to_one_address_and_one_network_gets_one_in_ten(cloud: Cloud, attack: Clock) -> None:
    page, other = sent(cloud), sent(cloud, "toinen@example.com")
    attack.forward(seconds=90)
    assert pressed(cloud, page, email="kolmas@example.com")["statusCode"] == 428
    assert pressed(cloud, page)["statusCode"] == 200
    assert pressed(cloud, other)["statusCode"] == 429
    assert pressed(cloud, other, source="198.51.100.1")["statusCode"] == 200  # a quiet network
    attack.forward(minutes=10)
    page = sent(cloud, "kolmas@example.com")
    attack.forward(seconds=5)
    assert pressed(cloud, page)["statusCode"] == 428
    assert len(cloud.messages("TransactionalQueue")) == 2


def test_a_form_that_could_not_be_stored_is_sent_again_with_the_same_wait(cloud: Cloud, attack: Clock) -> None:
    page, other = sent(cloud), sent(cloud, "toinen@example.com")
    attack.forward(seconds=WAIT.total_seconds())
    for number in (1, 2, 3, 4):
        with throttled(after(number)):
            assert pressed(cloud, page)["statusCode"] == 503
        attack.forward(seconds=BUSY_SECONDS)
    assert pressed(cloud, other)["statusCode"] == 429
    assert heading(pressed(cloud, page)) == text("check_mail.heading")
    assert len(cloud.messages("TransactionalQueue")) == 1


def test_a_waiting_page_does_not_last(cloud: Cloud, attack: Clock) -> None:
    app.sign_up_limits.start_attack_mode(attack.now + 3 * ATTACK_MODE_DURATION, attack.now)
    page = sent(cloud)
    attack.forward(hours=1, seconds=1)
    busy(attack)
    late = pressed(cloud, page)
    assert late["statusCode"] == 428
    assert hidden(late["body"])["wait"] != hidden(page["body"])["wait"]
    attack.forward(seconds=61)
    assert pressed(cloud, late)["statusCode"] == 200
