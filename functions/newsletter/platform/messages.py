"""Every message on our queues. They carry ids and no mail address."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

M = TypeVar("M", bound="Message")


class MalformedMessage(ValueError):
    """A message that this version cannot read; it ends in the dead-letter queue, where a person looks at it."""


@dataclass(frozen=True)
class Message:
    """`type` and `version` go into its JSON. The version changes when older code could misunderstand a new message.

    While a release is deployed, and when it is rolled back, old code meets new messages and new code old ones. A field
    with a default needs nothing more: it is left out or passed over. Anything else takes two releases: the first reads
    the new version beside its own (`reads_too`) and writes the old one, the second writes the new one and reads both.
    """

    type: ClassVar[str]
    version: ClassVar[int] = 1
    reads_too: ClassVar[frozenset[int]] = frozenset()
    """Other versions whose fields are among today's, or have defaults: of the release before, or of the one to come."""

    def to_json(self) -> str:
        """The body of the queue message."""
        return json.dumps({"type": self.type, "version": self.version, **vars(self)}, separators=(",", ":"))


@dataclass(frozen=True)
class PlanPage(Message):
    """Plan one page of one shard of a mailing."""

    type: ClassVar[str] = "plan_page"
    mailing: str
    shard: str
    page: int


@dataclass(frozen=True)
class RequeueShard(Message):
    """Put on the queues what a shard of a mailing has left; its `type` is `go_on` for messages of earlier versions.

    With `anew`, every batch without a result and every page that is not planned, even if it was queued before;
    otherwise only what was not queued yet.
    """

    type: ClassVar[str] = "go_on"
    mailing: str
    shard: str
    anew: bool = True


@dataclass(frozen=True)
class SendBatch(Message):
    """Send one batch. `slot` is the time (Unix seconds) that the rate limiter has reserved for it, or 0.

    `tries` counts how often the batch went back for recipients that SES did not take.
    """

    type: ClassVar[str] = "send_batch"
    mailing: str
    batch: str
    variant: str
    recipients: tuple[str, ...]
    slot: float = 0.0
    tries: int = 0


@dataclass(frozen=True)
class SettleDoubt(Message):
    """Look whether Send events say what became of a batch in doubt, and decide once the wait for them is over."""

    type: ClassVar[str] = "settle_doubt"
    mailing: str
    batch: str


@dataclass(frozen=True)
class ConfirmSignUp(Message):
    """Send the confirmation mail of a sign-up, or with `reminder` its reminder. `invited`: an import signed them up.

    `moved_from` is the id of the reader who changes to this address; empty for a sign-up of its own.
    `since` is when it was first queued (Unix seconds), or 0 until it is first received: SQS counts a message that is
    put back as a new one.
    """

    type: ClassVar[str] = "confirm_sign_up"
    subscriber: str
    nonce: str
    reminder: bool = False
    invited: bool = False
    slot: float = 0.0
    since: float = 0.0
    moved_from: str = ""

    @property
    def transactional(self) -> bool:
        """Whether somebody has just sent a form and waits for the mail."""
        return not (self.reminder or self.invited)


@dataclass(frozen=True)
class SendNotice(Message):
    """Send a reader a transactional mail: `welcome`, or `moved` after a change of address. Its `type` is `notify`."""

    type: ClassVar[str] = "notify"
    mail: str
    subscriber: str
    nonce: str
    slot: float = 0.0
    since: float = 0.0

    @property
    def transactional(self) -> bool:
        """Whether somebody waits for the mail."""
        return True


@dataclass(frozen=True)
class SendTestMail(Message):
    """Send a test mail of a campaign, which is kept under this id for a day."""

    type: ClassVar[str] = "send_test_mail"
    test: str


@dataclass(frozen=True)
class StartCampaign(Message):
    """Start a scheduled campaign if its time has come. Losing it costs minutes: the tick finds it."""

    type: ClassVar[str] = "start_campaign"
    draft: str


