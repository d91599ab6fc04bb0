"""The public address: do readers reach the pages behind it, and have these what they need?"""

from __future__ import annotations

import json
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from cli.doctor.finding import Finding, fault, fine, warning
from cli.doctor.place import Place
from newsletter.platform.web.http_client import Exchanged, WebFault, exchange, place_of

SECONDS = 15.0
MOST_BYTES = 10_000
SLOW = 5.0
"""Seconds for a page; a cold start takes one or two."""


def look(place: Place) -> Finding:
    """Ask for /health there, which tells what the readers' pages need."""
    url = f"{place.app.settings.public_url}/health"
    curl = f"curl -i {url}"
    if not place.local and urlsplit(url).scheme != "https":
        right = "set PublicUrl in deploy.<stage>.toml to an https address, then make deploy"
        return fault(f"{url} is not https: links of readers go unencrypted", right)
    began = monotonic()
    try:
        answer = exchange(
            place_of(url, began + SECONDS),
            {"accept": "application/json"},
            most_bytes=MOST_BYTES,
            deadline=began + SECONDS,
            cut=True,
        )
    except WebFault as error:
        right = f'{curl}\nif the name leads nowhere: "The public address" in docs/deploy.md'
        return fault(f"nobody reaches {url}: {error}", right)
    return _judged(answer, url, monotonic() - began, f"{curl}\nnewsletter secrets check {place.options}")


def _judged(answer: Exchanged, url: str, seconds: float, mend: str) -> Finding:
    said = _json(answer.body)
    if "status" not in said:
        return fault(f"{url} answers HTTP {answer.status}, and it is not the newsletter that does", mend)
    if answer.status != 200 or said["status"] != "ok":
        known = said.get("parts", {})
        parts = ", ".join(f"{name}: {state}" for name, state in known.items() if state != "ok") or said["status"]
        return fault(f"{url} answers HTTP {answer.status} ({parts}), and every page of readers fails", mend)
    if seconds > SLOW:
        return warning(f"{url} answers, but only after {seconds:.0f} seconds", mend)
    return fine(f"{url} answers that everything is there")


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
