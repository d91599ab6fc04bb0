"""Whether what somebody wrote is a wish to leave: nothing but that, that among other things, or not at all."""

from __future__ import annotations

import re
from enum import StrEnum

from newsletter.replies.judging.rules import Rules

LONGEST_WISH = 400
"""Characters; who writes more says more."""
_ENDS = re.compile(r"[.!;\n…]+|(?<=[,:?])\s")
_PUNCTUATION = re.compile(r"[\s,:\"'“”()*_–\u2600-\u27bf\ufe0f\U0001f000-\U0001faff-]+")
"""Emoji too."""
_ADDRESS = re.compile(r"<?(?:mailto:)?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}>?")
OWN, OTHER = "own@", "other@"
"""What stands for an address: the sender's own, and one of somebody else."""
_ANSWERED = re.compile(r"\s*(?:re|vs|sv|vast|aw|ang)\s*(?:\[\d+\])?:", re.IGNORECASE)


class LeaveWish(StrEnum):
    """`ONLY`: a polite wish and no word more. `AMONG_OTHERS`: a person has to decide."""

    NONE = "none"
    ONLY = "only"
    AMONG_OTHERS = "among_others"


def leave_wish(own: str, subject: str, from_name: str, from_address: str, rules: Rules) -> LeaveWish:
    """Judges what the sender wrote (`own_part`), and the subject where it is not that of the mail they answer."""

    def named(found: re.Match[str]) -> str:
        return OWN if found[0].strip("<>").removeprefix("mailto:").lower() == from_address else OTHER

    own, title = _ADDRESS.sub(named, own), "" if _ANSWERED.match(subject) else _ADDRESS.sub(named, subject)
    in_title = bool(title and rules.wish.fullmatch(_plain(title)))
    if len(own) <= LONGEST_WISH:
        kinds = {_kind(each, from_name, rules) for each in _ENDS.split(own) if _plain(each)}
        if kinds <= {"wish", "polite"} and ("wish" in kinds or in_title):
            return LeaveWish.ONLY
    if in_title or any(_hints(each, rules) for each in re.split(r"[.!?\n]", f"{own}\n{title}")):
        return LeaveWish.AMONG_OTHERS
    return LeaveWish.NONE


def _kind(sentence: str, from_name: str, rules: Rules) -> str:
    """`wish`, `polite` or `more`."""
    plain = _plain(sentence)
    if plain.endswith("?") and rules.request.search(plain):  # any other question is no wish
        plain = plain[:-1].strip()
    polite = rules.polite.match(plain)
    rest = plain[polite.end() :].strip() if polite else plain
    if rules.wish.fullmatch(plain) or rules.wish.fullmatch(rest):
        return "wish"
    words = rest.split()
    named = set(words) <= {OWN, *_plain(from_name).split()}
    if named or (polite and _is_name(_PUNCTUATION.sub(" ", sentence).split()[-len(words) :])):
        return "polite"
    return "more"


def _is_name(words: list[str]) -> bool:
    """One or two words with a capital first: "Hi Anna", and not "please call"."""
    return len(words) <= 2 and all(word.istitle() for word in words)


def _hints(sentence: str, rules: Rules) -> bool:
    return bool(rules.hint.search(sentence)) and not rules.denied.search(sentence)


def _plain(text: str) -> str:
    return _PUNCTUATION.sub(" ", text).strip().casefold()
