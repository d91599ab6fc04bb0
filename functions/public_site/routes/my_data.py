"""/my-data: what is kept of a reader, in words and as a file, and the button that erases it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from newsletter.container import app
from newsletter.leads.visits.evidence import VisitKind
from newsletter.mailings.planning.ledger_keys import LIFE as LEDGER_LIFE
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.observability import count
from newsletter.platform.web.answer import Answer
from newsletter.readers import my_data
from newsletter.readers import preferences as change_preferences
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.my_data import SubscriberData
from newsletter.readers.subscriber import Status
from public_site.problems import Moved
from public_site.request import Request
from public_site.responses import download, page

if TYPE_CHECKING:
    from newsletter.leads.leads_store import KeptLead


def show_my_data(request: Request, token: str) -> Answer:
    """All of it: in words, or as JSON for `?format=json` and requests that accept only JSON."""
    claims = _read(token)
    data, faults = my_data.collect_data(claims.subscriber, app), app.consents.faults(claims.subscriber)
    if request.query("format") == "json" or request.wants_json:
        return download("my-data.json", {**data.as_json, "consent_chain": {"whole": not faults, "faults": faults}})
    reader = change_preferences.current(claims, app)
    if reader is None:
        return page(request, "erased", now=False, in_crm=False)
    return page(
        request,
        "my_data",
        reader.language,
        reader=reader,
        paused_until=change_preferences.pause_to_come(reader, app.now(), app.templates.publication),
        sent_days=LEDGER_LIFE.days,
        in_crm=data.sent_to_crm,
        chain_is_whole=not faults,
        **_in_words(data),
    )


def erase_my_data(request: Request, token: str) -> Answer:
    """Erase everything. Pressing the button again finds nothing and shows the same page.

    All addresses are erased: also the one of today, if the reader has changed from that of the link and then left.
    """
    claims = _read(token)
    today = current_subscriber(claims.subscriber, app)
    in_crm = my_data.collect_data(claims.subscriber, app).sent_to_crm
    for subscriber in dict.fromkeys((today.id, claims.subscriber)):
        if not app.reader_data.of(subscriber).is_empty:
            my_data.erase_every_address(subscriber, app.now(), app)
            count("ReadersErased")
    return page(request, "erased", today.language, now=True, in_crm=in_crm)


def _read(token: str) -> LinkClaims:
    """The claims of the link.

    Raises Moved if the reader is active with another address now: somebody else may have the old mailbox by now, who
    must neither learn the new address nor erase the reader there.
    """
    claims = app.links.read(LinkPurpose.MY_DATA, token)
    today = current_subscriber(claims.subscriber, app)
    if today.id != claims.subscriber and today.status == Status.ACTIVE:
        raise Moved(today.language)
    return claims


def _in_words(data: SubscriberData) -> dict[str, Any]:
    """What the page shows besides the profile: consents, number of clicks, answers, changes of address, leads."""
    records = data.current.records
    return {
        "consents": [{"at": consent.at, "act": f"{consent.about}_{consent.act}"} for consent in records.consents],
        "clicks": sum(visit["kind"] != VisitKind.ANSWER for visit in data.current.visits),
        "replies": data.replies,
        "changes": data.new_addresses,
        "earlier": data.earlier_addresses,
        "leads": [
            {"offer": app.templates.publication.offer(lead.offer), "at": lead.at, "label": _label(lead)}
            for lead in data.current.leads.values()
        ],
    }


def _label(lead: KeptLead) -> str:
    """The key of what the page calls it."""
    if not lead.asked:
        return "pages.my_data.interest_on"
    return "pages.my_data.answer_told" if lead.how == "answer" else "pages.my_data.lead_on"
