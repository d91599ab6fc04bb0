"""Whether the links of a campaign answer: checked only when a person asks for it, because it needs the network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import urllib3

from cli.progress import counted
from newsletter.mail.markdown import WEB, places_in
from newsletter.mail.preflight_rules import Rule
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.preflight import Fault

TIMEOUT = 10.0
MAX_LINKS = 100
ALLOWED = frozenset({401, 403, 405, 429, 999})
"""What a site says to programs about a page that people can read; nothing is wrong with the link."""


def dead_links(mailing: Mailing) -> list[Fault]:
    """A fault for each link and picture of the campaign that is gone; a warning where that is not certain."""
    places = {place.target: place for place in places_in(mailing.body) if WEB.fullmatch(place.target)}
    addresses = list(places)[:MAX_LINKS]
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = zip(addresses, counted(pool.map(_answer, addresses), "Links", len(addresses)), strict=True)
        return [
            Fault(Rule.LINK, gone, f"“{address}” {said}", mailing.language, "body", places[address].line)
            for address, (said, gone) in answers
            if said
        ]


def _answer(address: str) -> tuple[str, bool]:
    """What is wrong with the address, if anything, and whether that is certain."""
    try:
        status = _status("HEAD", address)
        if status >= 400:
            # Many sites answer HEAD wrongly.
            status = _status("GET", address)
    except urllib3.exceptions.HTTPError as error:
        reason = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) else error
        return f"does not answer: {type(reason).__name__}", False
    if status < 400 or status in ALLOWED:
        return "", False
    return f"answers {status}", status in (404, 410)


def _status(method: str, address: str) -> int:
    answer = urllib3.request(
        method, address, timeout=TIMEOUT, retries=urllib3.Retry(3, redirect=5), preload_content=False
    )
    answer.close()
    return answer.status
