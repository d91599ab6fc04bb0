"""What becomes of the lines of a list, in words, the same on the command line, in the console and in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.articles.classification.topic_names import topics_named, words_of
from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import say
from newsletter.readers.choice import Frequency
from newsletter.readers.imports.import_subscribers import Imported
from newsletter.readers.imports.read_row import Row

if TYPE_CHECKING:
    from newsletter.container import Container

RESULTS_IN_WORDS = {
    Imported.ADDED: (say("added as active readers"), say("would be added as active readers")),
    Imported.ASKED: (say("asked to confirm"), say("would be asked to confirm")),
    Imported.SUPPRESSED: (say("kept as left: no import wakes them up"), say("would be kept as left")),
    Imported.ENDED: (
        say("were readers here and left elsewhere: no more mail"),
        say("are readers here and would get no more mail"),
    ),
    Imported.KNOWN: (say("known already, left as they are"), say("known already")),
    Imported.LEFT: (
        say("left, bounced or were erased earlier: not woken up"),
        say("left, bounced or were erased earlier"),
    ),
    Imported.UNCONFIRMED: (
        say("never confirmed there: left out (import them --as pending to ask them)"),
        say("never confirmed there: would be left out"),
    ),
    Imported.TWICE: (
        say("are there twice: the stricter word counts"),
        say("are there twice: the stricter word counts"),
    ),
    Imported.NAMELESS: (
        say("erased elsewhere under another pepper: nobody can know who they are"),
        say("erased elsewhere under another pepper"),
    ),
}
"""For each result of a row: the words after an import, and those of a dry run."""
OPTIONS_IN_WORDS = (
    ("--as left", say("as left")),
    ("--as pending", say("as pending")),
    ("--ignore-column NAME", say("not used")),
    ("--encoding NAME", say("the encoding")),
)


def without_options(said: str, folder: str) -> str:
    """What the command would say of a file, without its options, and without the folder in which the file lies."""
    said = said.replace(folder, "")
    for option, words in OPTIONS_IN_WORDS:
        said = said.replace(option, words)
    return said


def fault_in_words(row: Row | InvalidInput, wrong: InvalidInput, app: Container) -> str:
    """What is wrong with the row. It names the values to choose from, which the form would show."""
    templates = app.templates
    publication = templates.publication
    if not wrong.message.startswith("pages.") or isinstance(row, InvalidInput):
        return wrong.message
    known: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
        "topics": (
            topics_named(words_of(row.choices.get("topics", "")), publication.topics)[1],
            tuple(topic.key for topic in publication.topics),
        ),
        "language": ((row.choices.get("language", ""),), publication.languages),
        "frequency": ((row.choices.get("frequency", ""),), tuple(Frequency)),
    }
    if wrong.field not in known:
        return templates.text(wrong.message, publication.language("en"))
    given, right = known[wrong.field]
    return say(
        "{value} is unknown; {choice}",
        value=" ".join(given),
        choice=say("choose from {names}", names=", ".join(right)),
    )
