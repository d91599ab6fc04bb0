"""Which columns of a list say who left, and what their cells mean. What is not understood is asked about, not guessed.

A name tells how to read a column, the values tell whether it was read right: a column counts only where every value in
it is understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from cli.status_words import blank, fold, status_in, telling, truth_in
from newsletter.domain.listed_status import ListedStatus

MOST_VALUES = 30
"""Different values that a column of some status has at most; of more, only as many are kept."""


class Kind(StrEnum):
    """How a cell is read, besides the words that mean the same everywhere."""

    WORDS = "words"
    YES_IS_MAIL = "yes is mail"
    YES_IS_LEFT = "yes is left"
    FILLED_IS_LEFT = "filled is left"


def _of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?:{pattern})" for pattern in patterns))


_LEAVING = (
    r"unsub\w*|left|opt(?:ed)? ?out|remov\w*|delet\w*|block(?:ed|list\w*)?|black ?list\w*|suppress\w*|archived"
    r"|exclud\w*|peru\w*|poist\w*|eronnut|ero|päätty\w*|lopet\w*|esto|estetty|avregistr\w*|avslut\w*|avanm\w*"
    r"|borttag\w*|spärr\w*"
)
_BOUNCING = r"(?:email |hard |hs email hard )*(?:bounce\w*|clean(?:ed)?)|palautu\w*|studs\w*"
_COMPLAINING = r"(?:spam )?complain\w*|spam\w*|abuse|junk|valit\w*|roskaposti\w*|klag\w*"
_WHEN = (
    r"at|on|time|date|datetime|timestamp|reason(?: \w+)?|campaign \w+|comment|pvm|päivä\w*|aika|ajankohta|syy|datum|tid"
    r"|orsak"
)
_OTHER_CHANNEL = _of(r".*\b(?:sms|whatsapp|push|phone|mobile|puhelin\w*|tekstiviest\w*|telefon|fax|letter)\b.*")
_HARMLESS = _of(
    r"(?:optin|opt in|opted in|confirm\w*|subscri(?:be|bed|ption)|sign ?up|joined|verified|consent|tilaus|tilauksen"
    r"|liittymis\w*|vahvistus|vahvistettu|prenumeration\w*|consented)"
    r" ?(?:at|on|ip|time|date|datetime|timestamp|source.*|url|version|head|created at|expires at|interval|tier|plan|id"
    r"|text|form.*|pvm|päivä\w*|ajankohta|aika|datum)",
    r"(?:tilauspäivä\w*|liittymispäivä\w*|vahvistuspäivä\w*|prenumerationsdatum)",
    r"(?:date|time) (?:of )?(?:subscri\w+|added|confirm\w+|joined|opt ?in)",
    r"active subscription|subscription type",
    r"(?:home|business|other|mailing|billing|shipping|work|company|default address|address(?: \d+)?) state",
    r"state (?:province|region|code)(?:/\w+)?|state/\w+|provinces? ?state",
    r".*\b(?:count|score|rate|rating|total|number|clicks?|opens?|opened)\b.*",
    r"(?:civil|marital) status|siviilisääty|civilstånd",
    r".*\b(?:opt ?in|subscribed|confirmed|consent) (?:at|on|ip|time|date|source|text)",
    r"status (?:date|at|time|changed.*|updated.*)",
    r"email type|format",
)
"""Names that look like a status and are none: of postal addresses, of counts, and of when somebody joined."""
_BOUNCED = _of(
    rf"(?:{_BOUNCING})(?: (?:{_WHEN}))?",
    r"(?:is |has )?(?:undeliverable|unreachable|quarantined)",
    r".*\b(?:bounced?|quarantined)\b.*",
    r"invalid(?: email)?",
)
_COMPLAINED = _of(rf"(?:is |has )?(?:{_COMPLAINING})(?: (?:{_WHEN}))?")
_FILLED = _of(
    rf"(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING}) ?(?:{_WHEN})",
    rf"(?:date|time|reason) (?:of |for )?(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING})",
    r"(?:unsubscription|poistumis|peruutus|perumis|eroamis)(?: |-)?(?:date|päivä\w*|pvm|syy)",
    r"unsub campaign \w+|clean campaign \w+|hs email hard bounce reason(?: enum)?",
)
_NO_MAIL = _of(
    rf"(?:is |has |e ?mail |globally |global )*(?:{_LEAVING}|{_BOUNCING}|{_COMPLAINING})(?: (?:from|of|out)\b.*)?",
    r".*\b(?:unsubscri\w*|opt(?:ed)? ?out|do ?not|dnc|black ?list\w*|block(?:ed|list\w*)|suppress\w*)\b.*",
    r".*\b(?:\w*kielto|kielletty|ei saa|får ej|quarantined|ineligible|undeliverable|unreachable|spärrad|blockerad)\b.*",
    r"(?:is |e ?mail )*(?:disabled|inactive|invalid|cancel\w*|passiivinen|inaktiv)",
)
_ASKED = _of(r".*\b(?:confirm\w*|verified|double opt ?in|vahvist\w*|bekräft\w*)\b.*")
"""Columns whose no means that nobody ever answered, not that somebody left."""
_MAIL = _of(
    r".*\b(?:subscri\w*|opt(?:ed)? ?in|optin|consent\w*|permission\w*|accepts?|newsletters?|receives?)\b.*",
    r".*\b(?:marketing|mailing list|gdpr|mailable|reachable|deliverable|enabled|confirm\w*|verified)\b.*",
    r".*\b(?:tilaa\w*|\w*tilaus|tilauksen|suostumus\w*|\w*lupa|markkinoin\w*|\w*uutiskirje\w*|vahvist\w*)\b.*",
    r".*\b(?:samtycke\w*|marknadsf\w*|\w*nyhetsbrev\w*|prenum\w*|tillstånd|bekräft\w*)\b.*",
    r"(?:is )?(?:active|valid)|aktiivinen|voimassa|aktiv",
)
_WORDS = _of(
    r"(?:subscriber|member|contact) type",
    r"cancel\w* (?:at|on|date|time)",
    r".*\b(?:status\w*|state|tila|standing|statuksen|läge|tilanne)\b.*",
    r"\w+status|\w+tila",
)
"""A day of cancelling may be that of a paid subscription, whose reader stays (Substack): it is asked about."""
_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b")
_POSTAL = _of(
    r"(?:.* )?(?:city|town|zip|zip code|postal code|postcode|post code|country|postinumero|postiosoite|kaupunki"
    r"|maa|postnummer|ort|land|address|street.*|region)"
)


@dataclass(frozen=True)
class StatusColumn:
    """One column: its name as it is written, its place, how its cells are read, and what the operator said of them."""

    name: str
    place: int
    kind: Kind = Kind.WORDS
    left_as: ListedStatus = ListedStatus.UNSUBSCRIBED
    no_is: ListedStatus = ListedStatus.UNSUBSCRIBED
    said: Mapping[str, ListedStatus] = field(default_factory=dict)

    @property
    def takes_any(self) -> bool:
        """Whether its cells are dates and reasons, of which there may be any number."""
        return self.kind is Kind.FILLED_IS_LEFT

    def read(self, value: str) -> ListedStatus | None:
        """What the cell says of the reader; None where nobody can tell."""
        if fold(value) in self.said:
            return self.said[fold(value)]
        if blank(value):
            return ListedStatus.PENDING if self.kind is Kind.YES_IS_MAIL else ListedStatus.UNSAID
        truth = truth_in(value)
        if self.kind is Kind.FILLED_IS_LEFT:
            return ListedStatus.UNSAID if truth is False else self.left_as
        if (word := status_in(value)) is not None:
            return word
        dated = _DATE.match(value) is not None
        if self.kind is Kind.YES_IS_LEFT and (truth is not None or dated or value.isdecimal()):
            # Reasons are numbers in some systems (Mautic): 0 is none.
            return ListedStatus.UNSAID if truth is False else self.left_as
        if self.kind is Kind.YES_IS_MAIL and (truth is not None or dated):
            return self.no_is if truth is False else ListedStatus.ACTIVE
        return None


class Values:
    """The different values of a column and how often each is there, as far as they are kept."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.many = False

    def add(self, value: str) -> None:
        """One more cell."""
        if value in self.counts or len(self.counts) < MOST_VALUES:
            self.counts[value] += 1
        else:
            self.many = True

    @property
    def empty(self) -> bool:
        """Whether no cell says anything."""
        return not self.many and all(map(blank, self.counts))


