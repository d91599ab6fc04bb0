"""Limits of networks, and attack mode: a sender of many forms needs a proof of work, or a minute's wait, for each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsletter.platform.errors import LimitReached
from newsletter.platform.observability import count, logger
from newsletter.readers.email_address import OFTEN_MISTYPED
from newsletter.readers.signup.bot_attack import (
    ATTACK_MODE_DURATION,
    COUNTED_OF_DOMAIN,
    COUNTED_OF_NETWORK,
    COUNTED_OF_PROVIDER,
    FREE_FORMS_WIDE,
    SignUpRates,
    must_prove,
)
from newsletter.readers.signup.limits_store import SIGN_UPS_AN_HOUR
from newsletter.readers.signup.networks import wider
from newsletter.readers.subscriber import SignUp

if TYPE_CHECKING:
    from newsletter.container import Container

EXTEND_AFTER = timedelta(minutes=5)
"""Attack mode is extended at most this often, so that not every form of an attack causes a write."""
WAIT = timedelta(seconds=60)
"""How long a reader waits whose browser cannot run our script."""
WAIT_LIFE = timedelta(hours=1)


def under_attack(now: datetime, app: Container) -> bool:
    """Whether attack mode is on. It is stored as the time until which it is on, so it ends by itself."""
    return app.sign_up_limits.attack_until(now) > now.timestamp()


def needs_proof(network: str, now: datetime, app: Container) -> bool:
    """Whether a form of that network needs a proof of work (`must_prove`)."""
    attack = under_attack(now, app)
    if not network:
        return attack
    limits = app.sign_up_limits
    return must_prove(limits.sign_ups(network, now), limits.sign_ups(wider(network), now), attack=attack)


def take_form(network: str, now: datetime, app: Container, most: int = SIGN_UPS_AN_HOUR) -> None:
    """Take one of the forms that the network may send in this hour, and count it for its wide network too.

    Raises LimitReached if the network has had `most`. A wide network has other people in it too, who must not be locked
    out: beyond FREE_FORMS_WIDE, each of its forms needs a proof of work or the wait (`needs_proof`).
    """
    if not network:
        return
    if not app.sign_up_limits.take_sign_up(network, now, most):
        raise LimitReached("sign-ups of one network")
    number = app.sign_up_limits.take(f"network#{wider(network)}", now, FREE_FORMS_WIDE)
    if 0 < number <= COUNTED_OF_NETWORK:
        watch(app.sign_up_limits.count("sign_ups", now), now, app)


def count_confirmation(form: SignUp, now: datetime, app: Container) -> None:
    """Count a confirmation, which speaks against an attack, unless its network or domain has had its share of the hour.

    One without a network (it came from a link of ours) or of a throw-away mailbox is not counted.
    """
    if not form.network or form.disposable:
        return
    domain = form.email.rpartition("@")[2]
    share = COUNTED_OF_PROVIDER if domain in OFTEN_MISTYPED else COUNTED_OF_DOMAIN
    if app.sign_up_limits.take(f"confirmed#{wider(form.network)}", now, COUNTED_OF_NETWORK) and app.sign_up_limits.take(
        f"confirmed#{app.ids.of(domain)}", now, share
    ):
        app.sign_up_limits.count("confirmations", now)


def watch(figures: SignUpRates, now: datetime, app: Container) -> None:
    """Switch attack mode on, or extend it, if the figures are those of an attack.

    If several requests see it at once, only one of them counts the metric AttackModeStarted.
    """
    if (
        not figures.attack
        or app.sign_up_limits.attack_until(now) > (now + ATTACK_MODE_DURATION - EXTEND_AFTER).timestamp()
    ):
        return
    if app.sign_up_limits.start_attack_mode(now + ATTACK_MODE_DURATION, now):
        count("AttackModeStarted")
        logger().warning("attack mode: many sign-ups, few confirmations")


def solved(answer: str, email: str, app: Container, now: datetime) -> bool:
    """Whether the answer solves a challenge of ours, and has let no form for another address through."""
    proof = app.challenges.solved(answer, now) if answer else None
    return proof is not None and app.sign_up_limits.accept_proof(proof.challenge, app.ids.of(email), proof.expires)


def waited(age: timedelta | None, network: str, email: str, now: datetime, app: Container) -> bool:
    """Whether the waiting page was open for long enough. `age` is how long ago it was made; None: it is not ours.

    Raises LimitReached if the network used the wait a short while ago for another address than `email`: whose form
    could not be stored sends it again.
    """
    if age is None or not WAIT <= age <= WAIT_LIFE:
        return False
    if not app.sign_up_limits.accept_wait(network, app.ids.of(email), now):
        raise LimitReached("sign-ups of one network that waited")
    return True
