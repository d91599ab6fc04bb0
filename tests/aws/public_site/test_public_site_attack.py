"""Attack mode: it begins and ends by itself, one alarm is raised, and people get through with and without a script."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from newsletter.container import app
from newsletter.platform.errors import LimitReached
from newsletter.platform.links.links import LinkClaims
from newsletter.readers.signup.bot_attack import ATTACK_MODE_DURATION, FREE_FORMS, MIN_CONFIRMED_SHARE, MIN_SIGN_UPS
from newsletter.readers.signup.confirm import Confirmed, confirm
from newsletter.readers.subscriber import subscriber_id
from public_site.problems import BUSY_SECONDS
from tests.support.aws.throttled import after, throttled
from tests.support.readers import attack as attacks
from tests.support.readers.attack import busy, challenge_in, on, sent, solved, victims
from tests.support.readers.site import (
    FORM,
    READER,
    Clock,
    fill_in,
    heading,
    post,
    post_json,
    text,
)
from tests.support.stack.cloud import PEPPER, Cloud

clock, alarms, attack = attacks.clock, attacks.alarms, attacks.attack


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


def test_a_form_that_could_not_be_stored_is_sent_again_with_the_same_proof(cloud: Cloud, attack: Clock) -> None:
    answer = solved(challenge_in(cloud.http("GET", "/subscribe")["body"]))
    attack.forward(seconds=5)
    for number in (1, 2, 3, 4):
        with throttled(after(number)):
            assert sent(cloud, altcha=answer)["statusCode"] == 503
        attack.forward(seconds=BUSY_SECONDS)
    assert sent(cloud, "toinen@example.com", altcha=answer)["statusCode"] == 428
    assert heading(sent(cloud, altcha=answer)) == text("check_mail.heading")
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
