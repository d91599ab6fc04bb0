"""Who wrote a mail that came to our reply address, why we think so, and whether they wish to leave."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from newsletter.replies.judging.evidence import evidence
from newsletter.replies.judging.leave_wish import LeaveWish, leave_wish
from newsletter.replies.judging.own_words import cut_at_word, own_part
from newsletter.replies.judging.rules import the_rules
from newsletter.replies.parsing.incoming_mail import IncomingMail

LONGEST_WORDS = 500
BY_A_PERSON = ("written_by_a_person",)
_IN_BRACKETS = re.compile(r"<([^<>]{1,300})>")


class ReplyKind(StrEnum):
    """`OWN`: a mail of ours that came back, or one of our people."""

    PERSON = "person"
    PROGRAM = "program"
    OWN = "own"


@dataclass(frozen=True)
class OwnSenders:
    """Who we are: addresses in small letters; `domains` are those in which only people of ours have addresses."""

    sender: str
    forward_to: str
    list_id: str
    reply_domain: str
    domains: frozenset[str]


@dataclass(frozen=True)
class ReplyJudgement:
    """`reasons` are codes. `own_words` have at most LONGEST_WORDS characters. `rules` is the version of rules.toml."""

    kind: ReplyKind
    reasons: tuple[str, ...]
    wish: LeaveWish
    own_words: str
    rules: str


def judge_reply(mail: IncomingMail, return_path: str, own: OwnSenders) -> ReplyJudgement:
    """Judges the mail; `return_path` is the sender of the envelope, empty or <> for none (RFC 5321, 4.5.5)."""
    rules = the_rules()
    written = own_part(mail.text, rules)
    words = cut_at_word(written, LONGEST_WORDS)
    if _came_back(mail, own):
        return ReplyJudgement(ReplyKind.OWN, ("came_back",), LeaveWish.NONE, words, rules.version)
    # Our people are on holiday too: what their programs answer would go to a mailbox whose program answers it.
    if reasons := evidence(mail, return_path, written, rules):
        return ReplyJudgement(ReplyKind.PROGRAM, reasons, LeaveWish.NONE, words, rules.version)
    if _is_of_our_people(mail, own):
        return ReplyJudgement(ReplyKind.OWN, ("our_people",), LeaveWish.NONE, words, rules.version)
    wish = leave_wish(written, mail.subject, mail.from_name, mail.from_address, rules)
    return ReplyJudgement(ReplyKind.PERSON, BY_A_PERSON, wish, words, rules.version)


def _came_back(mail: IncomingMail, own: OwnSenders) -> bool:
    loops = {value.strip().lower() for value in mail.headers.get("x-loop", ())}
    lists = {_list_id(value) for value in mail.headers.get("list-id", ())}
    said = (
        (loops & {own.reply_domain.lower()}) | (lists & {_list_id(own.list_id)}) | ({mail.from_address} & {own.sender})
    )
    return bool(said - {""})


def _is_of_our_people(mail: IncomingMail, own: OwnSenders) -> bool:
    domain = mail.from_address.rpartition("@")[2]
    return bool(mail.from_address) and (mail.from_address == own.forward_to or domain in own.domains)


def _list_id(value: str) -> str:
    """The identifier of a List-Id (RFC 2919), without the words before it."""
    found = _IN_BRACKETS.search(value)
    return (found[1] if found else value).strip().lower()
