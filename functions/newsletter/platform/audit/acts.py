"""What is written into the audit trail: the words of each act, the same by whichever door it comes.

Console and API are known by their paths (without `/console` and `/api/v1`), commands by their names. An act that is
not listed here is written down as its path or command, so that nothing is forgotten.
"""

from __future__ import annotations

ACTS = {
    "POST /campaigns": "campaign sent",
    "POST /campaigns/new": "campaign sent",
    "POST /campaigns/{campaign}/send": "campaign sent",
    "POST /mailings/{mailing}/pause": "mailing paused",
    "POST /mailings/{mailing}/resume": "mailing resumed",
    "POST /mailings/{mailing}/cancel": "mailing cancelled",
    "POST /digests/{period}/approve": "digest approved",
    "POST /digests/{period}/reject": "digest rejected",
    "POST /digests/{which}/note": "note of a digest written",
    "PUT /digests/{which}/note": "note of a digest written",
    "POST /leads/{lead}/send": "lead sent to sales",
    "POST /leads/{lead}/drop": "lead dropped",
    "POST /leads/{lead}/replay": "CRM told again of a lead",
    "POST /leads/{lead}/rejudge": "lead judged anew",
    "POST /leads/endpoint": "CRM switched on",
    "POST /feeds/accept": "feed accepted",
    "POST /subscribers/{subscriber}/end": "subscription ended",
    "PUT /subscribers/{subscriber}": "choices of a reader changed",
    "POST /readers/{subscriber}": "choices of a reader changed",
    "POST /readers/{subscriber}/end": "subscription ended",
    "POST /articles/{article}/pin": "article pinned",
    "POST /articles/{article}/skip": "article skipped",
    "POST /articles/{article}/again": "article to be mailed once more",
    "POST /articles/{article}/retopic": "topics of an article changed",
    "POST /articles/{article}/reset": "choices on an article taken back",
}
LOOKS = frozenset({"POST /feeds", "POST /feeds/check", "POST /logout", "POST /subscribers/find", "POST /readers"})
"""Requests that change nothing, though they are posted."""
COMMANDS = {
    "campaign send": "campaign sent",
    "mailing pause": "mailing paused",
    "mailing resume": "mailing resumed",
    "mailing cancel": "mailing cancelled",
    "mailing relink": "link of a mailing corrected",
    "digest approve": "digest approved",
    "digest reject": "digest rejected",
    "digest note": "note of a digest written",
    "leads send": "lead sent to sales",
    "leads drop": "lead dropped",
    "leads replay": "CRM told again of a lead",
    "leads rejudge": "lead judged anew",
    "dead-letters redrive": "messages sent again",
    "feeds accept": "feed accepted",
    "feeds archive": "older pages of a feed read",
    "sequences join": "readers put into a sequence",
    "article pin": "article pinned",
    "article skip": "article skipped",
    "article again": "article to be mailed once more",
    "article retopic": "topics of an article changed",
    "article reset": "choices on an article taken back",
    "subscribers end": "subscription ended",
    "subscribers unsuppress": "address taken off the suppression list",
    "import": "readers imported",
    "export": "readers exported",
    "breaker close": "breaker closed",
}
"""Commands that change something or hand out readers' data; all others only show."""


def act_of(request: str) -> str:
    """The act of a request (`POST /mailings/{mailing}/pause`) in words; empty for one that changes nothing."""
    return "" if request in LOOKS else ACTS.get(request, request)
