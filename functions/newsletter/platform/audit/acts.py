"""What is written into the audit trail: the words of each act, the same by whichever door it comes.

Console and API are known by their paths (without `/console` and `/api/v1`), commands by their names. An act that is
not listed here is written down as its path or command, so that nothing is forgotten.
"""

from __future__ import annotations

ACTS = {
    "POST /campaigns": "campaign sent",
    "POST /campaigns draft": "draft of a campaign saved",
    "POST /campaigns schedule": "campaign scheduled",
    "PUT /campaigns/{campaign}": "draft of a campaign changed",
    "DELETE /campaigns/{campaign}": "draft of a campaign deleted",
    "POST /campaigns/{campaign}/send": "campaign sent or scheduled",
    "POST /campaigns/{campaign}/unschedule": "campaign taken back",
    "POST /campaigns/{campaign}/test": "test mail sent",
    "POST /campaigns/{campaign}/duplicate": "campaign duplicated",
    "POST /audiences": "audience saved",
    "PUT /audiences/{audience}": "audience changed",
    "DELETE /audiences/{audience}": "audience forgotten",
    "POST /mailings/{mailing}/archive": "mailing taken out of the archive or put back",
    "POST /mailings/{mailing}/clickers": "clickers of a mailing listed",
    "POST /mailings/{mailing}/relink": "link of a mailing corrected",
    "POST /mailings/{mailing}/send-again": "campaign sent again",
    "POST /mailings/{mailing}/send-again draft": "draft of a campaign saved",
    "POST /mailings/{mailing}/send-again schedule": "campaign scheduled",
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
    "POST /pictures": "picture uploaded",
    "POST /subscribers/{subscriber}/end": "subscription ended",
    "PUT /subscribers/{subscriber}": "choices of a reader changed",
    "POST /readers/{subscriber}": "choices of a reader changed",
    "POST /readers/{subscriber}/end": "subscription ended",
    "POST /imports": "list of readers uploaded",
    "POST /imports/{job}/check": "list of readers checked",
    "POST /imports/{job}/start": "readers imported",
    "POST /imports/{job}/cancel": "import cancelled",
    "POST /exports": "readers exported",
    "POST /articles/{article}/pin": "article pinned",
    "POST /articles/{article}/skip": "article skipped",
    "POST /articles/{article}/again": "article to be mailed once more",
    "POST /articles/{article}/retopic": "topics of an article changed",
    "POST /articles/{article}/reset": "choices on an article taken back",
}
FORMS = frozenset({"POST /campaigns/new", "POST /campaigns/{campaign}"})
"""Forms with several buttons, of which `step` says which was pressed."""
STEPS = {
    "send": "campaign sent",
    "schedule": "campaign scheduled",
    "unschedule": "campaign taken back",
    "test": "test mail sent",
    "duplicate": "campaign duplicated",
    "delete": "draft of a campaign deleted",
    "restore": "earlier version of a draft brought back",
}
"""What these buttons do. The others save what is written, which the versions of a draft tell, or show it."""
LOOKS = frozenset(
    {
        *("POST /feeds", "POST /feeds/check", "POST /logout", "POST /subscribers/find", "POST /readers"),
        *("POST /audiences/count", "POST /audiences/why", "POST /campaigns/preview"),
        *("POST /digests/next", "POST /digests/preview"),
        *("POST /imports/{job}/parts/{part}", "PUT /imports/{job}/parts/{part}"),
    }
)
"""Requests that change nothing, though they are posted; parts of a list belong to its upload, which is written down."""
COMMANDS = {
    "campaign send": "campaign sent",
    "campaign send-again": "campaign sent again",
    "campaign save": "draft of a campaign saved",
    "campaign schedule": "campaign scheduled",
    "campaign unschedule": "campaign taken back",
    "campaign duplicate": "campaign duplicated",
    "campaign delete": "draft of a campaign deleted",
    "campaign test": "test mail sent",
    "audience save": "audience saved",
    "audience forget": "audience forgotten",
    "picture add": "picture uploaded",
    "mailing archive": "mailing taken out of the archive or put back",
    "mailing pause": "mailing paused",
    "mailing resume": "mailing resumed",
    "mailing cancel": "mailing cancelled",
    "mailing clickers": "clickers of a mailing listed",
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


def act_of(request: str, step: str = "") -> str:
    """The act of a request (`POST /mailings/{mailing}/pause`) in words; empty for one that changes nothing.

    `step` is the button that was pressed in a form, or what a program wants done with a campaign.
    """
    if request in FORMS:
        return STEPS.get(step, "")
    return "" if request in LOOKS else ACTS.get(f"{request} {step}") or ACTS.get(request, request)
