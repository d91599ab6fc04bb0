"""The audience of a campaign as somebody wrote it: a rule, or the name of a saved one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.mailings.audience.check_rule import unchecked_rule
from newsletter.mailings.audience.rule import Audience
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from newsletter.container import Container


def audience_of(given: Any, app: Container) -> Audience:
    """The rule; of a saved audience as it is now, so that what is saved later changes no campaign.

    It may name topics and mailings that there are not: a draft may be wrong. Raises InvalidForm for what is no rule,
    with fields such as `audience.score_at_least`, InvalidInput for the name of nothing.
    """
    if given in (None, ""):
        return Audience()
    if isinstance(given, str):
        saved = app.audiences.get(given)
        if saved is None:
            raise InvalidInput("audience", say("no audience {name} is saved", name=repr(given[:60])))
        return saved.rule
    if not isinstance(given, dict):
        raise InvalidInput("audience", say("give a rule, or the name of a saved audience"))
    try:
        return unchecked_rule(given, app)
    except InvalidForm as wrong:
        raise InvalidForm({f"audience.{field}": text for field, text in wrong.errors.items()}) from wrong
    except InvalidInput as wrong:
        raise InvalidInput(f"audience.{wrong.field}", wrong.message) from wrong
