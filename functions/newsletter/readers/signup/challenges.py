"""Small proofs of work (ALTCHA, SHA-256): they cost a browser a second, and slow down whoever sends many sign-ups.

https://altcha.org/docs/v2/server-integration/: the answer is the number that was hashed, together with the signed
challenge, so nothing is stored until an answer comes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from random import Random

from newsletter.platform.links.signing import decoded

ALGORITHM = "SHA-256"
MAX_NUMBER = 100_000
"""The largest possible number: half as many hashes on average, about a second in the browser of a phone."""
CHALLENGE_LIFETIME = timedelta(hours=1)
"""How long a challenge is valid: the browser solves it when the form opens, and people may take a while to send it."""
MAX_ANSWER = 1000
# The ampersand ends the salt: without it a digit could move between the moment of expiry and the number behind it.
SALT = re.compile(r"[0-9a-f]{24}\?expires=(\d{10})&")


@dataclass(frozen=True)
class Proof:
    """A challenge of ours that was solved; it must be accepted only once before it expires."""

    challenge: str
    expires: datetime


class Challenges:
    """Makes challenges and checks answers. `keys` are from oldest to newest: the newest signs, all are accepted."""

    def __init__(self, keys: tuple[str, ...], random: Random) -> None:
        self._random = random
        self._keys = [hmac.new(key.encode(), b"newsletter.proof", hashlib.sha256).digest() for key in keys]

    def challenge(self, now: datetime) -> dict[str, Any]:
        """A new challenge, in the format of ALTCHA's widget, which our own script reads too."""
        salt = f"{self._random.getrandbits(96):024x}?expires={int((now + CHALLENGE_LIFETIME).timestamp())}&"
        challenge = _hashed(salt, self._random.randrange(MAX_NUMBER + 1))
        return {
            "algorithm": ALGORITHM,
            "challenge": challenge,
            "maxnumber": MAX_NUMBER,
            "salt": salt,
            "signature": _signed(self._keys[-1], challenge),
        }

    def solved(self, answer: str, now: datetime) -> Proof | None:
        """The proof in an answer (Base64 of JSON); None if it solves no challenge of ours that is still valid."""
        if len(answer) > MAX_ANSWER:
            return None
        try:
            told = json.loads(decoded(answer))
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or told.get("algorithm") != ALGORITHM:
            return None
        salt, number, signature = told.get("salt"), told.get("number"), told.get("signature")
        if not isinstance(salt, str) or type(number) is not int or not isinstance(signature, str):
            return None
        known = SALT.fullmatch(salt)
        if known is None or not 0 <= number <= MAX_NUMBER:
            return None
        challenge = _hashed(salt, number)
        told_signature = signature.encode(errors="replace")
        if not any(hmac.compare_digest(_signed(key, challenge).encode(), told_signature) for key in self._keys):
            return None
        expires = datetime.fromtimestamp(int(known[1]), UTC)
        return Proof(challenge, expires) if now < expires else None


def _hashed(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _signed(key: bytes, challenge: str) -> str:
    return hmac.new(key, challenge.encode(), hashlib.sha256).hexdigest()
