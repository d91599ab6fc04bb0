"""What a rule says, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from newsletter.mailings.audience.rule import Audience
from newsletter.platform.words.said import either, joined, say, say_number
from newsletter.publication.publication import Publication
from newsletter.readers.choice import Frequency


def rule_in_words(rule: Audience, publication: Publication, language: str = "en") -> str:
    """Who is selected, as a sentence without its full stop; labels of topics are those of the language."""
    selected = joined(list(_parts(rule, publication, language))) or say("Every reader")
    return _without(selected, rule, publication, language)


def with_rest(words: str, rule: Audience, publication: Publication, language: str = "en") -> str:
    """`…; of these, those who …`: after `words` what the rule asks besides topics, languages and texts."""
    rest = joined([*_frequency(rule), *_rest(rule, publication, language)])
    selected = say("{who}; of these, those who {rest}", who=words, rest=rest) if rest else words
    return _without(selected, rule, publication, language)


LEFT_OUT = {
    "paused": say("{number} paused their mail"),
    "capped": say("{number} would get more than {most} mails this week"),
    "excluded": say("{number} fit an exclusion"),
    "unreadable": say("{number} have a record that cannot be read"),
    "gone": say("{number} are listed and no readers, or not any more"),
}
"""Why somebody is not counted whom a rule would select otherwise, by the words of `AudienceCount.left_out`."""
LEAD_STATES = {
    "handed_off": say("handed off"),
    "accepted": say("accepted"),
    "won": say("won"),
    "lost": say("lost"),
    "held": say("held"),
    "kept": say("kept here"),
}


def left_out_in_words(left_out: Mapping[str, int], publication: Publication) -> str:
    """`12 paused their mail; 3 fit an exclusion`; empty if nobody is left out."""
    most = publication.campaign_mails_per_week
    return joined(
        [words.with_values(number=left_out[code], most=most) for code, words in LEFT_OUT.items() if left_out.get(code)]
    )


def _without(selected: str, rule: Audience, publication: Publication, language: str) -> str:
    for each in rule.exclude:
        excluded = joined(list(_parts(each, publication, language)))
        selected = say("{who}; but not those who {rest}", who=selected, rest=excluded)
    return selected


def _parts(rule: Audience, publication: Publication, language: str) -> Iterator[str]:
    if rule.topics:
        yield say("get {topics}", topics=either(_labels(rule.topics, publication, language)))
    if rule.languages:
        yield say("read in {languages}", languages=either(rule.languages))
    yield from _frequency(rule)
    for name, values in rule.among:
        yield say("whose {name} is {values}", name=name, values=either(list(values)))
    yield from _rest(rule, publication, language)


def _frequency(rule: Audience) -> Iterator[str]:
    if rule.frequency == Frequency.MONTHLY:
        yield say("chose the monthly digest")
    elif rule.frequency:
        yield say("chose the weekly digest")


def _rest(rule: Audience, publication: Publication, language: str) -> Iterator[str]:
    if rule.topics_all:
        yield say("get all of {topics}", topics=", ".join(_labels(rule.topics_all, publication, language)))
    if rule.topics_none:
        yield say("did not choose {topics}", topics=either(_labels(rule.topics_none, publication, language)))
    if rule.signed_up_from:
        yield say("signed up on {day} or later", day=str(rule.signed_up_from))
    if rule.signed_up_before:
        yield say("signed up before {day}", day=str(rule.signed_up_before))
    if rule.signed_up_by:
        yield say("signed up by {forms}", forms=either(rule.signed_up_by))
    yield from _mails(rule)
    if rule.lead_states:
        yield say(
            "are a lead that is {states}", states=either([LEAD_STATES.get(each, each) for each in rule.lead_states])
        )
    if rule.score:
        yield say("are a lead with a score of {score} or more", score=rule.score)
    if rule.listed:
        yield say_number("have the listed address", "have one of {count} listed addresses", count=len(rule.listed))


def _mails(rule: Audience) -> Iterator[str]:
    if rule.got:
        yield say("got {mailings}", mailings=either(rule.got))
    if rule.not_got:
        yield say("did not get {mailings}", mailings=either(rule.not_got))
    if rule.clicked:
        yield say("clicked in {mailings}", mailings=either(rule.clicked))
    if rule.not_clicked:
        yield say("did not click in {mailings}", mailings=either(rule.not_clicked))
    if rule.clicked_days:
        yield say("clicked in a mailing of the last {days} days", days=rule.clicked_days)
    if rule.not_clicked_days:
        yield say("did not click in any mailing of the last {days} days", days=rule.not_clicked_days)


def _labels(keys: Sequence[str], publication: Publication, language: str) -> list[str]:
    language = publication.language(language)
    return [topic.label[language] if (topic := publication.topic(key)) else key for key in keys]
