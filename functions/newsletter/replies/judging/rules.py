"""By what programs, quoted mails and wishes to leave are known: rules.toml, with its expressions compiled."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from newsletter.replies.parsing.incoming_mail import IncomingMail

FILE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True)
class HeaderRule:
    """A header of one of these names is `reason` enough, unless its first word is excepted or not among `only`."""

    reason: str
    names: tuple[str, ...]
    only: frozenset[str]
    excepted: frozenset[str]

    def holds(self, mail: IncomingMail) -> bool:
        values = [value.lower().strip() for name in self.names for value in mail.headers.get(name, ())]
        return any(self._says(value) for value in values)

    def _says(self, value: str) -> bool:
        first = re.split(r"[\s;(,]", value, maxsplit=1)[0]
        if self.only:
            return first in self.only or value in self.only
        return first not in self.excepted


@dataclass(frozen=True)
class Rules:
    """Each field is explained in rules.toml. `subjects` and `labels` are in small letters."""

    version: str
    headers: tuple[HeaderRule, ...]
    precedence_names: tuple[str, ...]
    precedence_values: frozenset[str]
    help_desk_names: tuple[str, ...]
    help_desk_words: tuple[str, ...]
    suppress_values: frozenset[str]
    robots: frozenset[str]
    subjects: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, re.Pattern[str]]
    wrote: re.Pattern[str]
    first_label: re.Pattern[str]
    other_label: re.Pattern[str]
    separator: re.Pattern[str]
    footer: re.Pattern[str]
    notices: tuple[str, ...]
    closing: re.Pattern[str]
    polite: re.Pattern[str]
    request: re.Pattern[str]
    wish: re.Pattern[str]
    hint: re.Pattern[str]
    denied: re.Pattern[str]


@cache
def the_rules() -> Rules:
    """The rules of rules.toml; read and compiled once in a process."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    quotes, leaving, signatures = data["quotes"], data["leaving"], data["signatures"]
    return Rules(
        version=data["version"],
        headers=tuple(
            HeaderRule(
                each["reason"],
                tuple(each["names"]),
                frozenset(each.get("only", ())),
                frozenset(each.get("except", ())),
            )
            for each in data["headers"]
        ),
        precedence_names=tuple(data["precedence"]["names"]),
        precedence_values=frozenset(data["precedence"]["values"]),
        help_desk_names=tuple(data["help_desk"]["names"]),
        help_desk_words=tuple(data["help_desk"]["words"]),
        suppress_values=frozenset(data["suppress"]["values"]),
        robots=frozenset(data["robots"]["senders"] + data["robots"]["more_senders"]),
        subjects={name: tuple(each.casefold() for each in starts) for name, starts in data["subjects"].items()},
        texts={name: _any_of(expressions) for name, expressions in data["texts"].items()},
        wrote=re.compile(rf"(?<!\w)(?:{_words(quotes['wrote'])})(?!\w)", re.IGNORECASE),
        first_label=re.compile(rf"[*\s]*(?:{_words(quotes['first'])})\s?[*]?:", re.IGNORECASE),
        other_label=re.compile(rf"[*\s]*(?:{_words(quotes['others'])})\s?[*]?:", re.IGNORECASE),
        separator=re.compile(rf"[-_*\s]*(?:{'|'.join(quotes['separators'])})[-_*\s]*", re.IGNORECASE),
        footer=_any_of(signatures["footers"]),
        notices=tuple(each.casefold() for each in signatures["notices"]),
        closing=re.compile(rf"(?:{_words(signatures['closings'])})[.,!:]*(?:\s+\S+){{0,4}}", re.IGNORECASE),
        polite=re.compile(rf"(?:{_words(leaving['polite'])})(?!\S)"),
        request=re.compile(rf"^(?:\S+ ){{0,2}}(?:{_words(leaving['requests'])})(?!\S)"),
        wish=_any_of(each.format_map(_Slots(leaving["slots"])) for each in leaving["wishes"]),
        hint=_any_of(leaving["hints"]),
        denied=_any_of(leaving["denied"]),
    )


class _Slots(dict[str, str]):
    """Puts slots in and leaves what is a quantifier: `{0,200}`."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _any_of(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in expressions), re.IGNORECASE)


def _words(words: Iterable[str]) -> str:
    return "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
