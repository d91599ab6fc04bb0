"""Signed tokens of links. Each is for one purpose and says nothing readable about the reader; keys can be rotated."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from itsdangerous import BadSignature, SignatureExpired, Signer, TimestampSigner

from newsletter.platform.errors import BadLink, ExpiredLink
from newsletter.platform.links.signing import OneSpelling, TimedOneSpelling

MAX_TOKEN = 512
SEPARATOR = "~"
"""Between the fields of a token; no id, key or nonce of ours holds it."""


class LinkPurpose(StrEnum):
    """What a token may be used for. It salts the signature, so a token of one purpose is refused for every other."""

    CONFIRM = "confirm"
    CLICK = "click"
    OFFER = "offer"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    MY_DATA = "my-data"
    LETTER = "letter"


class LinkClaims(NamedTuple):
    """The reader and mail of a link. `extra` is the offer's key (OFFER) or the sign-up's nonce (CONFIRM)."""

    subscriber: str
    mailing: str = ""
    batch: str = ""
    position: int = 0
    extra: str = ""


class Links:
    """Makes and reads tokens. `keys` go from oldest to newest: the newest signs, all are accepted."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._signers: dict[LinkPurpose, Signer] = {purpose: _signer(keys, purpose) for purpose in LinkPurpose}

    def token(self, purpose: LinkPurpose, claims: LinkClaims) -> str:
        """A URL-safe token; tokens to confirm carry the time they were made. Raises ValueError for a `~` in a field."""
        return self.signed(purpose, self.payload(claims))

    def signed(self, purpose: LinkPurpose, payload: bytes) -> str:
        """The token of a payload, for callers that sign the same payload for several purposes."""
        return str(self._signers[purpose].sign(payload), "ascii")

    def payload(self, claims: LinkClaims) -> bytes:
        """The part of a token that says whom and which mail it is about. Raises ValueError for a `~` in a field."""
        subscriber, mailing, batch, position, extra = claims
        payload = SEPARATOR.join((subscriber, mailing, batch, str(position), extra))
        if payload.count(SEPARATOR) != len(LinkClaims._fields) - 1:
            message = f"{claims}: no field may hold {SEPARATOR}"
            raise ValueError(message)
        return urlsafe_b64encode(payload.rstrip(SEPARATOR).encode()).rstrip(b"=")

    def read(self, purpose: LinkPurpose, token: str, max_age: timedelta | None = None) -> LinkClaims:
        """What the token says. Raises BadLink for what we did not sign for this purpose, ExpiredLink past `max_age`.

        Only tokens to confirm know their age.
        """
        if len(token) > MAX_TOKEN:
            raise BadLink
        signer = self._signers[purpose]
        try:
            if isinstance(signer, TimestampSigner):
                seconds = max_age.total_seconds() if max_age is not None else None
                payload = signer.unsign(token, max_age=seconds)  # type: ignore[arg-type]
            else:
                payload = signer.unsign(token)
            return _claims(payload)
        except SignatureExpired as expired:
            raise ExpiredLink from expired
        except (BadSignature, ValueError) as bad:
            raise BadLink from bad


class _QuickSigner(OneSpelling):
    """Signs as itsdangerous does, with an HMAC that has its key already: a batch of fifty readers needs hundreds of
    signatures, and setting up OpenSSL's HMAC takes longer than the hashing.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._keyed = hmac.new(self.derive_key(), digestmod=sha256)

    def sign(self, value: str | bytes) -> bytes:
        data = value.encode() if isinstance(value, str) else value
        signature = self._keyed.copy()
        signature.update(data)
        return data + self.sep + urlsafe_b64encode(signature.digest()).rstrip(b"=")


def _signer(keys: tuple[str, ...], purpose: LinkPurpose) -> Signer:
    kind = TimedOneSpelling if purpose is LinkPurpose.CONFIRM else _QuickSigner
    return kind(list(keys), salt=f"newsletter.{purpose}", key_derivation="hmac", digest_method=sha256)


def _claims(payload: bytes) -> LinkClaims:
    values = urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)).decode().split(SEPARATOR)
    values += [""] * (len(LinkClaims._fields) - len(values))
    subscriber, mailing, batch, position, extra = values
    return LinkClaims(subscriber, mailing, batch, int(position or 0), extra)