def by_name(name: str, place: int) -> StatusColumn | None:
    """How the column of that name is read; None for one whose name has nothing to do with a status."""
    word = fold(name)
    if _HARMLESS.fullmatch(word) or _OTHER_CHANNEL.fullmatch(word):
        return None
    left_as = _left_as(word)
    if _FILLED.fullmatch(word):
        return StatusColumn(name, place, Kind.FILLED_IS_LEFT, left_as)
    if _NO_MAIL.fullmatch(word):
        return StatusColumn(name, place, Kind.YES_IS_LEFT, left_as)
    if _WORDS.fullmatch(word):
        return StatusColumn(name, place)
    if _MAIL.fullmatch(word):
        no_is = ListedStatus.PENDING if _ASKED.fullmatch(word) else ListedStatus.UNSUBSCRIBED
        return StatusColumn(name, place, Kind.YES_IS_MAIL, no_is=no_is)
    return None


def by_values(name: str, place: int, values: Values) -> StatusColumn | None:
    """A column with few different values, some of which say who left; None for any other."""
    if values.many or _OTHER_CHANNEL.fullmatch(fold(name)) or not any(map(telling, values.counts)):
        return None
    return StatusColumn(name, place)


def is_postal_state(name: str, values: Values, header: Iterable[str]) -> bool:
    """Whether a column called State is that of an address: others of an address are there, and no word of a status."""
    return (
        fold(name) == "state"
        and any(_POSTAL.fullmatch(fold(other)) for other in header)
        and not any(status_in(value) for value in values.counts)
    )


def unclear(column: StatusColumn, values: Values) -> list[tuple[str, int]]:
    """The values that are not understood, the most frequent first."""
    return [(value, count) for value, count in values.counts.most_common() if column.read(value) is None]


def _left_as(word: str) -> ListedStatus:
    if _BOUNCED.fullmatch(word):
        return ListedStatus.BOUNCED
    if _COMPLAINED.fullmatch(word):
        return ListedStatus.COMPLAINED
    return ListedStatus.LEFT
