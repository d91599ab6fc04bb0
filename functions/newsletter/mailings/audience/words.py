"""What a rule says, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from newsletter.mailings.audience.rule import Audience
from newsletter.publication.publication import Publication


def rule_in_words(rule: Audience, publication: Publication) -> str:
    """Who is selected, as a sentence without its full stop."""
    return "; ".join(_parts(rule, publication)) or "Every reader"


def rest_in_words(rule: Audience, publication: Publication) -> str:
    """`; of these, those who …`: what the rule asks besides topics, languages and texts; empty if nothing."""
    frequency = [f"chose the {rule.frequency} digest"] if rule.frequency else []
    rest = "; ".join([*frequency, *_rest(rule, publication)])
    return f"; of these, those who {rest}" if rest else ""


LEFT_OUT = {
    "paused": "paused their mail",
    "capped": "would get more than {most} mails this week",
    "excluded": "fit an exclusion",
    "unreadable": "have a record that cannot be read",
    "gone": "are listed and no readers, or not any more",
}
"""Why somebody is not counted whom a rule would select otherwise, by the words of `AudienceCount.left_out`."""


def left_out_in_words(left_out: Mapping[str, int], publication: Publication) -> str:
    """`12 paused their mail; 3 fit an exclusion`; empty if nobody is left out."""
    most = publication.campaign_mails_per_week
    return "; ".join(
        f"{left_out[code]:,} {words.format(most=most)}" for code, words in LEFT_OUT.items() if left_out.get(code)
    )


def _parts(rule: Audience, publication: Publication) -> Iterator[str]:
    if rule.topics:
        yield f"get {_either(_labels(rule.topics, publication))}"
    if rule.languages:
        yield f"read in {_either(rule.languages)}"
    if rule.frequency:
        yield f"chose the {rule.frequency} digest"
    for name, values in rule.among:
        yield f"whose {name} is {_either(values)}"
    yield from _rest(rule, publication)


def _rest(rule: Audience, publication: Publication) -> Iterator[str]:
    if rule.topics_all:
        yield f"get all of {', '.join(_labels(rule.topics_all, publication))}"
    if rule.topics_none:
        yield f"did not choose {_either(_labels(rule.topics_none, publication))}"
    if rule.signed_up_from:
        yield f"signed up on {rule.signed_up_from} or later"
    if rule.signed_up_before:
        yield f"signed up before {rule.signed_up_before}"
    if rule.signed_up_by:
        yield f"signed up by {_either(rule.signed_up_by)}"
    yield from _mails(rule)
    if rule.lead_states:
        yield f"are a lead that is {_either([each.replace('_', ' ') for each in rule.lead_states])}"
    if rule.score:
        yield f"are a lead with a score of {rule.score} or more"
    if rule.listed:
        yield f"are one of {len(rule.listed)} listed addresses"
    for each in rule.exclude:
        yield f"and not those who {'; '.join(_parts(each, publication))}"


def _mails(rule: Audience) -> Iterator[str]:
    for verb, mailings in (
        ("got", rule.got),
        ("did not get", rule.not_got),
        ("opened a link in", rule.clicked),
        ("opened no link in", rule.not_clicked),
    ):
        if mailings:
            yield f"{verb} {_either(mailings)}"
    if rule.clicked_days:
        yield f"opened a link in a mailing of the last {rule.clicked_days} days"
    if rule.not_clicked_days:
        yield f"opened no link in any mailing of the last {rule.not_clicked_days} days"


def _labels(keys: Sequence[str], publication: Publication) -> list[str]:
    language = publication.language("en")
    return [topic.label[language] if (topic := publication.topic(key)) else key for key in keys]


def _either(values: Sequence[str]) -> str:
    return " or ".join([", ".join(values[:-1]), values[-1]]) if len(values) > 1 else values[0]