@dataclass(frozen=True)
class CarryOnTransfer(Message):
    """Do the next step of an import or an export of readers; its record says which that is."""

    type: ClassVar[str] = "carry_on_transfer"
    transfer: str


@dataclass(frozen=True)
class TakeUpOffer(Message):
    """The button of an offer was pressed: judge by whom, and make the lead.

    `at` has milliseconds. `page_age` are the seconds since the page was shown; None if the press came without a page of
    ours, which makes no lead. `from_page` is whether it came from where the page was shown.
    """

    type: ClassVar[str] = "take_up_offer"
    subscriber: str
    offer: str
    how: str
    at: str
    mailing: str
    batch: str
    position: int
    evidence: Mapping[str, Any]
    page_age: float | None = None
    from_page: bool = False


@dataclass(frozen=True)
class AnswersGiven(Message):
    """A reader filled in the form that follows the button of an offer; the answers are kept under their id."""

    type: ClassVar[str] = "answers_given"
    subscriber: str
    offer: str


@dataclass(frozen=True)
class Visited(Message):
    """A link of a mail was opened: `at` is when (Unix milliseconds), `kind` and `evidence` are those of a visit."""

    type: ClassVar[str] = "visited"
    subscriber: str
    mailing: str
    batch: str
    position: int
    kind: str
    link: str
    at: int
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class VisitsTogether(Message):
    """Several links were opened: each of `visits` has the fields of a Visited."""

    type: ClassVar[str] = "visits"
    visits: tuple[Mapping[str, Any], ...]

    def each(self) -> list[Visited]:
        """The visits. Raises MalformedMessage."""
        try:
            return [Visited(**visit) for visit in self.visits]
        except TypeError as error:
            raise MalformedMessage(f"{self.type}: {error}") from error


@dataclass(frozen=True)
class WakeLead(Message):
    """Events of a lead wait in the outbox: hand off those that are due. Lost, the tick finds them."""

    type: ClassVar[str] = "wake_lead"
    lead: str


@dataclass(frozen=True)
class ProbeCrm(Message):
    """The CRM has rested after failures: hand off one event that is due, to see whether it works again."""

    type: ClassVar[str] = "probe_crm"


@dataclass(frozen=True)
class CrmSaid(Message):
    """The CRM told at that time, by the webhook of that id, what became of a lead: `lead.accepted`, `lead.won` or
    `lead.lost`.
    """

    type: ClassVar[str] = "crm_said"
    what: str
    lead: str
    at: str
    webhook: str


@dataclass(frozen=True)
class LeadDecided(Message):
    """A person has decided on a lead, which is written: do what follows. Losing it costs minutes: the tick finds it."""

    type: ClassVar[str] = "lead_decided"
    lead: str


_TYPES: dict[str, type[Message]] = {
    kind.type: kind
    for kind in (
        *(PlanPage, RequeueShard, SendBatch, SettleDoubt, ConfirmSignUp, SendNotice, SendTestMail, StartCampaign),
        *(TakeUpOffer, AnswersGiven, LeadDecided, Visited, VisitsTogether, WakeLead, ProbeCrm, CrmSaid),
        CarryOnTransfer,
    )
}


def from_json(body: str) -> Message:
    """The message in a queue message's body. Raises MalformedMessage."""
    try:
        data = json.loads(body)
        kind = _TYPES[data.pop("type")]
        version = data.pop("version")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedMessage(f"not one of our messages: {body[:80]!r}") from error
    if version not in {kind.version, *kind.reads_too}:
        raise MalformedMessage(f"{kind.type}: version {version}, this code reads {kind.version}")
    try:
        names = {field.name for field in fields(kind)}
        message = kind(**{name: tuple(v) if isinstance(v, list) else v for name, v in data.items() if name in names})
    except TypeError as error:
        raise MalformedMessage(f"{kind.type}: {error}") from error
    return message
