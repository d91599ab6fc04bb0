"""What tests of erasure share: a reader with a record of every kind, their button, and the mark that stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.links.links import LinkPurpose
from newsletter.publication.sequences import Trigger
from newsletter.readers import my_data
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp
from tests.support.readers.moves import NEW
from tests.support.readers.site import ID, READER, Clock, fill_in, link, post, stored
from tests.support.stack.cloud import Cloud

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OFFER = {"mailing": "m", "batch": "b", "extra": "sparraus"}
EVIDENCE = Evidence("GET", "Reader/1", "192.0.2.0/24", {})
VISIT = Visit(NOON, VisitKind.PRESS, "k", EVIDENCE)
CHOSEN = Choices(language="fi", name="Maija")


@pytest.fixture
def clock(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Clock:
    assert cloud.mails() == []
    return Clock(monkeypatch, NOON)


def erase() -> None:
    """The reader's button."""
    my_data.erase_every_address(ID, app.now(), app)


def a_whole_life(cloud: Cloud, clock: Clock) -> None:
    """A reader with a record of every kind."""
    cloud.subscribe(READER, "linkedin", name="Maija")
    cloud.press(link(LinkPurpose.OFFER, **OFFER))
    cloud.drain()
    clock.forward(minutes=11)
    app.offer_answers.put(ID, "sparraus", {"phone": "+358 40 123 4567"}, clock.now)
    post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW})
    fill_in(READER)
    cloud.drain()
    clock.forward(minutes=11)
    kinds = {item["record"]["S"].partition("#")[0] for item in cloud.items("Subscribers") if item["id"]["S"] == ID}
    assert kinds == {"answers", "change", "consent", "enrollment", "lead", "profile", "sign-up", "visit"}


def of_readers(cloud: Cloud) -> dict[str, Any]:
    """What is kept of readers."""
    return {name: items for name, items in stored(cloud).items() if name in ("Subscribers", "Leads")}


def only_the_mark(cloud: Cloud) -> bool:
    """Whether nothing is left of anybody but the mark."""
    (mark,) = cloud.items("Subscribers")
    return set(mark) == {"id", "record", "status", "erased_at"} and cloud.items("Leads") == []


def form(of: str = ID, **given: Any) -> SignUp:
    """A form that was filled in before the erasure."""
    old = SignUp(of, READER, CHOSEN, "1", "", "", NOON - timedelta(days=1), "old")
    return replace(old, **given)


def enrollment(version: int = 1) -> Enrollment:
    return Enrollment(ID, "sparraus", 1, Trigger.LEAD, NOON, NOON, version=version)
