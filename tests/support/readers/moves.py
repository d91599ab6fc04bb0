"""A reader who takes another address."""

from __future__ import annotations

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.readers.subscriber import subscriber_id
from tests.support.readers.site import link, post
from tests.support.stack.cloud import PEPPER, Cloud, link_to

NEW = "maija@uusi.example.com"
NEW_ID = subscriber_id(PEPPER.encode(), NEW)
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def ask(cloud: Cloud) -> str:
    """Ask for the new address; the link of the confirmation mail that comes there."""
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})["statusCode"] == 200
    cloud.drain()
    return link_to("confirm", cloud.mails(NEW)[-1])


def move(cloud: Cloud) -> None:
    """Take the new address."""
    assert cloud.http("POST", ask(cloud))["statusCode"] == 200
    cloud.drain()


def own(purpose: LinkPurpose) -> str:
    """A page of the reader under the new address."""
    return f"/{purpose}/{app.links.token(purpose, LinkClaims(NEW_ID))}"


def sent(cloud: Cloud, to: str) -> list[str]:
    """The mailings that an address got."""
    return [mail.tags["mailing"] for mail in cloud.mails(to)]
