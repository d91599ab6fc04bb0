"""Take an A/B test further: note when its last mail is out, decide when its time is over, send the winner to the rest.

The monitor calls it every few minutes. Each step is one conditional write, and what follows from it is done again by
the next run, so that late, doubled and broken runs change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from newsletter.mailings.control.resume import requeue_shards
from newsletter.mailings.experiments.decision import Tried, decide, decision_in_words
from newsletter.mailings.experiments.experiment import REST
from newsletter.mailings.status import MailingState, MailingStatus

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.experiments.decision import Decision
    from newsletter.mailings.mailing import Mailing

CHOSEN = "subject chosen"
"""The word in the decision log."""


class ArmFigures(Protocol):
    """What reports count of an arm; numbers of recipients."""

    @property
    def planned(self) -> int:
        """Recipients of the arm."""

    @property
    def waiting(self) -> int:
        """Those whom the sender has not finished."""

    @property
    def accepted(self) -> int:
        """Those whose mail SES took."""

    @property
    def people(self) -> int:
        """Those of whom a person opened a link or the offer, as far as is known."""


def decides_at(mailing: Mailing) -> datetime | None:
    """When the test's time is over; None while its mails are not all out, and for other mailings."""
    if mailing.ab is None or mailing.tested_since is None:
        return None
    return mailing.tested_since + timedelta(hours=mailing.ab.hours)


def is_due(mailing: Mailing, now: datetime) -> bool:
    """Whether the winner is to be chosen at `now`; not while the mailing is stopped."""
    end = decides_at(mailing)
    return mailing.is_undecided and mailing.status.state is MailingState.SENDING and end is not None and end <= now


def note_test_is_out(
    mailing: Mailing, arms: Mapping[str, ArmFigures], app: Container, *, now: datetime, planned: bool
) -> bool:
    """Note that the time of the test begins, if every mail of it is out; `planned`: nothing is left to plan.

    A test without a recipient has nothing to wait for: its time is over at once.
    """
    if not mailing.is_undecided or mailing.tested_since is not None or mailing.ab is None or not planned:
        return False
    tested = [figures for arm, figures in arms.items() if arm in mailing.ab.arms and arm != REST]
    if mailing.status.state is not MailingState.SENDING or any(each.waiting for each in tested):
        return False
    started = now if any(each.planned for each in tested) else now - timedelta(hours=mailing.ab.hours)
    return app.experiments.note_out(mailing.id, started)


def choose_subject(mailing: Mailing, arms: Mapping[str, ArmFigures], app: Container, *, now: datetime) -> bool:
    """Choose the winner by these figures and send it to the rest; whether this run chose it."""
    if mailing.ab is None or not is_due(mailing, now):
        return False
    tried = [Tried(each.accepted, each.people) if each else Tried(0, 0) for each in map(arms.get, mailing.ab.arms[:-1])]
    rest = arms.get(REST)
    before = mailing.status
    # A later moment than that of any change before it: a run that ends one of those must not take this for its own.
    at = max(now, before.since + timedelta(seconds=1))
    decision = decide(tried, rest.planned if rest else 0, at)
    after = MailingStatus(MailingState.SENDING, at, needs_requeue=True, refused=before.refused)
    if not app.experiments.decide(mailing.id, before, after, decision):
        return False
    record_choice(mailing.id, decision, app)
    requeue_shards(mailing.id, after, app)
    return True


def record_choice(mailing: str, decision: Decision, app: Container) -> None:
    """Write the choice into the decision log, once; called again after a crash."""
    app.decisions.put(decision.decided_at, mailing, CHOSEN, decision_in_words(decision), replace=False)
