"""What confirming a form would do, worked out from the form and the reader's present profile."""

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
    """The address is subscribed, for the first time or again."""
    MOVE = "move"
    """A subscription moves to this address from another."""
    CHANGE = "change"
    """The address is subscribed already; its choices change to those of the form."""
    JOIN = "join"
    """The address is subscribed already and stays as it is; the subscription that was to move here ends."""


@dataclass(frozen=True)
class Pending:
    """A form that waits; `result` has the choices after confirming, `reader` is the address's reader of today."""

    form: SignUp
    effect: Effect
    result: SignUp
    reader: Subscriber | None = None
    begun: bool = False
    """Whether an earlier confirmation of it failed halfway."""

    @property
    def changes(self) -> tuple[str, ...]:
        """The names of the reader's choices that would change."""
        if self.reader is None or self.effect is not Effect.CHANGE:
            return ()
        before, after = (_asked(each.choices) for each in (self.reader, self.result))
        return tuple(name for name in ON_FORM if before[name] != after[name])

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the choices that the page shows: some always, the others if they differ from the default."""
        of = self.result.choices
        return tuple(
            name for name in ON_FORM if CHOICES[name].always_shown or getattr(of, name) != DEFAULT_CHOICES[name]
        )

    @property
    def replaced(self) -> bool:
        """Whether another form was sent for the address since the mail with this link."""
        return self.form.nonce != self.form.link

    @property
    def seen(self) -> str:
        """A hash of what the page with the button shows, so that it confirms nothing that the reader has not seen."""
        before = _asked(self.reader.choices) if self.reader else None
        shown = [self.effect, self.form.nonce, _asked(self.result.choices), before]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]

    def may_be_pressed(self, seen: str) -> bool:
        """Whether the button may confirm this; `seen` is the hash that its page had.

        Our pages always send it. A program that sends none may confirm a subscription, since its owner has the link,
        but not change one.
        """
        if self.begun or seen == self.seen:
            return True
        return not seen and self.effect in (Effect.SUBSCRIBE, Effect.MOVE)


def pending(form: SignUp, reader: Subscriber | None) -> Pending:
    """What confirming the form would do, given the reader who has the address today."""
    if reader is None or reader.status is not Status.ACTIVE:
        return Pending(form, Effect.MOVE if form.moved_from else Effect.SUBSCRIBE, form)
    if form.moved_from:
        return Pending(form, Effect.JOIN, form, reader)
    # A form may refuse tracking, but not allow it again; it does not change texts that it left empty, nor a pause.
    typed, known = form.choices, reader.choices
    result = replace(
        typed,
        **{name: getattr(known, name) for name in TEXTS if not getattr(typed, name)},
        tracking=typed.tracking and known.tracking,
        paused_until=known.paused_until,
    )
    return Pending(form, Effect.CHANGE, replace(form, choices=result), reader)


def _asked(choices: Choices) -> dict[str, object]:
    """The choices on the form as plain values for JSON, with the topics sorted."""
    stored = stored_choices(choices)
    return {name: sorted(stored[name]) if name == "topics" else stored[name] for name in ON_FORM}
