"""Who sent a request: the address that API Gateway saw, or behind our CDN the one that the CDN saw."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

PROOF, VIEWER = "x-newsletter-cdn", "true-client-ip"
"""Headers that infra/front.yaml adds: that it was our CDN, and who asked it. The API can be asked beside the CDN, and
then everybody may write what they like into the second one.
"""


def source_address(seen: str, headers: Mapping[str, str], secret: str) -> str:
    """The address of whoever asks.

    `seen` is what API Gateway saw; `headers` by names in lower case; `secret` is empty where the stack has no CDN.
    """
    if not secret or not hmac.compare_digest(headers.get(PROOF, "").encode(), secret.encode()):
        return seen
    return headers.get(VIEWER, "") or seen
