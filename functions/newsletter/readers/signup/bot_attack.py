"""When sign-ups look like an attack: many forms from many networks, few confirmed. No single source decides it.

Sign-ups and confirmations count up to a share for each source, so that attack mode takes breadth: one network can
neither switch it on with forms of its own nor keep it off by confirming them. It costs those who send many forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MANY = 60
"""Sign-ups in this hour and the last below which nothing is an attack: a campaign of a small publication has fewer."""
SHARE = 3
"""Of one wide network (domain/networks) so many sign-ups and confirmations count in an hour: MANY needs ten of them."""
SHARE_OF_DOMAIN = 10
"""So many confirmations count of addresses at one domain in an hour: whoever has a domain has any number of those."""
SHARE_OF_PROVIDER = 60
"""The same for the large providers, where each mailbox takes some trouble to get."""
FREE = 40
"""Forms of one network in an hour that need no proof while there is no attack: an office signs up together."""
FREE_WIDE = 90
"""The same for a wide network."""
FREE_IN_ATTACK = 1
"""Of a wide network in an hour, in attack mode: a reader of a quiet network notices nothing of the attack."""
FEW = 0.2
"""A share of confirmations below which many sign-ups are one. Rivals' readers confirm a third or more."""
DEFENCE = timedelta(hours=1)
"""How long attack mode stays on after the last sign that it is needed; then it is off by itself."""


@dataclass(frozen=True)
class SignUpRates:
    """Sign-ups and confirmations of this hour and the one before."""

    sign_ups: int
    confirmations: int

    @property
    def attack(self) -> bool:
        """Whether it is time for attack mode."""
        return self.sign_ups >= MANY and self.confirmations < FEW * self.sign_ups


def must_prove(network: int, wide: int, *, attack: bool) -> bool:
    """Whether the next form needs a proof of work, after so many of its network, and of the wide one, in this hour."""
    if attack:
        return wide >= FREE_IN_ATTACK
    return network >= FREE or wide >= FREE_WIDE
