"""For one address: whether it is in an audience, and why not; an audience and its count as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from newsletter.mailings.audience.facts import ReadFacts
from newsletter.mailings.audience.mailed_lately import MailedLately
from newsletter.mailings.audience.rule import Audience
from newsletter.platform.errors import InvalidInput
from newsletter.platform.shards import shard_of
from newsletter.platform.words.said import say
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.email_address import normalised
from newsletter.readers.subscriber import Recipient, Status

if TYPE_CHECKING:
    from newsletter.container import Container
    from newsletter.mailings.audience.audiences_store import SavedAudience
    from newsletter.mailings.count_audience import AudienceCount

REASONS = {
    "unknown": say("is no reader: nobody confirmed this address, or everything about it was erased"),
    "unsubscribed": say("left the newsletter"),
    "bounced": say("mail to the address came back"),
    "complained": say("called a mail spam"),
    "paused": say("paused all mail"),
    "capped": say("had as many mails in the last seven days as the publication allows"),
    "topics": say("chose other topics"),
    "topics_all": say("did not choose each of these topics"),
    "topics_none": say("chose one of the topics that leave out"),
    "languages": say("reads another language"),
    "frequency": say("chose another frequency"),
    "signed_up_from": say("signed up on another day"),
    "signed_up_before": say("signed up on another day"),
    "signed_up_by": say("signed up by another form or import"),
    "addresses": say("is not among the listed addresses"),
    "got": say("did not get the mailing"),
    "not_got": say("got the mailing, or may have got it"),
    "clicked": say("did not click in the mailing, as far as a person is known to"),
    "not_clicked": say("clicked in the mailing"),
    "clicked_in_days": say("did not click in those days"),
    "not_clicked_in_days": say("clicked in those days"),
    "lead_states": say("has no such lead"),
    "score_at_least": say("has no lead with such a score"),
    "exclude": say("fits an exclusion"),
}
"""Why somebody is not in an audience, by the field of the rule, or by what keeps all mail from them."""


@dataclass(frozen=True)
class Reason:
    """`code` is a key of REASONS, or the name of a choice."""

    code: str
    text: str


def why_not(rule: Audience, address: str, now: datetime, app: Container) -> tuple[Reason, ...]:
    """Every reason why the owner of the address is not in the audience; none if they are in it.

    Raises InvalidInput on `address` for what is none.
    """
    try:
        email = normalised(address, allow_test_domains=app.settings.local)
    except InvalidInput as error:
        raise InvalidInput("address", say("an address such as maija@example.com")) from error
    subscriber = current_subscriber(app.ids.of(email), app).id
    reader = app.subscribers.get(subscriber)
    if reader is None:
        return (_reason("unknown"),)
    codes = [] if reader.status is Status.ACTIVE else [str(reader.status)]
    if reader.choices.paused(now.astimezone(app.publication.time_zone).date()):
        codes.append("paused")
    if not codes or codes == ["paused"]:
        facts = ReadFacts(app, now, shard_of(subscriber))
        recipient = Recipient(reader.choices)
        codes += rule.against(subscriber, recipient, facts)
        if MailedLately(app, now, facts.shard, facts.may_have_got).had_enough(subscriber, recipient):
            codes.append("capped")
    return tuple(_reason(code) for code in codes)


def why_as_json(reasons: tuple[Reason, ...]) -> dict[str, Any]:
    """`in`, and the reasons why not."""
    return {"in": not reasons, "reasons": [{"code": each.code, "text": each.text} for each in reasons]}


def count_as_json(count: AudienceCount) -> dict[str, Any]:
    """The count for programs."""
    return {
        "readers": count.readers,
        "complete": count.complete,
        "about": count.about,
        "left_out": {
            name: count.left_out.get(name, 0) for name in ("paused", "capped", "excluded", "unreadable", "gone")
        },
        "samples": list(count.samples),
    }


def saved_as_json(saved: SavedAudience) -> dict[str, Any]:
    """A saved audience for programs."""
    from newsletter.mailings.audience.written import rule_as_json
    from newsletter.platform.times import iso

    return {"name": saved.name, "rule": rule_as_json(saved.rule), "saved_by": saved.by, "saved_at": iso(saved.at)}


def _reason(code: str) -> Reason:
    return Reason(code, REASONS.get(code, say("chose something else")))
