"""Attack mode: while many sign-ups meet few confirmations, each costs its sender a small proof of work, or a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsletter.adapters.proofs import Proofs
from newsletter.domain.attack import DEFENCE, Figures
from newsletter.domain.errors import LimitReached
from newsletter.observability import count, logger
from newsletter.usecases.front_desk import FrontDesk

EXTEND_AFTER = timedelta(minutes=5)
"""How much of attack mode must be over before it is made longer: not every form of a flood needs a write of its own."""
WAIT = timedelta(seconds=60)
"""How long who cannot run our script waits instead."""
WAIT_LIFE = timedelta(hours=1)


def under_attack(now: datetime, desk: FrontDesk) -> bool:
    """Whether a sign-up needs a proof of work. Attack mode ends by itself: it is on until a moment, and that passes."""
    return desk.limits.attack_until(now) > now.timestamp()


def watch(figures: Figures, now: datetime, desk: FrontDesk) -> None:
    """Switch attack mode on, or keep it on, if the figures say so.

    However many see it at once, one of them raises the alarm (metric AttackModeStarted).
    """
    if not figures.attack or desk.limits.attack_until(now) > (now + DEFENCE - EXTEND_AFTER).timestamp():
        return
    if desk.limits.defend(now + DEFENCE, now):
        count("AttackModeStarted")
        logger().warning("attack mode: many sign-ups, few confirmations")


def proven(answer: str, proofs: Proofs, now: datetime, desk: FrontDesk) -> bool:
    """Whether the answer solves a challenge of ours, for the first time."""
    proof = proofs.solved(answer, now) if answer else None
    return proof is not None and desk.limits.accept_proof(proof.challenge, proof.expires)


def waited(age: timedelta | None, network: str, now: datetime, desk: FrontDesk) -> bool:
    """Whether the waiting page was open for long enough (`age`; None: it was not ours).

    Raises LimitReached when another sign-up of the network came this way a short while ago.
    """
    if age is None or not WAIT <= age <= WAIT_LIFE:
        return False
    if not desk.limits.accept_wait(network, now):
        raise LimitReached("sign-ups of one network that waited")
    return True
