"""What can go wrong, by who has to act.

* NewsletterError
  x InvalidInput        somebody's input; names the field and what would be right
    + InvalidForm       several fields of one form
    + EmptyAudience     a campaign that nobody would get
    + InvalidPublication
  x LimitReached        too many of one thing; it works again later
  x NotFound            no such mailing, lead, link
  x Conflict            the thing exists already, with other content
    + NotNow            the mailing does not stand where that could be done
  x BadLink             a link that we did not sign, or for another purpose
    + ExpiredLink       ours, but too old
  x FeedUnreadable      a feed that could not be fetched or parsed
  x SentPerhaps         SES may or may not have taken the call; nobody guesses, the batch is doubtful
  x NotSentYet          SES certainly took nothing; trying again is safe
  x SendingStopped      the account cannot send until a person (or tomorrow) changes that
  x BrokenRecord        a record in a table that cannot be read
  x PartlyFailed        some pieces of a run failed; all others are done
  x WrongPepper         readers' ids were made with another pepper, which a person must put back
"""

from __future__ import annotations

from collections.abc import Mapping


class NewsletterError(Exception):
    """Base of everything this product raises on purpose."""


class InvalidInput(NewsletterError):
    """Input that cannot be used; `field` names where, the message says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class InvalidForm(InvalidInput):
    """A form to be mended: `errors` has what is wrong with each field. `field` and `message` are of the first one."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(*next(iter(errors.items())))
        self.errors = errors


class EmptyAudience(InvalidInput):
    """No active reader is meant, so there is nothing to send."""

    def __init__(self, field: str) -> None:
        super().__init__(field, "nobody would get this: no active reader is in the audience; choose a wider one")


class InvalidPublication(InvalidInput):
    """A fault in publication.toml; `field` is the path to the value, e.g. `topics[2].key`."""


class LimitReached(NewsletterError):
    """Too many of one thing in a time; the message says of what."""


class NotFound(NewsletterError):
    """The thing asked for does not exist."""


class Conflict(NewsletterError):
    """The thing exists already, and not as asked for."""


class NotNow(Conflict):
    """What was asked for cannot be done as things stand; the message says how they stand."""


class BadLink(NewsletterError):
    """A token that we did not sign for this purpose. Says nothing more, to nobody."""


class ExpiredLink(BadLink):
    """A token of ours that is older than its purpose allows."""


class FeedUnreadable(NewsletterError):
    """A feed that could not be fetched or parsed; the message says why, for a person."""


class SentPerhaps(NewsletterError):
    """The call may have reached SES before it broke. Sending again could mail everybody twice."""


class NotSentYet(NewsletterError):
    """SES certainly accepted nothing of the call, so the batch may be tried again."""


class SendingStopped(NotSentYet):
    """SES takes nothing from us for now, whoever the recipients are; trying again at once is no use.

    `passes`: it ends by itself (the day's quota is used up); otherwise a person must act.
    """

    def __init__(self, reason: str, *, passes: bool = False) -> None:
        super().__init__(reason)
        self.passes = passes


class PartlyFailed(NewsletterError):
    """Pieces of a run failed, and the message names them; all others are done. Raised last."""


class BrokenRecord(NewsletterError):
    """A record in a table that cannot be read; the message names it and what is wrong with it."""


class WrongPepper(NewsletterError):
    """The pepper is not the one that the ids in the table were made with, or is gone; the message says what to do.

    With another pepper, every reader would be somebody else: who left would be unknown, who is there twice.
    """
