"""Correct where a link of a mailing leads, after it was sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.mail.mail_links import link_key
from newsletter.mail.markdown import WEB
from newsletter.mailings.mailing import Mailing
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_URL = 2_000
"""Characters of an address; what some mail programs and proxies still take."""


def relink(mailing_id: str, old: str, new: str, app: Container, *, by: str, now: datetime) -> str:
    """Let the mailing's link to `old` lead to `new`, within a minute; the target that it has now.

    `old` is the address as it was written, as a report shows it, or what it was corrected to before. Mails in which
    links are not followed up hold the address itself, which nobody can change any more; archive and letters in the
    browser show the new one. Doing it again changes nothing. Raises NotFound and InvalidInput (`new_url`).
    """
    mailing = app.mailings.get(mailing_id)
    if mailing is None:
        raise NotFound(f"mailing {mailing_id}")
    target = app.publication.utm.added_to(_checked(new), mailing_id)
    for written in dict.fromkeys(_written(old, mailing, app)):
        if app.mailings.relink(mailing_id, link_key(written), written, target, by, now):
            said = say("{link} leads to {target}, by {who}", link=written, target=target, who=by)
            app.decisions.put(now, mailing_id, "relinked", said)
            return target
    raise NotFound(f"{mailing_id} has no link to {old}")


def _checked(url: str) -> str:
    if not WEB.fullmatch(url) or not url.isprintable() or len(url) > MAX_URL:
        raise InvalidInput(
            "new_url",
            say("{url} is no http(s) address of at most {most} characters", url=repr(url[:200]), most=MAX_URL),
        )
    try:
        found = urlsplit(url)
        right = bool(found.hostname) and (found.port is None or found.port > 0) and "@" not in found.netloc
    except ValueError:
        right = False
    if not right:
        raise InvalidInput("new_url", say("{url} has no host that could be asked", url=repr(url)))
    return url


def _written(url: str, mailing: Mailing, app: Container) -> Iterator[str]:
    """Which links of the mailing, as they were written, may be meant by the address."""
    yield url
    for written, target in mailing.relinked:
        if url == target:
            yield written
    yield app.publication.utm.taken_from(url)
