"""/console/sequences and /api/v1/sequences: the nurture series, and the funnel of each."""

from __future__ import annotations

import time
from dataclasses import dataclass

from console.principal import Principal
from console.request import Request
from console.responses import page
from console.wording.language import words
from newsletter.container import app
from newsletter.nurture.descriptions import exit_in_words, title_of_sequence, trigger_in_words
from newsletter.nurture.enrollments.funnel import Funnel, Standings, count_standings, funnel_of
from newsletter.platform.errors import NotFound
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import say
from newsletter.publication.sequences import Sequence
from newsletter.reports.descriptions import topic_label

COUNT_SECONDS = 8.0
"""Seconds to count for the list; sequences after that show their figures only on their own page."""


@dataclass(frozen=True)
class Line:
    """A sequence in the list; `counted` is None if the time for counting was up."""

    sequence: Sequence
    title: str
    begins: str
    counted: Standings | None


def show_list(_request: Request, who: Principal) -> Answer:
    """Every sequence, with how many readers came in and are under way."""
    stop = time.monotonic() + COUNT_SECONDS
    lines = []
    for sequence in app.publication.sequences.values():
        counted = count_standings(app.enrollments.standings(sequence.key)) if time.monotonic() < stop else None
        lines.append(Line(sequence, _title(sequence), _begins(sequence), counted))
    return page("sequences", who, lines=lines)


def show_one(_request: Request, who: Principal, sequence: str) -> Answer:
    """The funnel of a sequence: drawn, and as a table."""
    found = _sequence(sequence)
    funnel = funnel_of(found, app, now=app.now())
    subjects = {step.key: step.subject[app.publication.language(words().language)] for step in found.steps}
    exits = [(exit_in_words(why), number) for why, number in funnel.exits.items()]
    return page(
        "sequence",
        who,
        sequence=found,
        title=_title(found),
        begins=_begins(found),
        funnel=funnel,
        subjects=subjects,
        exits=exits,
        most=_most(funnel),
    )


def show_funnel(_request: Request, _who: Principal, sequence: str) -> Answer:
    """The funnel as JSON."""
    return json_answer(200, funnel_of(_sequence(sequence), app, now=app.now()).as_json)


def _sequence(key: str) -> Sequence:
    found = app.publication.sequences.get(key)
    if found is None:
        raise NotFound(f"sequence {key}")
    return found


def _title(sequence: Sequence) -> str:
    return title_of_sequence(sequence, app.publication, words().language)


def _begins(sequence: Sequence) -> str:
    topics = [topic_label(key, app.publication, words().language) for key in sequence.topics]
    named_by = [offer.key for offer in app.publication.offers if offer.sequence == sequence.key]
    titles: dict[str, str] = {
        offer.key: say("“{title}”", title=offer.title[app.publication.language(words().language)])
        for offer in app.publication.offers
    }
    return trigger_in_words(sequence, topics, named_by, titles)


def _most(funnel: Funnel) -> int:
    """What the longest bar stands for; at least 1."""
    return max([1, funnel.entered, *(step.sent for step in funnel.steps)])
