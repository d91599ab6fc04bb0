"""What one request tells about its sender by itself: whether a program made it, and what is odd about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.leads.visits.evidence import Evidence
from newsletter.leads.visits.rules import Rules
from newsletter.leads.visits.verdict import Reason

SENDS_FETCH_METADATA = {"Chrome": 80, "Firefox": 90}
"""From which version on a browser sends Sec-Fetch-Mode, and -User where a person acted:
https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-User (Safari does not send the latter)."""
_VERSION = re.compile(r"(Chrome|Firefox)/(\d{1,4})")
_BROWSER = re.compile(r"Mozilla/\d|Opera/\d|Lynx/|w3m/|E?Links[ /(]", re.IGNORECASE)


@dataclass(frozen=True)
class Signals:
    """`proof`: the request was a program's. `network`: whose scanners look from there, or empty.

    `odd`: codes of what a person's browser rarely does; none of them proves anything.
    """

    proof: Reason | None
    network: str
    odd: tuple[str, ...]


def signals(evidence: Evidence, rules: Rules) -> Signals:
    """The signals of a request by its evidence alone."""
    return Signals(_proof(evidence, rules), rules.network_name(evidence.network), _odd(evidence))


def _proof(evidence: Evidence, rules: Rules) -> Reason | None:
    if name := rules.agent_name(evidence.user_agent):
        return Reason("known_agent", {"name": name})
    if evidence.method == "HEAD":
        return Reason("head")
    for header, values in rules.prefetch.items():
        sent = evidence.headers.get(header, "").lower()
        if sent and any(value in sent for value in values):
            return Reason("prefetch")
    return None


def _odd(evidence: Evidence) -> tuple[str, ...]:
    headers = evidence.headers
    odd = []
    if not headers.get("accept-language"):
        odd.append("no_language")
    if not _BROWSER.match(evidence.user_agent):
        odd.append("no_browser")
    if "text/html" not in headers.get("accept", ""):
        odd.append("no_page_wanted")
    version = _VERSION.search(evidence.user_agent)
    if version and int(version[2]) >= SENDS_FETCH_METADATA[version[1]]:
        if not headers.get("sec-fetch-mode"):
            odd.append("not_that_browser")
        elif headers.get("sec-fetch-user") != "?1":
            odd.append("nobody_acted")
    if headers.get("sec-fetch-mode", "navigate") != "navigate":
        odd.append("no_navigation")
    return tuple(odd)
