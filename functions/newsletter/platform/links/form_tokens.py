"""Signed tokens in our own forms, with the time at which the form was shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from itsdangerous import BadSignature

from newsletter.platform.links.signing import OneSpelling

MAX_TOKEN = 200


class Forms:
    """Makes and reads tokens. `keys` go from oldest to newest: the newest signs, all are accepted."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys

    def token(self, form: str, now: datetime, bound: str = "") -> str:
        """A token for the form of that name, shown now. It is valid only together with the text it is `bound` to."""
        return self._signer(form, bound).sign(str(int(now.timestamp()))).decode()

    def age(self, form: str, token: str, now: datetime, bound: str = "") -> timedelta | None:
        """How long ago the form was shown; None for a token that we did not make for this form and this `bound`."""
        if len(token) > MAX_TOKEN:
            return None
        try:
            seconds = int(self._signer(form, bound).unsign(token))
        except (BadSignature, ValueError):
            return None
        return timedelta(seconds=now.timestamp() - seconds)

    def _signer(self, form: str, bound: str) -> OneSpelling:
        salt = f"newsletter.form.{form}.{bound}"
        return OneSpelling(list(self._keys), salt=salt, key_derivation="hmac", digest_method=sha256)
