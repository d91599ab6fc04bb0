"""A rule as it is written: JSON of the API, front matter of a campaign's file, and what is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from newsletter.mailings.audience.rule import Audience
from newsletter.platform.errors import InvalidForm
from newsletter.platform.words.said import say
from newsletter.readers.choices import FILTERS

MAX_VALUES = 100
"""Values in a list of a rule."""
MAX_LISTED = 1_000
"""Addresses in a list: 30 kB as ids (AWS: an item may have 400 KB), and a read for each when it is written."""
MAX_EXCLUSIONS = 5
MAX_DAYS = 365
MAX_TEXT = 200
"""Characters of a text in a list."""
LISTS = (
    *("topics", "topics_all", "topics_none", "languages", "signed_up_by"),
    *("got", "not_got", "clicked", "not_clicked", "lead_states"),
)
DAYS = ("signed_up_from", "signed_up_before")
NUMBERS = {"clicked_in_days": MAX_DAYS, "not_clicked_in_days": MAX_DAYS, "score_at_least": 100}
SUBSCRIBER = re.compile(r"[a-z2-7]{26}", re.ASCII)
RENAMED = {"clicked_in_days": "clicked_days", "not_clicked_in_days": "not_clicked_days", "score_at_least": "score"}
FIELDS = (*LISTS, "frequency", *DAYS, *NUMBERS, "addresses", "listed", *FILTERS, "exclude")
IN_EXCLUSIONS = tuple(name for name in FIELDS if name != "exclude")


class Written:
    """A rule that was read, and the addresses that it lists, which have no ids yet: one list for each rule."""

    def __init__(self, rule: Audience, addresses: tuple[tuple[str, ...], ...]) -> None:
        self.rule = rule
        self.addresses = addresses


def read_rule(data: Mapping[str, Any]) -> Written:
    """The rule of a JSON object. Raises InvalidForm that names every field that needs mending.

    Whether topics, languages and mailings exist is checked by `checked_rule`.
    """
    errors: dict[str, str] = {}
    rule = _rule(data, FIELDS, "", errors)
    exclusions = _exclusions(data, errors)
    read = [_rule(each, IN_EXCLUSIONS, f"exclude[{number}].", errors) for number, each in enumerate(exclusions, 1)]
    for number, (each, given) in enumerate(zip(read, exclusions, strict=True), 1):
        if each == Audience() and not given.get("addresses"):
            errors.setdefault(
                f"exclude[{number}]", say("give it a condition; without one it would leave out everybody")
            )
    if errors:
        raise InvalidForm(errors)
    lists = tuple(tuple(dict.fromkeys(each.get("addresses") or ())) for each in (data, *exclusions))
    return Written(replace(rule, exclude=tuple(read)), lists)


def rule_as_json(rule: Audience) -> dict[str, Any]:
    """The inverse: only what restricts; `listed` has ids in place of the addresses, which are not kept."""
    values: dict[str, Any] = {name: list(getattr(rule, name)) for name in (*LISTS, "listed")}
    values |= {name: day.isoformat() if (day := getattr(rule, name)) else None for name in DAYS}
    values |= {name: getattr(rule, RENAMED[name]) for name in NUMBERS}
    values |= {"frequency": str(rule.frequency), **{name: list(texts) for name, texts in rule.among}}
    values["exclude"] = [rule_as_json(each) for each in rule.exclude]
    return {name: value for name, value in values.items() if value}


def stored_rule(rule: Audience) -> dict[str, Any]:
    """The rule as plain values for the table, also with texts of choices that a later version asks for."""
    values = rule_as_json(replace(rule, among=(), exclude=()))
    among = {name: list(texts) for name, texts in rule.among}
    exclude = [stored_rule(each) for each in rule.exclude]
    return values | ({"among": among} if among else {}) | ({"exclude": exclude} if exclude else {})


def rule_from(stored: Mapping[str, Any]) -> Audience:
    """The inverse. Raises ValueError for a field that this version does not know: then nothing is planned by it."""
    values = dict(stored)
    texts = {name: values.pop(name) for name in FILTERS if name in values} | values.pop("among", {})
    among = tuple((name, tuple(each)) for name, each in texts.items())
    exclude = tuple(rule_from(each) for each in values.pop("exclude", ()))
    if unknown := values.keys() - set(FIELDS):
        message = f"a rule with {min(unknown)!r}, which this version does not know"
        raise ValueError(message)
    return Audience(**_values(values), among=among, exclude=exclude)


def with_numbers(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule with its whole numbers as such: YAML is read as texts, so that `no` is Norwegian and a day a day."""
    found = {
        name: int(value) if name in NUMBERS and isinstance(value, str) and value.isdecimal() else value
        for name, value in rule.items()
    }
    exclude = found.get("exclude")
    if isinstance(exclude, dict):
        found["exclude"] = with_numbers(exclude)
    elif isinstance(exclude, list):
        found["exclude"] = [with_numbers(each) if isinstance(each, dict) else each for each in exclude]
    return found


