"""Save an audience with a name, change it, forget it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.audience.audiences_store import SavedAudience
from newsletter.mailings.audience.check_rule import rule_of
from newsletter.platform.errors import Conflict, InvalidInput, NotFound
from newsletter.platform.text import is_one_line
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_NAME = 60


def save_audience(
    name: str, rule: Mapping[str, Any], by: str, now: datetime, app: Container, *, anew: bool
) -> SavedAudience:
    """Keep the rule under the name. `anew`: the name must be free; otherwise what has it is replaced.

    Raises InvalidInput, Conflict when the name is taken, NotFound when there is nothing to replace.
    """
    named = " ".join(name.split())
    if not named or len(named) > MAX_NAME or not is_one_line(named) or set("/%") & set(named):
        raise InvalidInput("name", say("one line of 1 to {most} characters without / and %", most=MAX_NAME))
    saved = SavedAudience(named, rule_of(rule, app), by, now)
    if anew:
        # A second press with the same rule is no conflict: it may be a repeated request whose answer was lost.
        known = None if app.audiences.create(saved) else app.audiences.get(named)
        if known is not None and known.rule != saved.rule:
            raise Conflict(say("an audience {name} is saved already, with another rule", name=repr(named)))
        return known or saved
    if app.audiences.get(named) is None:
        raise NotFound(f"audience {named}")
    app.audiences.replace(saved)
    return saved


def forget_audience(name: str, app: Container) -> None:
    """Forget a saved audience; mailings keep the rule that they were sent by. Raises NotFound."""
    if not app.audiences.remove(name):
        raise NotFound(f"audience {name}")
