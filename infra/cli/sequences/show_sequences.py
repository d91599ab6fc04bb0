"""`newsletter sequences list` and `show`."""

from __future__ import annotations

import json

from cli.faults import Fault
from cli.output import say, table
from newsletter.container import app
from newsletter.nurture.descriptions import exit_in_words, trigger_in_words
from newsletter.nurture.enrollments.funnel import Funnel, count_standings, funnel_of
from newsletter.publication.sequences import Sequence
from newsletter.reports.descriptions import topic_label


def show_list(*, as_json: bool) -> int:
    """Every sequence with its counts."""
    found = [
        (each, count_standings(app.enrollments.standings(each.key))) for each in app.publication.sequences.values()
    ]
    if as_json:
        lines = [
            {
                "key": sequence.key,
                "trigger": sequence.trigger,
                "steps": [step.key for step in sequence.steps],
                "entered": counted.entered,
                "active": counted.active,
                "leads": counted.leads,
                "won": counted.won,
            }
            for sequence, counted in found
        ]
        say(json.dumps({"sequences": lines}, indent=2, ensure_ascii=False))
        return 0
    rows = [
        (each.key, str(len(each.steps)), str(counted.entered), str(counted.active), str(counted.leads), _begins(each))
        for each, counted in found
    ]
    columns = ("sequence", "steps", "came in", "under way", "leads", "begins")
    table(columns, rows, numbers=("steps", "came in", "under way", "leads"))
    return 0


def show_funnel(key: str, *, as_json: bool) -> int:
    """The funnel of a sequence."""
    sequence = known(key)
    funnel = funnel_of(sequence, app, now=app.now())
    if as_json:
        say(json.dumps(funnel.as_json, indent=2, ensure_ascii=False))
        return 0
    say(f"{key}: {_begins(sequence)}")
    say()
    _steps(sequence, funnel)
    say()
    ended = [(exit_in_words(why), str(number)) for why, number in funnel.exits.items()]
    rows = [("Came in", str(funnel.entered)), ("Under way", str(funnel.active)), *ended]
    table(("readers", "number"), [*rows, ("Leads", str(funnel.leads)), ("Won", str(funnel.won))], numbers=("number",))
    return 0


def known(key: str) -> Sequence:
    """The sequence of that key. Raises Fault that names those there are."""
    found = app.publication.sequences.get(key)
    if found is None:
        named = ", ".join(app.publication.sequences) or "none"
        raise Fault(f"{key!r} is no sequence of this publication; it has {named}")
    return found


def _steps(sequence: Sequence, funnel: Funnel) -> None:
    subjects = {step.key: step.subject[app.publication.languages[0]] for step in sequence.steps}
    rows = [(step.key, str(step.sent), str(step.people), str(step.left), subjects[step.key]) for step in funnel.steps]
    table(("step", "sent", "people", "left", "subject"), rows, numbers=("sent", "people", "left"))


def _begins(sequence: Sequence) -> str:
    topics = [topic_label(key, app.publication) for key in sequence.topics]
    named_by = [offer.key for offer in app.publication.offers if offer.sequence == sequence.key]
    return trigger_in_words(sequence, topics, named_by)
