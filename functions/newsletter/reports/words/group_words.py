"""The parts of a report in words and as JSON: by topic, language, kind of reader and variant, and why readers left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from newsletter.platform.words.said import say
from newsletter.readers.unsubscribe import REASONS
from newsletter.reports.descriptions import language_name, topic_label
from newsletter.reports.groups.groups import EARLIER, NEW, GroupCount, Groups
from newsletter.reports.words.bounce_words import bounces_as_json

if TYPE_CHECKING:
    from newsletter.container import Container

READERS = {
    NEW: say("New readers (joined in the 30 days before)"),
    EARLIER: say("Earlier readers"),
}
NO_REASON = say("Chose no reason")


class NamedCount(NamedTuple):
    """A part of the mails with its name."""

    name: str
    counted: GroupCount


def by_topic(groups: Groups, app: Container, language: str) -> list[NamedCount]:
    """The topics of the articles, those that most people opened first."""
    publication = app.templates.publication
    ordered = sorted(groups.topics.items(), key=lambda pair: (-pair[1].people, -pair[1].mails, pair[0]))
    return [NamedCount(topic_label(key, publication, language), counted) for key, counted in ordered]


def by_language(groups: Groups) -> list[NamedCount]:
    """The languages of the mails, that of most mails first."""
    ordered = sorted(groups.languages.items(), key=lambda pair: (-pair[1].mails, pair[0]))
    return [NamedCount(language_name(code), counted) for code, counted in ordered]


def by_reader(groups: Groups) -> list[NamedCount]:
    """New readers, and those of before."""
    return [NamedCount(words, groups.readers[key]) for key, words in READERS.items() if key in groups.readers]


def why_they_left(groups: Groups, app: Container, language: str = "en") -> list[tuple[str, int]]:
    """What readers chose on the page to unsubscribe, in its words, the most frequent first."""
    language = app.templates.publication.language(language)
    ordered = sorted(groups.reasons.items(), key=lambda pair: (not pair[0], -pair[1], pair[0]))
    return [
        (app.templates.text(f"pages.unsubscribed.reasons.{key}", language) if key in REASONS else NO_REASON, number)
        for key, number in ordered
    ]


def groups_as_json(groups: Groups) -> dict[str, Any]:
    """The parts of a report; each with its mails, the people who opened a link, and those who left."""
    return {
        "topics": [{"topic": key, **counted._asdict()} for key, counted in sorted(groups.topics.items())],
        "languages": [{"language": key, **counted._asdict()} for key, counted in sorted(groups.languages.items())],
        "readers": [{"readers": key, **groups.readers[key]._asdict()} for key in READERS if key in groups.readers],
        "bounces": bounces_as_json(groups.bounces),
        "left_why": [{"reason": key or None, "people": number} for key, number in sorted(groups.reasons.items())],
        "left_in_words": groups.in_words,
    }
