"""A reader with a mail of earlier, and what may have become of them since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newsletter.container import app
from newsletter.mailings.mailing import Variant
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status
from tests.support.readers.site import ID, link, post, reader
from tests.support.stack.cloud import Cloud

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFFER = {"mailing": "m", "batch": "b", "extra": "sparraus"}
TARGET = "https://blog.example.com/a"


@pytest.fixture(autouse=True)
def mailing(cloud: Cloud) -> None:
    """A mailing with one link, of which the reader got a mail."""
    assert cloud.mails() == []
    app.mailings.put_variant("m", Variant("fi", "", "", "", ()), [("k", TARGET)])
    batch = Batch("m", "b", "fi", (ID,))
    app.deliveries.claim(batch, ".", {}, NOON)


def refuse(cloud: Cloud) -> None:
    """The reader refuses tracking."""
    assert post(cloud, link(LinkPurpose.PREFERENCES), {"topics": "linkedin", "language": "fi"})["statusCode"] == 200
    assert not reader().choices.tracking


def leave(cloud: Cloud) -> None:
    """The reader unsubscribes."""
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), {})["statusCode"] == 200


def stop(status: Status) -> Callable[[Cloud], None]:
    """Something else ends the mail to the reader."""

    def act(_: Cloud) -> None:
        assert app.subscribers.deactivate(ID, status, "test", app.now())

    return act
