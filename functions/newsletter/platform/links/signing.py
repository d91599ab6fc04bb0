"""Signatures with exactly one spelling: a token is accepted as we wrote it, or not at all.

Base64 reads the same bytes from many texts: from both alphabets (`-_` and `+/`), with any of the last character's spare
bits, with padding, and with characters that are in neither alphabet (RFC 4648, 3). Then several texts would be the same
token, and whoever uses it as a key or searches a log for it would miss some. What is before the signature is signed as
text, so it has one spelling already.
"""

from __future__ import annotations

from base64 import b64decode, b64encode

from itsdangerous import BadSignature, Signer, TimestampSigner
from itsdangerous.encoding import base64_decode, base64_encode


class OneSpelling(Signer):
    """Signs as itsdangerous does; raises BadSignature for every other spelling of a signature too."""

    def unsign(self, signed_value: str | bytes) -> bytes:
        """The value that was signed. Raises BadSignature, also for text that UTF-8 cannot hold."""
        try:
            return super().unsign(signed_value)
        except UnicodeEncodeError:
            raise BadSignature("not text") from None

    def verify_signature(self, value: str | bytes, sig: str | bytes) -> bool:
        """Whether we signed the value, and this is how we write it."""
        if not super().verify_signature(value, sig):
            return False
        return base64_encode(base64_decode(sig)) == (sig.encode() if isinstance(sig, str) else sig)


class TimedOneSpelling(TimestampSigner, OneSpelling):
    """The same, with the time of signing."""


def decoded(text: str) -> bytes:
    """The bytes of Base64 as it is written (RFC 4648, 4). Raises ValueError for any other spelling of them."""
    data = b64decode(text, validate=True)
    if b64encode(data).decode() != text:
        raise ValueError("not as Base64 writes these bytes")
    return data
