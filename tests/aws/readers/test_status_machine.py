"""Whatever happens to a reader in whatever order: active only by a confirmation of the form that waits, or as new."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.container import app
from newsletter.leads.lead import lead_id
from newsletter.leads.record_press import record_press
from newsletter.leads.take_up_offer import ShownPage, can_be_contacted, source_of, take_up_offer
from newsletter.leads.visits.evidence import Evidence, Visit, VisitKind
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import ConfirmSignUp, Message
from newsletter.publication.publication import SIGN_UP_LIFE
from newsletter.readers import my_data
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.imports.import_subscribers import ImportList, Mode, import_rows
from newsletter.readers.imports.read_row import Row
from newsletter.readers.signup.confirm import confirm, send_again
from newsletter.readers.signup.subscribe import SignUpForm, checked, subscribe
from newsletter.readers.subscriber import Status, subscriber_id
from newsletter.readers.unsubscribe import ask_to_resubscribe, unsubscribe
from tests.support.leads.presses import press_at
from tests.support.readers.stored import stored_records
from tests.support.stack.cloud import PEPPER, Cloud

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEFT = (Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED, Status.ERASED)


@dataclass(frozen=True)
class Seen:
    """What is stored of a reader, as of one moment."""

    profile: dict[str, Any]
    records: frozenset[str]

    @classmethod
    def of(cls, subscriber: str) -> Seen:
        """Now."""
        items = stored_records(app.subscribers, subscriber)
        profile = next((item for item in items if item["record"] == "profile"), {})
        return cls(dict(profile), frozenset(str(item["record"]) for item in items))

    @property
    def status(self) -> str:
        return str(self.profile.get("status", ""))

    @property
    def left(self) -> tuple[object, ...]:
        """When and how they left."""
        return self.profile.get("left_at"), self.profile.get("left_how")


@dataclass
class Life:
    """One reader: what is done to them, and the links they were mailed."""

    email: str
    now: datetime = START
    mailed: list[str] = field(default_factory=list)
    pressed: bool = False

    @property
    def id(self) -> str:
        return subscriber_id(PEPPER.encode(), self.email)

    @property
    def status(self) -> str:
        return Seen.of(self.id).status

    @property
    def consents(self) -> list[str]:
        """What the chain says of them."""
        return [record.consent.act for record in app.consents.chain(self.id)]

    @property
    def waiting(self) -> str:
        """The link of the form that can be confirmed now."""
        sign_up = app.sign_ups.get(self.id, self.now)
        return sign_up.link if sign_up else ""

    def hand_off(self) -> None:
        """The message of a press that may have waited long."""
        if self.pressed:
            record_press(press_at(self.now, self.id, mailing="m"), self.now, app)

    def follow(self, act: str) -> None:
        """What is done with the links of an old mail, and what waits of it."""
        match act:
            case "visit":
                app.visits.add(self.id, "m", [Visit(self.now, VisitKind.LINK, "k", EVIDENCE)], "b", 0, self.now)
            case "press":
                asker = current_subscriber(self.id, app)
                if can_be_contacted(asker):
                    page = ShownPage(secrets.token_hex(8), timedelta(seconds=20), source_of(EVIDENCE))
                    take_up_offer(asker, LinkClaims(self.id, "m", "b", extra="sparraus"), page, EVIDENCE, self.now, app)
                self.pressed = True
            case "hand_off":
                self.hand_off()
            case "come_back":
                ask_to_resubscribe(LinkClaims(self.id), self.now, app)

    def do(self, act: str, number: int) -> None:
        ref = LinkClaims(self.id)
        self.follow(act)
        match act:
            case "wait":
                self.now += timedelta(minutes=(1, 11, 600, 1500, 8 * 1440)[number % 5])
            case "subscribe":
                form = SignUpForm(self.email, {"topics": ("linkedin",), "language": "fi"}, consent=True)
                subscribe(checked(form, self.now, app), self.now, app)
            case "confirm":
                link = self.mailed[-1 - number % len(self.mailed)] if self.mailed else secrets.token_hex(8)
                confirm(LinkClaims(self.id, extra=link), self.now, app)
            case "send_again":
                send_again(ref, self.now, app)
            case "unsubscribe":
                unsubscribe(ref, "page", self.now, app)
            case "bounce" | "complain":
                status = Status.BOUNCED if act == "bounce" else Status.COMPLAINED
                kept = app.publication.retention.left
                app.bounces.stop(self.id, status, act, valid_at=self.now, now=self.now, forget_after=kept)
            case "erase":
                my_data.erase(self.id, self.now, app)
            case "import":
                mode = Mode.CONFIRMED if number % 2 else Mode.PENDING
                import_rows([Row(self.email)], ImportList(f"file{number}", mode, "paper"), self.now, app)
            case "import_left":
                import_rows([Row(self.email)], ImportList(f"file{number}", Mode.LEFT), self.now, app)


EVIDENCE = Evidence("GET", "", "", {})
ACTS = (
    "visit",
    "press",
    "hand_off",
    "subscribe",
    "confirm",
    "confirm",
    "send_again",
    "come_back",
    "unsubscribe",
    "bounce",
    "complain",
    "erase",
)
steps = st.lists(
    st.tuples(st.sampled_from([*ACTS, "import", "import_left", "wait", "wait"]), st.integers(0, 9)), max_size=20
)


@pytest.fixture
def mailed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the links of the confirmation mails that were asked for carry, of all readers in turn."""
    assert cloud.mails() == []
    found: list[str] = []

    def caught(_: str, *messages: Message) -> None:
        for message in messages:
            if isinstance(message, ConfirmSignUp):
                waiting = app.sign_ups.waiting([message.subscriber], datetime.min.replace(tzinfo=UTC))
                found.extend(form.link for form in waiting.values())

    queues = app.queues
    monkeypatch.setattr(queues, "send", caught)
    monkeypatch.setattr(queues, "send_all", lambda queue, messages: caught(queue, *messages))
    yield found
    found.clear()


