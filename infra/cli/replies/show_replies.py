"""`newsletter replies list`."""

from __future__ import annotations

import json
from typing import Any

from cli.faults import Fault
from cli.output import say, table, when
from cli.replies.reply_words import OUTCOMES, fate_in_words, why_in_words
from newsletter.container import app
from newsletter.platform.times import iso
from newsletter.replies.reply import Reply


def show_list(mailing: str, limit: int, *, as_json: bool) -> int:
    """The newest ones, or the newest answers to one mailing."""
    if mailing and app.mailings.get(mailing) is None:
        raise Fault(f"there is no mailing {mailing}; `newsletter mailing list` names them")
    found = app.replies.newest(limit, app.now(), mailing)
    if as_json:
        print(json.dumps({"replies": [reply_as_json(each) for each in found]}, ensure_ascii=False, indent=2))
        return 0
    if not found:
        off = (
            " publication.toml has no table [replies], so that none are received."
            if not app.publication.replies
            else ""
        )
        say(f"Nothing came in within the last 30 days.{off}")
        return 0
    zone = app.templates.publication.time_zone
    table(
        ("Mail", f"Came ({zone})", "From", "To", "Taken for", "Why", "Became of it", "Lead"),
        (
            (
                each.id,
                when(each.at, zone),
                each.sender,
                each.mailing,
                OUTCOMES[each.outcome],
                why_in_words(each),
                fate_in_words(each),
                each.lead,
            )
            for each in found
        ),
        whole=("Mail",),
    )
    return 0


def reply_as_json(reply: Reply) -> dict[str, Any]:
    """The mail with the codes of what it was taken for; its sender is masked."""
    return {
        "id": reply.id,
        "at": iso(reply.at),
        "from": reply.sender,
        "subscriber": reply.subscriber or None,
        "mailing": reply.mailing or None,
        "outcome": reply.outcome.value,
        "reasons": list(reply.reasons),
        "rules": reply.rules,
        "authentic": reply.authentic,
        "wish": reply.wish,
        "sent_on": reply.forwarded,
        "held": reply.held.value or None,
        "left": reply.left,
        "lead": reply.lead or None,
        "said_by": reply.said_by or None,
    }
