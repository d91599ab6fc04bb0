"""Pages of the local cloud that wait for a busy machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from public_site import handler

SECONDS = 60.0


@contextmanager
def patient() -> Iterator[None]:
    """A machine that is busy is no AWS that refuses calls; what pages say then has tests of its own
    (test_public_site_throttled.py).
    """
    with patch.object(handler, "SECONDS_FOR_AWS", SECONDS):
        yield
