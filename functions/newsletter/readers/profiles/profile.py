"""A reader's profile read without checks, so that unsubscribing works even if something in it is broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.platform.times import parse_iso
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import Status


@dataclass(frozen=True)
class Profile:
    """The attributes of a profile as texts, as they are stored; empty for an attribute that is missing.

    `moved_to` and `moved_from` are the ids of the addresses after and before this one. `confirmed_by` is the nonce of
    the form that was confirmed last, `confirmed_with` the link that confirmed it, `confirmed_as` the effect of that.
    `consent_head` is the hash of the last consent record.
    """

    id: str
    status: str = ""
    email: str = ""
    language: str = ""
    tracking: bool = False
    left_at: str = ""
    left_how: str = ""
    moved_to: str = ""
    moved_from: str = ""
    confirmed_by: str = ""
    confirmed_with: str = ""
    confirmed_as: str = ""
    consent_head: str = ""
    erased_at: str = ""

    @property
    def active(self) -> bool:
        """Whether they get mail."""
        return self.status == Status.ACTIVE

    @property
    def erased(self) -> bool:
        """Whether the profile is only the mark of an erased reader."""
        return self.status == Status.ERASED

    @property
    def left_moment(self) -> datetime | None:
        """When a reader unsubscribed or complained; None for anybody else, and if the time cannot be read."""
        if self.status not in (Status.UNSUBSCRIBED, Status.COMPLAINED):
            return None
        try:
            return parse_iso(self.left_at)
        except ValueError:
            return None

    def effect(self, usual: Effect) -> Effect:
        """What their last confirmation did; `usual` for profiles that do not say so."""
        return Effect(self.confirmed_as or usual)

    def confirmed_through(self, link: str) -> bool:
        """Whether they get mail, and this link is the one they confirmed with last."""
        return self.active and link != "" and link == (self.confirmed_with or self.confirmed_by)