def _values(read: Mapping[str, Any]) -> dict[str, Any]:
    return {
        RENAMED.get(name, name): date.fromisoformat(value)
        if name in DAYS
        else tuple(value)
        if isinstance(value, list)
        else value
        for name, value in read.items()
    }


def _exclusions(data: Mapping[str, Any], errors: dict[str, str]) -> list[Mapping[str, Any]]:
    given = data.get("exclude") or []
    found = [given] if isinstance(given, Mapping) else given
    if not isinstance(found, list) or len(found) > MAX_EXCLUSIONS or not all(isinstance(x, Mapping) for x in found):
        errors["exclude"] = say("give a rule, or a list of at most {most}", most=MAX_EXCLUSIONS)
        return []
    return found


def _rule(data: Mapping[str, Any], known: tuple[str, ...], where: str, errors: dict[str, str]) -> Audience:
    wrong: dict[str, str] = {
        name: say("unknown field; there are {names}", names=", ".join(known)) for name in data if name not in known
    }
    wrong |= {name: text for name in data if name in known and (text := _wrong(name, data[name]))}
    errors |= {f"{where}{name}": text for name, text in wrong.items()}
    right = {name: value for name, value in data.items() if name not in wrong and value not in (None, "")}
    among = tuple((name, tuple(dict.fromkeys(right.pop(name)))) for name in FILTERS if right.get(name))
    values = {
        name: list(dict.fromkeys(value)) if isinstance(value, list) else value
        for name, value in right.items()
        if name not in ("addresses", "exclude", *FILTERS)
    }
    rule = Audience(**_values(values), among=among)
    if rule.signed_up_from and rule.signed_up_before and rule.signed_up_from >= rule.signed_up_before:
        errors[f"{where}signed_up_before"] = say("give a day after signed_up_from")
    return rule


def _wrong(name: str, value: Any) -> str:
    """What would be right in the field; empty if nothing is wrong."""
    if name == "exclude" or (value is None and name not in NUMBERS):
        return ""
    if name == "frequency":
        return "" if value in ("", "weekly", "monthly") else say("weekly or monthly")
    if name in DAYS:
        return "" if value == "" or _is_day(value) else say("a day such as 2026-11-24")
    if name in NUMBERS:
        if type(value) is int and 0 <= value <= NUMBERS[name]:
            return ""
        return say("a whole number from 1 to {most}; 0 or none: any", most=NUMBERS[name])
    return _wrong_list(name, value)


def _wrong_list(name: str, value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        return say("give a list of texts")
    most = MAX_LISTED if name in ("addresses", "listed") else MAX_VALUES
    if len(value) > most:
        return say("at most {most}", most=most)
    if any(len(each) > MAX_TEXT for each in value):
        return say("texts of at most {most} characters", most=MAX_TEXT)
    if name == "listed" and not all(SUBSCRIBER.fullmatch(each) for each in value):
        return say("ids of subscribers, as an answer gave them; addresses go into `addresses`")
    return ""


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False
