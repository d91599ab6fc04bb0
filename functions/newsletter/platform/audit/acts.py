"""What is written into the audit trail: the words of each act, the same by whichever door it comes.

Console and API are known by their paths (without `/console` and `/api/v1`), commands by their names. An act that is
not listed here is written down as its path or command, so that nothing is forgotten.
"""

from __future__ import annotations

from newsletter.platform.words.said import say

ACTS = {
    "POST /campaigns": say("campaign sent"),
    "POST /campaigns draft": say("draft of a campaign saved"),
    "POST /campaigns schedule": say("campaign scheduled"),
    "PUT /campaigns/{campaign}": say("draft of a campaign changed"),
    "DELETE /campaigns/{campaign}": say("draft of a campaign deleted"),
    "POST /campaigns/{campaign}/send": say("campaign sent or scheduled"),
    "POST /campaigns/{campaign}/unschedule": say("campaign taken back"),
    "POST /campaigns/{campaign}/test": say("test mail sent"),
    "POST /campaigns/{campaign}/duplicate": say("campaign duplicated"),
    "POST /audiences": say("audience saved"),
    "POST /audiences replace": say("audience changed"),
    "POST /audiences forget": say("audience forgotten"),
    "PUT /audiences/{audience}": say("audience changed"),
    "DELETE /audiences/{audience}": say("audience forgotten"),
    "POST /mailings/{mailing}/archive": say("mailing taken out of the archive or put back"),
    "POST /mailings/{mailing}/clickers": say("clickers of a mailing listed"),
    "POST /mailings/{mailing}/relink": say("link of a mailing corrected"),
    "POST /mailings/{mailing}/send-again": say("campaign sent again"),
    "POST /mailings/{mailing}/send-again draft": say("draft of a campaign saved"),
    "POST /mailings/{mailing}/send-again schedule": say("campaign scheduled"),
    "POST /mailings/{mailing}/pause": say("mailing paused"),
    "POST /mailings/{mailing}/resume": say("mailing resumed"),
    "POST /mailings/{mailing}/cancel": say("mailing cancelled"),
    "POST /digests/{period}/approve": say("digest approved"),
    "POST /digests/{period}/reject": say("digest rejected"),
    "POST /digests/{which}/note": say("note of a digest written"),
    "PUT /digests/{which}/note": say("note of a digest written"),
    "POST /leads/{lead}/send": say("lead sent to sales"),
    "POST /leads/{lead}/drop": say("lead dropped"),
    "POST /leads/{lead}/replay": say("CRM told again of a lead"),
    "POST /leads/{lead}/rejudge": say("lead judged anew"),
    "POST /leads/endpoint": say("CRM switched on"),
    "POST /feeds/accept": say("feed accepted"),
    "POST /pictures": say("picture uploaded"),
    "POST /subscribers/{subscriber}/end": say("subscription ended"),
    "PUT /subscribers/{subscriber}": say("choices of a reader changed"),
    "POST /readers/{subscriber}": say("choices of a reader changed"),
    "POST /readers/{subscriber}/end": say("subscription ended"),
    "POST /imports": say("list of readers uploaded"),
    "POST /imports/{job}/check": say("list of readers checked"),
    "POST /imports/{job}/start": say("readers imported"),
    "POST /imports/{job}/cancel": say("import cancelled"),
    "POST /exports": say("readers exported"),
    "POST /articles/{article}/pin": say("article pinned"),
    "POST /articles/{article}/skip": say("article skipped"),
    "POST /articles/{article}/again": say("article to be mailed once more"),
    "POST /articles/{article}/retopic": say("topics of an article changed"),
    "POST /articles/{article}/reset": say("choices on an article taken back"),
}
FORMS = frozenset({"POST /campaigns/new", "POST /campaigns/{campaign}"})
"""Forms with several buttons, of which `step` says which was pressed."""
STEPS = {
    "send": say("campaign sent"),
    "schedule": say("campaign scheduled"),
    "unschedule": say("campaign taken back"),
    "test": say("test mail sent"),
    "duplicate": say("campaign duplicated"),
    "delete": say("draft of a campaign deleted"),
    "restore": say("earlier version of a draft brought back"),
}
"""What these buttons do. The others save what is written, which the versions of a draft tell, or show it."""
LOOKS = frozenset(
    {
        *("POST /feeds", "POST /feeds/check", "POST /language", "POST /logout"),
        *("POST /subscribers/find", "POST /readers"),
        *("POST /audiences/count", "POST /audiences/why", "POST /campaigns/preview"),
        *("POST /audiences count", "POST /audiences why"),
        *("POST /digests/next", "POST /digests/preview"),
        *("POST /imports/{job}/parts/{part}", "PUT /imports/{job}/parts/{part}"),
    }
)
"""Requests that change nothing, though they are posted, some by the button that was pressed.

Parts of a list belong to its upload, which is written down.
"""
COMMANDS = {
    "campaign send": say("campaign sent"),
    "campaign send-again": say("campaign sent again"),
    "campaign save": say("draft of a campaign saved"),
    "campaign schedule": say("campaign scheduled"),
    "campaign unschedule": say("campaign taken back"),
    "campaign duplicate": say("campaign duplicated"),
    "campaign delete": say("draft of a campaign deleted"),
    "campaign test": say("test mail sent"),
    "audience save": say("audience saved"),
    "audience forget": say("audience forgotten"),
    "picture add": say("picture uploaded"),
    "mailing archive": say("mailing taken out of the archive or put back"),
    "mailing pause": say("mailing paused"),
    "mailing resume": say("mailing resumed"),
    "mailing cancel": say("mailing cancelled"),
    "mailing clickers": say("clickers of a mailing listed"),
    "mailing relink": say("link of a mailing corrected"),
    "digest approve": say("digest approved"),
    "digest reject": say("digest rejected"),
    "digest note": say("note of a digest written"),
    "leads send": say("lead sent to sales"),
    "leads drop": say("lead dropped"),
    "leads replay": say("CRM told again of a lead"),
    "leads rejudge": say("lead judged anew"),
    "replies person": say("answer said to be a person's"),
    "dead-letters redrive": say("messages sent again"),
    "feeds accept": say("feed accepted"),
    "feeds archive": say("older pages of a feed read"),
    "sequences join": say("readers put into a sequence"),
    "article pin": say("article pinned"),
    "article skip": say("article skipped"),
    "article again": say("article to be mailed once more"),
    "article retopic": say("topics of an article changed"),
    "article reset": say("choices on an article taken back"),
    "subscribers end": say("subscription ended"),
    "subscribers unsuppress": say("address taken off the suppression list"),
    "import": say("readers imported"),
    "export": say("readers exported"),
    "breaker close": say("breaker closed"),
    "work stop": say("schedules and queues stopped"),
    "work start": say("schedules and queues started"),
    "restore merge": say("restored table brought up to date"),
}
"""Commands that change something or hand out readers' data; all others only show."""


def act_of(request: str, step: str = "") -> str:
    """The act of a request (`POST /mailings/{mailing}/pause`) in words; empty for one that changes nothing.

    `step` is the button that was pressed in a form, or what a program wants done with a campaign.
    """
    if request in FORMS:
        return STEPS.get(step, "")
    if request in LOOKS or f"{request} {step}" in LOOKS:
        return ""
    return ACTS.get(f"{request} {step}") or ACTS.get(request) or request
