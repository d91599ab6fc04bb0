"""Attack mode: it begins and ends by itself, one alarm is raised, and people get through with and without a script."""

from __future__ import annotations

import base64
import html
import json
import re
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.errors import LimitReached
from newsletter.platform.links.links import LinkClaims
from newsletter.readers.signup import protection
from newsletter.readers.signup.bot_attack import ATTACK_MODE_DURATION, FREE_FORMS, MIN_CONFIRMED_SHARE, MIN_SIGN_UPS
from newsletter.readers.signup.confirm import Confirmed, confirm
from newsletter.readers.signup.limits_store import SIGN_UPS_AN_HOUR
from newsletter.readers.signup.protection import WAIT
from newsletter.readers.subscriber import subscriber_id
from tests.support.readers.site import (
    FORM,
    READER,
    Answer,
    Clock,
    fill_in,
    heading,
    hidden,
    post,
    post_json,
    shows,
    text,
)
from tests.support.stack.cloud import PEPPER, PUBLIC_URL, Cloud
from tests.unit.readers.test_challenges import solve

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.mails() == []
    return Clock(monkeypatch, NOON)


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """What protection.py counted."""
    counted: Counter[str] = Counter()
    monkeypatch.setattr(protection, "count", lambda name: counted.update([name]))
    return counted


@pytest.fixture
def attack(clock: Clock) -> Clock:
    """Attack mode, just begun, and the tests' network has sent its one free form of the hour."""
    app.sign_up_limits.start_attack_mode(clock.now + ATTACK_MODE_DURATION, clock.now)
    busy(clock)
    return clock


def busy(clock: Clock) -> None:
    """One form of the network from which the tests send."""
    app.sign_up_limits.take("network#192.0.0.0/16", clock.now, 1000)


def victims(forms: int, start: int = 0) -> None:
    """Forms for as many addresses, from many networks."""
    for number in range(start, start + forms):
        fill_in(f"uhri{number}@example.com", network=f"198.{number % 40}.7.0/24")


def on(clock: Clock) -> bool:
    return protection.under_attack(clock.now, app)


def solved(challenge: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(solve(challenge)).encode()).decode()


