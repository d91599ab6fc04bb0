"""What can be done to the product, from a form on the public site to a scheduled run: for tests in which AWS does not
answer or a process dies.

Each action begins in a state of tests/support/stack/product_states.py and is done once. A person who gets no answer
does it again: presses the button again, calls again; a schedule runs again by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from newsletter.articles.feeds.accept_feed import accept_feed
from newsletter.container import app
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.digests.approve import approve_digest, reject_digest
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from newsletter.sending.feedback.circuit_breaker import close_breaker
from tests.support.readers.site import FORM, READER, Clock, link, post
from tests.support.stack import product_states as state
from tests.support.stack.cloud import Cloud
from tests.support.stack.product_states import NEW, NOON, OURS, approval, good, press


@dataclass(frozen=True)
class Action:
    """`prepare` brings the product into its state and gives what `act` needs.

    With `ticks`, what a process left claimed when it died is done by a later tick.
    """

    prepare: Callable[[Cloud, Clock], Any]
    act: Callable[[Cloud, Clock, Any], object]
    ticks: bool = False


ACTIONS: dict[str, Action] = {}


def action(
    prepare: Callable[[Cloud, Clock], Any], *, ticks: bool = False
) -> Callable[[Callable[[Cloud, Clock, Any], object]], object]:
    """Register an action under the name of its function."""

    def named(act: Callable[[Cloud, Clock, Any], object]) -> object:
        ACTIONS[act.__name__] = Action(prepare, act, ticks)
        return act

    return named


# --- the public site -------------------------------------------------------------------------------------------------


@action(state.empty)
def subscribe(cloud: Cloud, _clock: Clock, _: None) -> None:
    good(post(cloud, "/subscribe", {**FORM, "topics": "linkedin"}))


@action(state.asked)
def confirm(cloud: Cloud, _clock: Clock, path: str) -> None:
    good(press(cloud, path))


@action(state.reading)
def change_every_choice(cloud: Cloud, _clock: Clock, _: None) -> None:
    choices: dict[str, str | list[str]] = {
        "topics": ["tekoaly"],
        "language": "sv",
        "name": "M.",
        "frequency": "monthly",
    }
    good(press(cloud, link(LinkPurpose.PREFERENCES), **choices))


@action(state.reading)
def unsubscribe_on_the_page(cloud: Cloud, _clock: Clock, _: None) -> None:
    good(post(cloud, link(LinkPurpose.UNSUBSCRIBE, mailing="welcome", batch="b"), {}, **OURS))


@action(state.reading)
def unsubscribe_with_one_click(cloud: Cloud, _clock: Clock, _: None) -> None:
    good(post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"List-Unsubscribe": "One-Click"}))


@action(state.left)
def come_back(cloud: Cloud, _clock: Clock, _: None) -> None:
    good(post(cloud, link(LinkPurpose.UNSUBSCRIBE), {"back": "yes"}, **OURS))


@action(state.reading)
def ask_for_another_address(cloud: Cloud, _clock: Clock, _: None) -> None:
    good(post(cloud, link(LinkPurpose.PREFERENCES), {"new_email": NEW}, **OURS))


@action(state.moving)
def move(cloud: Cloud, _clock: Clock, path: str) -> None:
    good(press(cloud, path))


@action(state.with_a_step_to_come)
def erase(cloud: Cloud, clock: Clock, _: None) -> None:
    answer = press(cloud, link(LinkPurpose.MY_DATA), erase="yes")
    assert answer["statusCode"] in {200, 303, 410}, answer
    cloud.run("nurture", clock.now)


@action(state.offered, ticks=True)
def press_the_offer(cloud: Cloud, _clock: Clock, path: str) -> None:
    good(press(cloud, path))


@action(state.linked)
def click(cloud: Cloud, _clock: Clock, path: str) -> None:
    assert cloud.http("GET", path)["statusCode"] == 302


# --- schedules and queues --------------------------------------------------------------------------------------------


@action(state.published)
def send_the_digest(cloud: Cloud, clock: Clock, _: str) -> None:
    cloud.run("planner", clock.now)


@action(state.with_a_step_to_come)
def send_the_step(cloud: Cloud, clock: Clock, _: None) -> None:
    cloud.run("nurture", clock.now)


@action(state.asked)
def remind(cloud: Cloud, clock: Clock, _: str) -> None:
    cloud.run("nurture", clock.now + timedelta(days=3))


@action(state.left)
def forget_who_left(cloud: Cloud, clock: Clock, _: None) -> None:
    cloud.run("nurture", clock.now + timedelta(days=2000))


@action(state.with_a_waiting_campaign)
def go_on_by_itself(cloud: Cloud, clock: Clock, _: str) -> None:
    cloud.run("nurture", clock.now)


@action(state.with_a_pilot)
def judge_the_pilot(cloud: Cloud, clock: Clock, _: str) -> None:
    cloud.run("nurture", clock.now)


@action(state.with_a_sent_campaign)
def certify(cloud: Cloud, clock: Clock, _: str) -> None:
    cloud.run("nurture", clock.now)


@action(state.mailed)
def bounce(cloud: Cloud, _clock: Clock, mail: str) -> None:
    cloud.ses.act(mail, "bounce")


@action(state.mailed)
def complain(cloud: Cloud, _clock: Clock, mail: str) -> None:
    cloud.ses.act(mail, "complain")


# --- the console and the command line --------------------------------------------------------------------------------


@action(state.reading)
def start_a_campaign(_cloud: Cloud, clock: Clock, _: None) -> None:
    state.campaign(clock)


@action(state.with_a_campaign)
def pause(_cloud: Cloud, clock: Clock, mailing: str) -> None:
    pause_mailing(mailing, app, by="Maija", now=clock.now)


@action(state.with_a_paused_campaign)
def resume(_cloud: Cloud, clock: Clock, mailing: str) -> None:
    resume_mailing(mailing, app, by="Maija", now=clock.now)


@action(state.with_a_campaign)
def cancel(_cloud: Cloud, clock: Clock, mailing: str) -> None:
    cancel_mailing(mailing, app, by="Maija", now=clock.now)


@action(state.published)
def let_the_digest_wait(cloud: Cloud, clock: Clock, _: str) -> None:
    with approval():
        cloud.run("planner", clock.now)


@action(state.awaiting_approval)
def approve(_cloud: Cloud, clock: Clock, period: str) -> None:
    with approval():
        approve_digest(period, app, by="Maija", now=clock.now)


@action(state.awaiting_approval)
def reject(_cloud: Cloud, clock: Clock, period: str) -> None:
    with approval():
        reject_digest(period, app, by="Maija", now=clock.now)


@action(state.awaiting_approval)
def let_the_deadline_pass(cloud: Cloud, clock: Clock, _: str) -> None:
    with approval():
        for days in (2, 3):
            clock.now = NOON + timedelta(days=days)
            cloud.invoke("planner", {"now": clock.now.isoformat(), "only": "look after"})
            cloud.drain()


@action(state.with_an_open_breaker)
def close_the_breaker(_cloud: Cloud, clock: Clock, _: None) -> None:
    close_breaker("Maija", app, now=clock.now)


@action(state.with_a_held_feed)
def accept_the_feed(_cloud: Cloud, clock: Clock, feed: str) -> None:
    accept_feed(feed, clock.now, app)


@action(state.empty)
def import_confirmed(_cloud: Cloud, clock: Clock, _: None) -> None:
    import_rows([Row(READER)], ImportList("messut", Mode.CONFIRMED, "list"), clock.now, app, again=True)


@action(state.empty)
def import_pending(_cloud: Cloud, clock: Clock, _: None) -> None:
    import_rows([Row(READER)], ImportList("messut", Mode.PENDING), clock.now, app, again=True)
