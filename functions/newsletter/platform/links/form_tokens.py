"""Signed tokens in our own forms, with the time at which the form was shown, and to whom."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from itsdangerous import BadSignature

from newsletter.platform.links.signing import OneSpelling

MAX_TOKEN = 200
NOTE = re.compile(r"[a-z0-9]{1,40}", re.ASCII)
SEPARATOR = "~"


class Shown(NamedTuple):
    """What a token says of the form: how long ago it was shown, and the note that was signed with it."""

    age: timedelta
    note: str


class Forms:
    """Makes and reads tokens. `keys` go from oldest to newest: the newest signs, all are accepted."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys

    def token(self, form: str, now: datetime, bound: str = "", note: str = "") -> str:
        """A token for the form of that name, shown now. It is valid only together with the text it is `bound` to.

        A `note` (up to 40 lower-case letters and digits) is signed too, and then the time has milliseconds. Raises
        ValueError for a note that is none.
        """
        if not note:
            return self._signer(form, bound).sign(str(int(now.timestamp()))).decode()
        if not NOTE.fullmatch(note):
            message = f"{note!r} is no note of lower-case letters and digits"
            raise ValueError(message)
        return self._signer(form, bound).sign(f"{now.timestamp():.3f}{SEPARATOR}{note}").decode()

    def age(self, form: str, token: str, now: datetime, bound: str = "") -> timedelta | None:
        """How long ago the form was shown; None for a token that we did not make for this form and this `bound`."""
        shown = self.shown(form, token, now, bound)
        return shown.age if shown else None

    def shown(self, form: str, token: str, now: datetime, bound: str = "") -> Shown | None:
        """When the form was shown, and its note; None for a token that we did not make for it and this `bound`."""
        if len(token) > MAX_TOKEN:
            return None
        try:
            seconds, _, note = self._signer(form, bound).unsign(token).decode("ascii").partition(SEPARATOR)
            return Shown(timedelta(seconds=now.timestamp() - float(seconds)), note)
        except (BadSignature, ValueError):
            return None

    def _signer(self, form: str, bound: str) -> OneSpelling:
        salt = f"newsletter.form.{form}.{bound}"
        return OneSpelling(list(self._keys), salt=salt, key_derivation="hmac", digest_method=sha256)
