"""What brings readers into a sequence and why their way ended, in English, for console and command line."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence as Texts

from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication
from newsletter.publication.sequences import Exit, Sequence, Trigger

EXITS = {
    Exit.FINISHED: say("Went through to the end"),
    Exit.LEFT: say("Left the newsletter"),
    Exit.STOPPED: say("Stopped this series"),
    Exit.REMOVED: say("The sequence was removed"),
    Exit.RETRACTED: say("Their lead was taken back"),
    Exit.LEAD_WON: say("Their lead was won"),
    Exit.LEAD_LOST: say("Their lead was lost"),
    Exit.ANSWERED: say("Answered a mail"),
    Exit.OTHER_SEQUENCE: say("Came into another sequence"),
}


def exit_in_words(why: str) -> str:
    """Why readers' way through a sequence ended."""
    return EXITS[Exit(why)]


def title_of_sequence(sequence: Sequence, publication: Publication, language: str) -> str:
    """Its title, in the default language where there is none in this."""
    return sequence.title.get(publication.language(language), sequence.key)


def trigger_in_words(
    sequence: Sequence, topics: Texts[str], named_by: Texts[str], titles: Mapping[str, str] | None = None
) -> str:
    """What brings readers in: `topics` are the labels of its topics, `named_by` the offers that name it.

    Offers are called by their keys, or by `titles`.
    """
    shown = titles or {}
    said = _trigger(sequence, topics, [shown.get(key, key) for key in (*named_by, *sequence.offers)])
    if named_by and sequence.trigger is not Trigger.LEAD:
        offers = _either([shown.get(key, key) for key in named_by])
        return say("{begins} It also begins when a reader takes up the offer {offers}.", begins=said, offers=offers)
    return said


def _trigger(sequence: Sequence, topics: Texts[str], offers: Texts[str]) -> str:
    match sequence.trigger:
        case Trigger.CONFIRMED:
            return say("Begins when a reader confirms the subscription.")
        case Trigger.CLICK:
            return say("Begins when a person follows a link to an article on {topics}.", topics=_either(topics))
        case Trigger.LEAD if offers:
            return say("Begins when a reader takes up the offer {offers}.", offers=_either(list(dict.fromkeys(offers))))
        case Trigger.LEAD_LOST:
            if sequence.offers:
                given_up = _either(list(dict.fromkeys(offers)))
                return say("Begins when sales gave up a lead of the offer {offers}.", offers=given_up)
            return say("Begins when sales gave up a lead.")
        case _:
            return say("Begins when marketing puts readers into it.")


def _either(names: Texts[str]) -> str:
    """`a or b or c`, as it is said in the language of the page."""
    if len(names) < 2:
        return "".join(names)
    return say("{first} or {second}", first=_either(names[:-1]), second=names[-1])
