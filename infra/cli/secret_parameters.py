"""`newsletter secrets init` and the check of secrets: SSM parameters, whose values nobody gets to see."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable, Iterator, Mapping

from cli.output import say
from newsletter import wiring
from newsletter.adapters import aws
from newsletter.adapters.secrets import NAMES

SECRET_BYTES = 32
LEAST_TEXT = 16
"""Characters below which a secret can be guessed."""


def _webhook_secret() -> str:
    """Standard Webhooks: `whsec_` and 24 to 64 random bytes in Base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _text_secret() -> str:
    return secrets.token_hex(SECRET_BYTES)


MAKERS: Mapping[str, Callable[[], str]] = {
    "pepper": _text_secret,
    "link_keys": _text_secret,
    "webhook_secrets": _webhook_secret,
}


def init() -> int:
    """Create the parameters that are missing; what exists is never changed."""
    ssm, path = aws.client("ssm"), wiring.settings().secrets_path
    known = _values()
    for name in NAMES:
        if name in known:
            say(f"{path}/{name} exists")
            continue
        try:
            ssm.put_parameter(Name=f"{path}/{name}", Value=MAKERS[name](), Type="SecureString", Overwrite=False)
            say(f"{path}/{name} created")
        except ssm.exceptions.ParameterAlreadyExists:
            say(f"{path}/{name} exists")
    return 0


def faults() -> Iterator[tuple[str, str]]:
    """Parameter and what is wrong with it, without its value."""
    path, known = wiring.settings().secrets_path, _values()
    for name in NAMES:
        if name not in known:
            yield f"{path}/{name}", "missing; run `newsletter secrets init`"
            continue
        for secret in known[name].split(",") if name != "pepper" else [known[name]]:
            if name == "webhook_secrets" and not _is_webhook_secret(secret):
                yield f"{path}/{name}", "each secret is whsec_ and 24 to 64 bytes in Base64 (Standard Webhooks)"
            elif len(secret) < LEAST_TEXT:
                yield f"{path}/{name}", f"a secret of fewer than {LEAST_TEXT} characters can be guessed"


def _is_webhook_secret(text: str) -> bool:
    try:
        return text.startswith("whsec_") and 24 <= len(base64.b64decode(text[6:], validate=True)) <= 64
    except binascii.Error:
        return False


def _values() -> dict[str, str]:
    answer = aws.client("ssm").get_parameters_by_path(Path=wiring.settings().secrets_path, WithDecryption=True)
    return {parameter["Name"].rsplit("/", 1)[-1]: parameter["Value"] for parameter in answer["Parameters"]}
