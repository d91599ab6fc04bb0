"""When sign-ups look like an attack: many forms filled in, few confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MANY = 60
"""Sign-ups in this hour and the last below which nothing is an attack: a campaign of a small publication has fewer."""
FEW = 0.2
"""A share of confirmations below which many sign-ups are one. Rivals' readers confirm a third or more."""
DEFENCE = timedelta(hours=1)
"""How long attack mode stays on after the last sign that it is needed; then it is off by itself."""


@dataclass(frozen=True)
class Figures:
    """Sign-ups and confirmations of this hour and the one before."""

    sign_ups: int
    confirmations: int

    @property
    def attack(self) -> bool:
        """Whether a proof of work should be asked for."""
        return self.sign_ups >= MANY and self.confirmations < FEW * self.sign_ups
