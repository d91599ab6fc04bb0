"""A mailing (one thing sent to many), its audience and its variants."""

from __future__ import annotations

import hashlib
import re
from base64 import b32encode
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from enum import StrEnum

from newsletter.mail.writing.blocks import Card
from newsletter.mailings.audience.rule import Audience as Audience  # noqa: PLC0414 (others find it here)
from newsletter.mailings.drafts.origin import Origin
from newsletter.mailings.experiments.decision import Decision
from newsletter.mailings.experiments.experiment import Experiment
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication

NAME = re.compile(r"[a-z0-9][a-zA-Z0-9-]{0,59}")
"""A campaign's name. It becomes part of the mailing's id and so of SES tags: [A-Za-z0-9_-] only (AWS: MessageTag)."""

CONFIRMATION = "confirmation"
INVITATION = "invitation"
WELCOME = "welcome"
MOVED = "moved"
ALREADY = "already"
"""Ids of the automated mailings. Each of their mails follows what one person did, so that nothing is planned."""


class Kind(StrEnum):
    """What a mailing is for. The values are stored; that of SERVICE is the word of the first release."""

    DIGEST = "digest"
    CAMPAIGN = "campaign"
    STEP = "step"
    WELCOME = "welcome"
    SERVICE = "administrative"
    INVITATION = "invitation"

    @property
    def transactional(self) -> bool:
        """Whether somebody waits for the mail at a screen, so that it uses the rate reserved for such mail."""
        return self in (Kind.WELCOME, Kind.SERVICE)

    @property
    def to_subscribers(self) -> bool:
        """Whether recipients have a subscription they can end; the other mails offer one or are about its end."""
        return self not in (Kind.SERVICE, Kind.INVITATION)

    @property
    def automated(self) -> bool:
        """Whether each mail follows what one person did, so that there is nothing to plan."""
        return self not in (Kind.DIGEST, Kind.CAMPAIGN)


@dataclass(frozen=True)
class Mailing:
    """One digest, campaign or sequence step.

    A digest's `articles`, and the older ones `related` to them, are fixed when it starts, so that a repeated run sends
    the same. A campaign has its text as Markdown in `body`, written in `language`. `archive` says whether marketing
    wants it shown in the archive; None leaves it to `for_archive`. `nobody`: it was planned and has no recipient, so it
    is in no list. `relinked` are links as they were written and where they lead since somebody corrected them. `cards`
    are the articles in its text, as they were when it was prepared. `taken_out`: a person took it out of the archive
    after it was sent. `origin` is who had a campaign sent, from which draft. These five and the status do not count in
    comparisons, nor do `tested_since`, when the last mail of its A/B test (`ab`) was out, the `decision` on that test,
    and `sent_again`, the mailing that sends this one again. `again_of` is the mailing that this one sends again, to
    those who did not click.
    """

    id: str
    kind: Kind
    created_at: datetime
    audience: Audience = field(default_factory=Audience)
    subject: str = ""
    articles: tuple[str, ...] = ()
    body: str = ""
    offer: str = ""
    preheader: str = ""
    language: str = ""
    archive: bool | None = None
    related: tuple[str, ...] = ()
    doubt: str = ""
    doubt_wait_minutes: int = 0
    ab: Experiment | None = None
    again_of: str = ""
    status: MailingStatus = field(default=MailingStatus(), compare=False)
    nobody: bool = field(default=False, compare=False)
    relinked: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    cards: tuple[Card, ...] = field(default=(), compare=False)
    taken_out: bool = field(default=False, compare=False)
    origin: Origin | None = field(default=None, compare=False)
    decision: Decision | None = field(default=None, compare=False)
    tested_since: datetime | None = field(default=None, compare=False)
    sent_again: str = field(default="", compare=False)

    def day(self, zone: tzinfo) -> date:
        """The day of the publication's time zone on which it starts: whoever has paused their mail on it gets none."""
        return self.created_at.astimezone(zone).date()

    @property
    def is_undecided(self) -> bool:
        """Whether it has an A/B test of which the winner is not known yet."""
        return self.ab is not None and self.decision is None

    @property
    def with_each_subject(self) -> tuple[Mailing, ...]:
        """The mailing as each part of its A/B test gets it; itself, if it has none."""
        if self.ab is None:
            return (self,)
        preheaders = self.ab.preheaders or (self.preheader,) * len(self.ab.subjects)
        each = zip(self.ab.subjects, preheaders, strict=True)
        return tuple(replace(self, subject=subject, preheader=preheader) for subject, preheader in each)

    @property
    def headline(self) -> str:
        """The subject that most readers get, as far as it is known: of an A/B test the winner, else the first."""
        return self.ab.subjects[self.decision.winner - 1] if self.ab and self.decision else self.subject

    def target(self, url: str) -> str:
        """Where a link that was written so leads today."""
        return dict(self.relinked).get(url, url)

    @property
    def for_archive(self) -> bool:
        """Whether it belongs in the archive: what goes to everyone does, unless marketing says otherwise."""
        if self.kind.automated:
            return False
        return self.audience.everyone if self.archive is None else self.archive

    @property
    def asks_to_confirm(self) -> bool:
        """Whether its mails ask for a click on a confirmation button."""
        return self.id in (CONFIRMATION, INVITATION, ALREADY)

    @property
    def public(self) -> bool:
        """Whether the archive shows it now: not before it is sent, nor while it is paused, held or cancelled."""
        if self.nobody or self.taken_out or not self.for_archive:
            return False
        return self.status.state.is_sending or self.status.state in (MailingState.WAITING, MailingState.COMPLETE)


@dataclass(frozen=True)
class Variant:
    """One rendered body of a mailing, as an SES template.

    `key` is a hash of the content, so that the same text always has the same key. `placeholders` must be filled in
    for each recipient: SES accepts a mail that lacks one, and then drops it.
    """

    language: str
    subject: str
    html: str
    text: str
    placeholders: tuple[str, ...]

    @property
    def key(self) -> str:
        """`fi-` and 16 base32 characters."""
        content = f"{self.language}\0{self.subject}\0{self.html}\0{self.text}"
        return f"{self.language}-{b32encode(hashlib.sha256(content.encode()).digest()[:10]).decode().lower()}"


def campaign_id(name: str) -> str:
    """The mailing id of a campaign. Raises InvalidInput for a name that cannot be part of an id."""
    if not NAME.fullmatch(name):
        raise InvalidInput(
            "name", say("{name}: 1 to 60 letters, digits and hyphens, e.g. kevatkampanja-2027", name=repr(name))
        )
    return f"campaign-{name}"


def step_id(sequence: str, step: str) -> str:
    """The mailing id of the step with that key of a sequence."""
    return f"step-{sequence}-{step}"


def sequence_of(mailing: str, publication: Publication) -> str:
    """The key of the sequence that has the step, or had it under a former key; else what the mailing's id has of it."""
    for sequence in publication.sequences.values():
        if any(step_id(sequence.key, name) == mailing for step in sequence.steps for name in step.names):
            return sequence.key
    return mailing.removeprefix("step-").rpartition("-")[0]
