"""What the press of a confirmation button would do, worked out from the form that waits and the reader of today."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum

from newsletter.readers.choices import CHOICES, DEFAULT_CHOICES, ON_FORM, TEXTS, Choices, stored_choices
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
        before, after = (_asked(each.choices) for each in (self.reader, self.result))
        return tuple(name for name in ON_FORM if before[name] != after[name])

    @property
    def shown(self) -> tuple[str, ...]:
        """The choices that a page names before its button: those that matter to everybody, and what is not as usual."""
        of = self.result.choices
        return tuple(
            name for name in ON_FORM if CHOICES[name].always_shown or getattr(of, name) != DEFAULT_CHOICES[name]
        )

    @property
    def replaced(self) -> bool:
        """Whether more than one form was sent for the address since its first mail."""
        return self.form.nonce != self.form.link

    @property
    def seen(self) -> str:
        """Names what a page shows before its button, so that a press confirms nothing that its reader has not seen."""
        before = _asked(self.reader.choices) if self.reader else None
        shown = [self.effect, self.form.nonce, _asked(self.result.choices), before]
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
    # A form can refuse tracking and not allow it anew, leaves a text alone that it does not give, and ends no pause.
    typed, known = form.choices, reader.choices
    result = replace(
        typed,
        **{name: getattr(known, name) for name in TEXTS if not getattr(typed, name)},
        tracking=typed.tracking and known.tracking,
        paused_until=known.paused_until,
    )
    return Pending(form, Effect.CHANGE, replace(form, choices=result), reader)


def _asked(choices: Choices) -> dict[str, object]:
    """What a form asks for, as JSON takes it; topics in no order."""
    stored = stored_choices(choices)
    return {name: sorted(stored[name]) if name == "topics" else stored[name] for name in ON_FORM}
