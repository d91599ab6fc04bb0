"""A campaign from JSON that is as the API's description says; its values are checked where it is scheduled or sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from console.principal import Principal
from newsletter.mailings.audience.of_campaign import audience_of
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.campaign import RULE, Campaign
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.experiments.experiment import Experiment, read_experiment
from newsletter.platform.errors import InvalidForm, InvalidInput, NewsletterError
from newsletter.platform.times import parse_iso
from newsletter.publication.access.roles import Role
from newsletter.readers.choices import FILTERS

if TYPE_CHECKING:
    from newsletter.container import Container

TEXTS = ("name", "subject", "body", "language", "offer", "preheader", "doubt")
LISTS = ("topics", "languages", *FILTERS)
SWITCHES = ("archive",)
NUMBERS = ("doubt_wait_minutes",)
NEEDED = ("subject", "body", "language")
TEST = "ab"
"""The field with the A/B test; its own fields are checked where it is read."""
READ_ONLY = ("id", "state", "created_at", "changed_at", "changed_by", "reason", "mailing", "problems", "again_of")
"""What an answer says of a draft and a request may say too: what was read can be changed and sent back."""


def require_right_to_change(draft: Draft, who: Principal) -> None:
    """Raises RoleNeeded for who may write alone and would change, or take away, what is about to go out."""
    if draft.state in (DraftState.SCHEDULED, DraftState.STARTING):
        who.require(Role.SEND)


class InvalidFields(NewsletterError):
    """Several invalid fields: {field: what would be right}."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in errors.items()))
        self.errors = errors


def campaign_of(data: Mapping[str, Any], app: Container) -> Campaign:
    """The campaign of fields that are as the API's description says.

    `audience` is a rule, or the name of a saved audience, whose rule is taken as it is now.

    A field that is null has its default, as if it were not there.
    """
    ab, test_errors = _test_of(data.get(TEST))
    if test_errors:
        raise InvalidFields(test_errors)
    if ab and ab.subjects:
        data = {"subject": ab.subjects[0], **data}
    data = {name: value for name, value in data.items() if value is not None}
    rule = audience_of(data[RULE], app) if RULE in data else Audience()
    values: dict[str, Any] = dict.fromkeys(("name", *NEEDED), "")
    values |= {name: data[name] for name in TEXTS + SWITCHES + NUMBERS if name in data}
    values |= {name: tuple(dict.fromkeys(data[name])) for name in LISTS if name in data}
    among = tuple((name, values.pop(name)) for name in FILTERS if name in values)
    values |= {"body": with_plain_newlines(values["body"]), "among": among, RULE: rule, TEST: ab}
    return Campaign(**values)


def _test_of(given: object) -> tuple[Experiment | None, Mapping[str, str]]:
    """The A/B test, None if nothing is given, and what is wrong with its fields."""
    try:
        return (None if given is None else read_experiment(given)), {}
    except InvalidForm as wrong:
        return None, wrong.errors


@dataclass(frozen=True)
class Wish:
    """What a request wants beside the text: keep it as a `draft`, send it at a time, replace a certain `version`.

    `times`: whether it says anything of the time; with `send_at` None it is taken back. `readers` is how many there
    were when somebody looked.
    """

    draft: bool = False
    times: bool = False
    send_at: datetime | None = None
    version: int | None = None
    readers: int | None = None


def wish_of(data: dict[str, Any], if_match: str = "") -> Wish:
    """Takes `draft`, `send_at`, `version` and `readers` out of the data, which are as described.

    `if_match` is the header, an ETag that we gave. Raises InvalidFields.
    """
    draft, send_at, version, readers = (data.pop(name, None) for name in ("draft", "send_at", "version", "readers"))
    times = send_at is not None
    if if_match and if_match != "*" and version is None:
        version = int(if_match.removeprefix("W/").strip('"'))
    if draft and times:
        raise InvalidFields({"send_at": "a draft has no time; leave out `draft` to schedule it"})
    return Wish(bool(draft), times, moment_of(send_at) if times else None, version, readers)


def moment_of(value: object) -> datetime:
    """The time. Raises InvalidInput on `send_at`."""
    try:
        if isinstance(value, str) and len(value) <= 40:
            return parse_iso(value).replace(microsecond=0)
    except ValueError:
        pass
    raise InvalidInput("send_at", "give date, time and offset, e.g. 2026-12-01T08:00:00+02:00")


def with_plain_newlines(text: str) -> str:
    """The text with LF at line ends, so that it is the same from a browser, which sends CR LF, as from a file."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
