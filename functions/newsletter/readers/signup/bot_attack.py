"""When sign-ups look like an attack by bots: many forms from many networks, of which few are confirmed.

Sign-ups and confirmations of one source count only up to a limit, so that no single network can switch attack mode on
with its forms, or keep it off by confirming them. Attack mode makes those pay who send many forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MIN_SIGN_UPS = 60
"""Fewer sign-ups than this in this hour and the last are no attack; a small publication's busiest hours have fewer."""
COUNTED_OF_NETWORK = 3
"""How many sign-ups and confirmations of one wide network (networks.py) count in an hour: an attack needs ten."""
COUNTED_OF_DOMAIN = 10
"""How many confirmations of addresses at one domain count in an hour: its owner can have any number of addresses."""
COUNTED_OF_PROVIDER = 60
"""The same for the large providers of mailboxes, where each mailbox takes some effort to get."""
FREE_FORMS = 40
"""Forms of one network in an hour that need no proof of work without an attack: an office may sign up together."""
FREE_FORMS_WIDE = 90
"""The same for a wide network (networks.py)."""
FREE_FORMS_IN_ATTACK = 1
"""The same for a wide network in attack mode: a reader in a network without other forms does not notice the attack."""
MIN_CONFIRMED_SHARE = 0.2
"""An attack confirms a smaller share of its sign-ups. Of other newsletters' sign-ups a third or more are confirmed."""
ATTACK_MODE_DURATION = timedelta(hours=1)
"""How long attack mode stays on after the last sign of an attack; then it ends by itself."""


@dataclass(frozen=True)
class SignUpRates:
    """Sign-ups and confirmations of this hour and the one before."""

    sign_ups: int
    confirmations: int

    @property
    def attack(self) -> bool:
        """Whether the rates are those of an attack."""
        return self.sign_ups >= MIN_SIGN_UPS and self.confirmations < MIN_CONFIRMED_SHARE * self.sign_ups


def must_prove(network: int, wide: int, *, attack: bool) -> bool:
    """Whether the next form needs a proof of work, after `network` and `wide` forms of its networks in this hour."""
    if attack:
        return wide >= FREE_FORMS_IN_ATTACK
    return network >= FREE_FORMS or wide >= FREE_FORMS_WIDE
