"""Every page of the console for a list of many readers and 500 mailings; what CPU each takes in a warm container.

Who asks is known beforehand: verifying the token's signature is not counted.
"""

from __future__ import annotations

import json
from datetime import timedelta
from time import process_time
from typing import Any
from unittest.mock import patch

from console.handler import handle
from console.paths.pages import PAGES
from newsletter.container import app
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.web.oidc_client import Oidc
from tests.bench import processes
from tests.bench.programs import events
from tests.bench.programs.count_audience import SENT, send
from tests.bench.stub.readers import reader_id

MAILINGS = 500
BETWEEN = timedelta(hours=18)
"""Between two mailings: 500 in a year and a week."""
CLAIMS = {"sub": "bench", "name": "Bench", "cognito:groups": ["marketing"], "exp": 4_000_000_000}
SIGN_IN = ("/console/login", "/console/callback")
FRAMED = ("/console/digests/next/mail", "/console/forms/preview")
OF_S3 = ("/console/pictures",)
"""It does not grow with readers or mailings, and the stub has no S3."""
NO_PAGES = (*SIGN_IN, *FRAMED, *OF_S3)


def pages() -> list[str]:
    """Every page without a place in its path, and the large ones of those with one."""
    fixed = [path for path, methods in PAGES if "GET" in methods and "{" not in path and path not in NO_PAGES]
    return [*fixed, f"/console/mailings/{SENT}", f"/console/readers/{reader_id('a', 7)}"]


def opened(path: str) -> float:
    """Milliseconds of CPU. The second of two requests: the first imports and compiles."""
    took = 0.0
    for _ in range(2):
        request: dict[str, Any] = events.http("GET", path) | {"cookies": ["newsletter_session=token"]}
        began = process_time()
        answer = handle(request, events.Context())
        took = (process_time() - began) * 1000
        if answer["statusCode"] != 200:
            raise processes.Failed(f"{path}: {answer['statusCode']}")
    return took


def main() -> None:
    """Prints the milliseconds of each page."""
    send()
    for number in range(1, MAILINGS):
        at = app.now() - number * BETWEEN
        over = MailingStatus(MailingState.COMPLETE, at + timedelta(hours=1))
        mailing = Mailing(f"campaign-{number}", Kind.CAMPAIGN, at, subject=f"Kevät {number}", body="Moi.", status=over)
        app.mailings.create(mailing)
    with patch.object(Oidc, "verify", lambda *_: CLAIMS):
        print(json.dumps({path: opened(path) for path in pages()}))


if __name__ == "__main__":
    main()