def challenge_in(page: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(html.unescape(re.findall(r'data-challenge="([^"]*)"', page)[0]))
    return found


def sent(cloud: Cloud, email: str = READER, **more: str) -> Answer:
    """The form of another website, which knows nothing of proofs of work."""
    return post(cloud, "/subscribe", {**FORM, "email": email, **more})


# --- on and off ------------------------------------------------------------------------------------------------------


def test_many_forms_and_few_confirmations_switch_it_on_with_one_alarm(clock: Clock, alarms: Counter[str]) -> None:
    victims(MIN_SIGN_UPS - 1)
    assert not on(clock)
    victims(30, start=MIN_SIGN_UPS)
    assert on(clock)
    assert alarms == Counter(AttackModeStarted=1)


def test_an_attack_that_crosses_the_hour_is_seen(clock: Clock, alarms: Counter[str]) -> None:
    clock.forward(minutes=50)
    victims(MIN_SIGN_UPS - 20)
    clock.forward(minutes=20)
    victims(20, start=1000)
    assert on(clock)
    assert alarms == Counter(AttackModeStarted=1)


def test_many_forms_that_are_confirmed_are_no_attack(clock: Clock, alarms: Counter[str]) -> None:
    for _ in range(int(MIN_SIGN_UPS * MIN_CONFIRMED_SHARE) + 2):
        app.sign_up_limits.count("confirmations", clock.now)
    victims(MIN_SIGN_UPS + 5)
    assert not on(clock)
    assert alarms == Counter()


def test_it_ends_an_hour_after_the_last_sign_and_a_new_attack_is_a_new_alarm(
    clock: Clock, alarms: Counter[str]
) -> None:
    def flood(number: int) -> None:
        victims(MIN_SIGN_UPS, start=1000 * number)

    flood(1)
    clock.forward(minutes=50)
    flood(2)
    clock.forward(minutes=55)
    assert on(clock)
    clock.forward(minutes=6)
    assert not on(clock)
    assert alarms == Counter(AttackModeStarted=1)
    clock.forward(hours=3)
    flood(3)
    assert on(clock)
    assert alarms == Counter(AttackModeStarted=2)


def test_one_source_cannot_switch_it_on_and_pays_for_its_flood_itself(
    cloud: Cloud, clock: Clock, alarms: Counter[str]
) -> None:
    form = {**FORM, "form": app.forms.token("subscribe", clock.now - timedelta(minutes=1))}
    for number in range(FREE_FORMS):
        assert post(cloud, "/subscribe", {**form, "email": f"uhri{number}@example.com"})["statusCode"] == 200
    assert post(cloud, "/subscribe", {**form, "email": "uhri@example.com"})["statusCode"] == 428
    for number in range(3 * MIN_SIGN_UPS):
        with suppress(LimitReached):
            fill_in(f"toinen{number}@example.com", network=f"2001:db8:1:{number:x}::/64")
    assert not on(clock)
    assert alarms == Counter()
    assert post(cloud, "/subscribe", FORM, source="203.0.113.9")["statusCode"] == 200


def test_who_confirms_forms_of_their_own_does_not_keep_it_off(clock: Clock, alarms: Counter[str]) -> None:
    def own(number: int, email: str) -> None:
        """A form of the attacker's own, from the same networks, and its confirmation."""
        fill_in(email, network=f"198.{number % 40}.7.0/24")
        subscriber = subscriber_id(PEPPER.encode(), email)
        waiting = app.sign_ups.get(subscriber, clock.now)
        assert waiting is not None
        assert isinstance(confirm(LinkClaims(subscriber, extra=waiting.link), clock.now, app), Confirmed)

    for number in range(2 * MIN_SIGN_UPS):
        if number % 4 == 0:
            own(number, f"oma{number}@hyokkaaja.example.com")
        else:
            victims(1, start=number)
    assert on(clock)
    assert alarms == Counter(AttackModeStarted=1)


def test_a_quiet_network_notices_nothing_of_an_attack(cloud: Cloud, attack: Clock) -> None:
    assert sent(cloud)["statusCode"] == 428
    answer = post(cloud, "/subscribe", FORM, source="203.0.113.9")
    assert (answer["statusCode"], on(attack)) == (200, True)
    assert post(cloud, "/subscribe", {**FORM, "email": "b@example.com"}, source="203.0.99.1")["statusCode"] == 428


# --- through it with a script ----------------------------------------------------------------------------------------


def test_the_script_runs_on_the_form_only_while_it_is_needed(cloud: Cloud, attack: Clock) -> None:
    page = cloud.http("GET", "/subscribe")
    assert '<script src="/altcha.js" defer></script>' in page["body"]
    assert "script-src 'self'" in page["headers"]["Content-Security-Policy"]
    script = cloud.http("GET", "/altcha.js")
    assert (script["statusCode"], script["headers"]["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert "crypto.subtle" in script["body"]
    attack.forward(hours=2)
    page = cloud.http("GET", "/subscribe")
    assert "<script" not in page["body"]
    assert "script-src" not in page["headers"]["Content-Security-Policy"]


def test_a_solved_challenge_lets_one_form_through_and_no_second(cloud: Cloud, attack: Clock) -> None:
    answer = solved(challenge_in(cloud.http("GET", "/subscribe")["body"]))
    attack.forward(seconds=5)
    assert heading(sent(cloud, altcha=answer)) == text("check_mail.heading")
    replayed = sent(cloud, "toinen@example.com", altcha=answer)
    assert (replayed["statusCode"], heading(replayed)) == (428, text("wait.heading"))
    assert len(cloud.messages("TransactionalQueue")) == 1


def test_a_challenge_that_is_too_old_or_not_ours_lets_nobody_through(cloud: Cloud, attack: Clock) -> None:
    answer = solved(challenge_in(cloud.http("GET", "/subscribe")["body"]))
    app.sign_up_limits.start_attack_mode(attack.now + 3 * ATTACK_MODE_DURATION, attack.now)
    attack.forward(hours=1, seconds=1)
    busy(attack)
    for altcha in (answer, "", "x", answer[:-4]):
        assert sent(cloud, altcha=altcha)["statusCode"] == 428
    assert cloud.messages("TransactionalQueue") == []


def test_a_fault_in_the_form_costs_no_proof(cloud: Cloud, attack: Clock) -> None:
    answer = solved(challenge_in(cloud.http("GET", "/subscribe")["body"]))
    attack.forward(seconds=5)
    assert sent(cloud, "maija@", altcha=answer)["statusCode"] == 422
    assert sent(cloud, altcha=answer)["statusCode"] == 200


@pytest.mark.usefixtures("attack")
def test_a_program_is_told_what_to_solve_and_how(cloud: Cloud) -> None:
    good = {"email": READER, "language": "fi", "consent": True}
    asked = post_json(cloud, good)
    assert asked["statusCode"] == 428
    told = json.loads(asked["body"])
    assert told["error"] == text("errors.altcha")
    assert "Base64" in told["how"]
    assert post_json(cloud, {**good, "altcha": solved(told["challenge"])})["statusCode"] == 202
    assert len(cloud.messages("TransactionalQueue")) == 1


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
