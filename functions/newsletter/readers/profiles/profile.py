"""A reader's profile as far as one may trust it while something in it is broken: leaving must work all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from newsletter.platform.times import parse_iso
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import Status


@dataclass(frozen=True)
class Profile:
    """What is kept under an id, texts as they are stored; empty for what is not there or is no text.

    `status` is empty for a profile that has none. `moved_to` and `moved_from` are the ids of the addresses after and
    before this one. `confirmed_by` is the nonce of the form that was confirmed last, `confirmed_with` the link that did
    it, `confirmed_as` what that did. `consent_head` is the seal of the last record of consent.
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
        """Whether nothing is left but the mark of that."""
        return self.status == Status.ERASED

    @property
    def left_moment(self) -> datetime | None:
        """When a reader who withdrew left; None for anybody else, and where the moment cannot be read."""
        if self.status not in (Status.UNSUBSCRIBED, Status.COMPLAINED):
            return None
        try:
            return parse_iso(self.left_at)
        except ValueError:
            return None

    def effect(self, usual: Effect) -> Effect:
        """What their last confirmation did."""
        return Effect(self.confirmed_as or usual)

    def confirmed_through(self, link: str) -> bool:
        """Whether they get mail, and it is this link that they pressed last."""
        return self.active and link != "" and link == (self.confirmed_with or self.confirmed_by)
