"""What the press of a confirmation button would do, worked out from the form that waits and the reader of today."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum

from newsletter.readers.subscriber import SignUp, Status, Subscriber


class Effect(StrEnum):
    """What confirming does."""

    SUBSCRIBE = "subscribe"
    """The address becomes a reader's, for the first time or again."""
    MOVE = "move"
    """A reader goes on at this address instead of another."""
    CHANGE = "change"
    """The address is a reader's already, whose choices change to those of the form."""
    JOIN = "join"
    """The address is a reader's already, and stays as it is; the subscription that was to move here ends."""


CHOICES = ("topics", "frequency", "language", "name", "tracking")


@dataclass(frozen=True)
class Pending:
    """A form that waits; `result` is what would hold once it is confirmed, `reader` whose address it is today."""

    form: SignUp
    effect: Effect
    result: SignUp
    reader: Subscriber | None = None
    begun: bool = False
    """Whether the button was pressed before, and something failed on the way."""

    @property
    def changes(self) -> tuple[str, ...]:
        """The choices of the reader that would not stay as they are."""
        if self.reader is None or self.effect is not Effect.CHANGE:
            return ()
        before, after = (_choices(each) for each in (self.reader, self.result))
        return tuple(name for name in CHOICES if before[name] != after[name])

    @property
    def replaced(self) -> bool:
        """Whether more than one form was sent for the address since its first mail."""
        return self.form.nonce != self.form.link

    @property
    def seen(self) -> str:
        """Names what a page shows before its button, so that a press confirms nothing that its reader has not seen."""
        shown = [self.effect, self.form.nonce, _choices(self.result), _choices(self.reader) if self.reader else None]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]

    def may_be_pressed(self, seen: str) -> bool:
        """Whether a press counts that brings what its page had `seen`.

        Every page of ours brings it. A program that never read the page may confirm a subscription (its owner has the
        link), but change none.
        """
        if self.begun or seen == self.seen:
            return True
        return not seen and self.effect in (Effect.SUBSCRIBE, Effect.MOVE)


def pending(form: SignUp, reader: Subscriber | None) -> Pending:
    """What confirming the form would do to whoever the address belongs to today."""
    if reader is None or reader.status is not Status.ACTIVE:
        return Pending(form, Effect.MOVE if form.moved_from else Effect.SUBSCRIBE, form)
    if form.moved_from:
        return Pending(form, Effect.JOIN, form, reader)
    # A form can refuse tracking and not allow it anew, leaves a name alone that it does not give, and ends no pause.
    result = replace(
        form,
        name=form.name or reader.name,
        tracking=form.tracking and reader.tracking,
        paused_until=reader.paused_until,
    )
    return Pending(form, Effect.CHANGE, result, reader)


def _choices(of: SignUp | Subscriber) -> dict[str, object]:
    return {name: sorted(of.topics) if name == "topics" else getattr(of, name) for name in CHOICES}
