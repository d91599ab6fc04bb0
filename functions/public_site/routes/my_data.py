"""/my-data: what we hold on a reader, in plain words and as a file, and the button that erases it."""

from __future__ import annotations

from typing import Any

from newsletter.container import app
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.observability import count
from newsletter.platform.times import parse_iso
from newsletter.platform.web.answer import Answer
from newsletter.readers import my_data
from newsletter.readers import preferences as change_preferences
from newsletter.readers.consents.consent import TRACKING
from newsletter.readers.current_subscriber import current_subscriber
from newsletter.readers.records_store import PROFILE
from newsletter.readers.subscriber import Status
from newsletter.sending.deliveries_store import LIFE as LEDGER_LIFE
from public_site.problems import Moved
from public_site.request import Request
from public_site.responses import download, page


def show_my_data(request: Request, token: str) -> Answer:
    """All of it: in words, or as JSON for `?format=json` and for who asks for JSON."""
    ref = _read(token)
    data = _everything(ref)
    if request.query("format") == "json" or request.wants_json:
        return download("my-data.json", data)
    reader = change_preferences.current(ref, app)
    if reader is None:
        return page(request, "erased", now=False, in_crm=False)
    return page(
        request,
        "my_data",
        reader.language,
        reader=reader,
        paused_until=change_preferences.pause_to_come(reader, app.now(), app.templates.publication),
        sent_days=LEDGER_LIFE.days,
        in_crm=_in_crm(data),
        **_in_words(data),
    )


def erase_my_data(request: Request, token: str) -> Answer:
    """The button was pressed: everything goes. Pressing again finds nothing and says that it is gone.

    Everything means every address: who moved from that of the link, and has left since, is erased where they went.
    """
    ref = _read(token)
    today = current_subscriber(ref.subscriber, app)
    in_crm = _in_crm(_everything(ref))
    for subscriber in dict.fromkeys((today.id, ref.subscriber)):
        if _something_is_left(subscriber):
            my_data.erase_every_address(subscriber, app.now(), app)
            count("ReadersErased")
    return page(request, "erased", today.language, now=True, in_crm=in_crm)


def _read(token: str) -> LinkClaims:
    """Whose data the link is about.

    Raises Moved for who goes on with another address: the link may be with whoever has the old mailbox now, who shall
    neither learn the new address nor erase the reader there.
    """
    ref = app.links.read(LinkPurpose.MY_DATA, token)
    today = current_subscriber(ref.subscriber, app)
    if today.id != ref.subscriber and today.status == Status.ACTIVE:
        raise Moved(today.language)
    return ref


def _something_is_left(subscriber: str) -> bool:
    """Whether there is more under the id than the mark of an erasure."""
    records = app.subscribers.records(subscriber)
    return any(record["record"] != PROFILE or record.get("status") != Status.ERASED for record in records)


def _everything(ref: LinkClaims) -> dict[str, Any]:
    """With it whether the proof of consent is whole, and what is wrong with it if not."""
    data = my_data.everything(ref.subscriber, app)
    faults = app.consents.faults(ref.subscriber)
    return {**data, "consent_chain": {"whole": not faults, "faults": faults}}


def _in_crm(data: dict[str, Any]) -> bool:
    """Whether the reader asked for contact, at this address or at one before it: what went to the CRM stays there."""
    return any(one["leads"] for one in (data, *data["earlier"]))


def _in_words(data: dict[str, Any]) -> dict[str, Any]:
    """What the page tells beside the profile: acts of consent, how much was clicked, offers taken up."""
    records = data["records"]
    return {
        "consents": [_consent(record) for record in _consents(records)],
        "chain_is_whole": data["consent_chain"]["whole"],
        "clicks": sum(record.get("count", 1) for record in records if record["record"].startswith("click#")),
        "changes": [form["email"] for form in data["address_changes"]],
        "earlier": [profile["email"] for one in data["earlier"] if "email" in (profile := _profile(one["records"]))],
        "leads": [
            {"offer": app.templates.publication.offer(lead["offer"]), "at": parse_iso(lead["at"])}
            for lead in data["leads"]
        ],
    }


def _consents(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    brought = [record["brought"] for record in records if "brought" in record]
    return brought + [record for record in records if record["record"].startswith("consent#")]


def _profile(records: list[dict[str, Any]]) -> dict[str, Any]:
    return next((record for record in records if record["record"] == PROFILE), {})


def _consent(record: dict[str, Any]) -> dict[str, Any]:
    about = "tracking" if record["unique"].startswith(TRACKING) else "newsletter"
    return {"at": parse_iso(record["at"]), "act": f"{about}_{record['act']}"}
