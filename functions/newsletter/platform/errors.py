"""The errors that this product raises on purpose; an indented one is a kind of the one above it.

* NewsletterError
  x InvalidInput        input that cannot be used; names the field and what would be right
    + InvalidForm       several fields of one form
    + EmptyAudience     a campaign without a recipient
    + InvalidPublication
  x LimitReached        too many of one thing; it works again later
  x NotFound            no such mailing, lead, link
  x Conflict            the thing exists already, with other content
    + NotNow            the status of the thing does not allow what was asked for
  x BadLink             a link that we did not sign, or signed for another purpose
    + ExpiredLink       a link of ours that is too old
  x FeedUnreadable      a feed that could not be fetched or parsed
  x UnreadableList      a CSV file of readers that cannot be imported as it is
    + ColumnsNotUnderstood  some of its columns may say who left, and not how
  x SentPerhaps         SES may or may not have taken the call, so the batch is in doubt
  x NotSentYet          SES certainly took nothing; trying again is safe
    + SendingStopped    the account cannot send until a person acts or the quota is free again
  x OutOfTime           a request has asked AWS for as long as it may
  x BrokenRecord        a record in a table that cannot be read
  x PartlyFailed        some pieces of a run failed; all others are done
  x WrongPepper         readers' ids were made with another pepper; a person must restore it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from newsletter.platform.words.said import Said, say


class NewsletterError(Exception):
    """Base of everything this product raises on purpose."""


class InvalidInput(NewsletterError):
    """Input that cannot be used; `field` names where, the message says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class InvalidForm(InvalidInput):
    """Faults in several fields of a form: `errors` by field. `field` and `message` are those of the first."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(*next(iter(errors.items())))
        self.errors = errors


class EmptyAudience(InvalidInput):
    """Nobody would get it, so there is nothing to send; `why`, if it is not that the audience is too narrow."""

    def __init__(self, field: str, why: str = say("no active reader is in the audience; choose a wider one")) -> None:
        super().__init__(field, say("nobody would get this: {why}", why=why))


class InvalidPublication(InvalidInput):
    """A fault in publication.toml; `field` is the path to the value, e.g. `topics[2].key`."""


class LimitReached(NewsletterError):
    """Too many of one thing in a period of time; the message says of what, `seconds` until when (0: unsaid)."""

    def __init__(self, message: str = "", seconds: int = 0) -> None:
        super().__init__(message)
        self.seconds = seconds


class NotFound(NewsletterError):
    """The thing asked for does not exist."""


class Conflict(NewsletterError):
    """The thing exists already, and not as asked for."""


class NotNow(Conflict):
    """The present status does not allow what was asked for; the message says what the status is."""


class BadLink(NewsletterError):
    """A token that we did not sign for this purpose. No message: pages must not tell why a link is refused."""


class ExpiredLink(BadLink):
    """A token of ours that is older than its purpose allows."""


class FeedUnreadable(NewsletterError):
    """A feed that could not be fetched or parsed; the message says why, for a person."""


class UnreadableList(NewsletterError):
    """A CSV file of readers that cannot be imported as it is; the message says why, and what to do about it."""


class ColumnsNotUnderstood(UnreadableList):
    """Columns look like they say who left, and not how: `questions` are their names and what is not understood."""

    def __init__(self, message: str, questions: Sequence[tuple[str, str]]) -> None:
        super().__init__(message)
        self.questions = tuple(questions)


class SentPerhaps(NewsletterError):
    """The call may have reached SES before it failed. Sending again could mail everybody twice."""


class NotSentYet(NewsletterError):
    """SES certainly accepted nothing of the call, so the batch may be tried again."""


class SendingStopped(NotSentYet):
    """SES takes no mail of this account at present, so trying again at once is no use.

    With `passes` it ends by itself (the quota of 24 hours is used up); otherwise a person must act.
    """

    def __init__(self, reason: str, *, passes: bool = False) -> None:
        super().__init__(reason)
        self.passes = passes


class PartlyFailed(NewsletterError):
    """Pieces of a run failed, which the message names; all others are done. Raised at the end of the run."""


class OutOfTime(NewsletterError):
    """The time in which a request may ask AWS is over (time_limit_client.py); AWS was not asked."""


class BrokenRecord(NewsletterError):
    """A record in a table that cannot be read; the message names it and what is wrong with it."""


class WrongPepper(NewsletterError):
    """The pepper is not the one that the ids in the table were made with, or is gone; the message says what to do.

    With another pepper every address gets another id: readers who left would be unknown, and active ones would be
    there twice.
    """


def text_of(error: Exception) -> str:
    """What the error says, so that it can be said in another language where it was given as such (`say`)."""
    if isinstance(error, InvalidInput) and not isinstance(error, InvalidForm):
        return say("{field}: {message}", field=error.field, message=error.message)
    given = error.args[0] if error.args else ""
    return given if isinstance(given, Said) else str(error)
