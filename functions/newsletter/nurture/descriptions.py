"""What brings readers into a sequence and why their way ended, in English, for console and command line."""

from __future__ import annotations

from collections.abc import Sequence as Texts

from newsletter.publication.sequences import Exit, Sequence, Trigger

_EXITS = {
    Exit.FINISHED: "Went through to the end",
    Exit.LEFT: "Left the newsletter",
    Exit.STOPPED: "Stopped this series",
    Exit.REMOVED: "The sequence was removed",
    Exit.RETRACTED: "Their lead was taken back",
    Exit.LEAD_WON: "Their lead was won",
    Exit.LEAD_LOST: "Their lead was lost",
    Exit.ANSWERED: "Answered a mail",
    Exit.OTHER_SEQUENCE: "Came into another sequence",
}


def exit_in_words(why: str) -> str:
    """Why readers' way through a sequence ended."""
    return _EXITS[Exit(why)]


def trigger_in_words(sequence: Sequence, topics: Texts[str], named_by: Texts[str]) -> str:
    """What brings readers in: `topics` are the labels of its topics, `named_by` the offers that name it."""
    said = _trigger(sequence, topics, [*named_by, *sequence.offers])
    if named_by and sequence.trigger is not Trigger.LEAD:
        said += f" It also begins when a reader takes up the offer {' or '.join(named_by)}."
    return said


def _trigger(sequence: Sequence, topics: Texts[str], offers: Texts[str]) -> str:
    match sequence.trigger:
        case Trigger.CONFIRMED:
            return "Begins when a reader confirms the subscription."
        case Trigger.CLICK:
            return f"Begins when a person follows a link to an article on {' or '.join(topics)}."
        case Trigger.LEAD if offers:
            return f"Begins when a reader takes up the offer {' or '.join(dict.fromkeys(offers))}."
        case Trigger.LEAD_LOST:
            which = f" of the offer {' or '.join(sequence.offers)}" if sequence.offers else ""
            return f"Begins when sales gave up a lead{which}."
        case _:
            return "Begins when marketing puts readers into it."