def check(before: Seen, after: Seen, life: Life, act: str, *, fresh: bool) -> None:
    """What one act may do to the status, and must; `fresh`: it confirmed the form that waited."""
    status = before.status
    if after.status == Status.ACTIVE and status != Status.ACTIVE:
        assert fresh or (act == "import" and status == "")
    if fresh:
        assert after.status == Status.ACTIVE
    if act in ("unsubscribe", "bounce", "complain", "erase"):
        assert after.status != Status.ACTIVE
    if act == "complain" and status not in ("", Status.ERASED):
        assert after.status == Status.COMPLAINED
    elif status in LEFT and not fresh:
        assert after.status in (status, Status.ERASED)
    if (status, act) == (Status.UNSUBSCRIBED, "complain"):
        assert after.left == before.left
    assert ("mailable" in after.profile) == (after.status == Status.ACTIVE)
    if after.status == Status.ERASED and not life.waiting:
        assert after.records <= {"profile", "sign-up"}  # a form that is over waits for DynamoDB or the tick
        assert app.leads.kept(lead_id(life.id, "sparraus", 1)) is None
    if act == "erase":
        assert after.records == {"profile"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_nobody_is_active_but_by_their_own_fresh_confirmation(mailed: list[str], steps: list[tuple[str, int]]) -> None:
    life = Life(f"{secrets.token_hex(6)}@example.com")
    mailed.clear()
    before = Seen.of(life.id)
    for act, number in steps:
        life.mailed = list(mailed)
        nonce = life.mailed[-1 - number % len(life.mailed)] if life.mailed else ""
        fresh = act == "confirm" and nonce != "" and nonce == life.waiting
        consents = life.consents if act == "complain" else []
        life.do(act, number)
        after = Seen.of(life.id)
        check(before, after, life, act, fresh=fresh)
        if (before.status, act) == (Status.UNSUBSCRIBED, "complain"):
            assert life.consents == consents
        assert app.consents.faults(life.id) == []
        before = after


def test_a_form_cannot_be_confirmed_when_its_days_are_over(mailed: list[str]) -> None:
    life = Life("hidas@example.com")
    life.do("subscribe", 0)
    life.mailed = list(mailed)
    life.now += SIGN_UP_LIFE
    life.do("confirm", 0)
    assert (life.status, life.waiting) == ("", "")
    life.now -= timedelta(seconds=1)
    life.do("confirm", 0)
    assert life.status == Status.ACTIVE
