"""A campaign from JSON: names and types of its fields are checked here, their values where it is scheduled or sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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


def campaign_of(data: Mapping[str, Any], app: Container, needed: Collection[str] = NEEDED) -> Campaign:
    """The campaign. Raises InvalidFields that names every field of the wrong type, missing or unknown.

    `audience` is a rule, or the name of a saved audience, whose rule is taken as it is now.

    A field that is null has its default, as if it were not there.
    """
    known = (*TEXTS, *LISTS, *SWITCHES, *NUMBERS, RULE, TEST)
    ab, test_errors = _test_of(data.get(TEST))
    if ab and ab.subjects:
        data = {"subject": ab.subjects[0], **data}
    errors = {name: "unknown field; is it misspelt?" for name in data if name not in known}
    missing = [name for name in needed if name not in data]
    if "subject" in missing and "name" not in data:
        missing.insert(0, "name")  # otherwise it is made from the subject
    errors |= dict.fromkeys(missing, "missing")
    data = {name: value for name, value in data.items() if value is not None or name in needed}
    errors |= {name: "give a text" for name in TEXTS if not isinstance(data.get(name, ""), str)}
    errors |= {name: "give a list of texts" for name in LISTS if not _texts(data.get(name, []))}
    errors |= {name: "give true or false" for name in SWITCHES if not isinstance(data.get(name, False), bool)}
    errors |= {name: "give a whole number" for name in NUMBERS if type(data.get(name, 0)) is not int}
    errors |= test_errors
    rule = Audience()
    try:
        rule = audience_of(data[RULE], app) if RULE in data else rule
    except InvalidInput as wrong:
        errors |= wrong.errors if isinstance(wrong, InvalidForm) else {wrong.field: wrong.message}
    if errors:
        raise InvalidFields(errors)
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
    """Takes `draft`, `send_at`, `version` and `readers` out of the data. `if_match` is the header, an ETag of
    ours.

    Raises InvalidFields.
    """
    errors = {}
    draft, send_at, version, readers = (data.pop(name, None) for name in ("draft", "send_at", "version", "readers"))
    times = send_at is not None
    if draft not in (None, True, False):
        errors["draft"] = "give true or false"
    if if_match and if_match != "*" and version is None:
        number = if_match.removeprefix("W/").strip('"')
        version = int(number) if number.isascii() and number.isdigit() and len(number) < 10 else -1
    if version is not None and (type(version) is not int or version < 1):
        errors["version"] = "give the `version` that you read, a whole number, or its ETag in If-Match"
    if readers is not None and (type(readers) is not int or readers < 0):
        errors["readers"] = "give a whole number"
    moment = None
    try:
        moment = moment_of(send_at) if times else None
    except InvalidInput as wrong:
        errors[wrong.field] = wrong.message
    if draft and times:
        errors["send_at"] = "a draft has no time; leave out `draft` to schedule it"
    if errors:
        raise InvalidFields(errors)
    return Wish(bool(draft), times, moment, version, readers)


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


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
