"""/my-data: what we hold on a reader, in plain words and as a file, and the button that erases it."""

from __future__ import annotations

from typing import Any

from newsletter import wiring
from newsletter.adapters.deliveries import LIFE as LEDGER_LIFE
from newsletter.adapters.links import Purpose, Ref
from newsletter.adapters.subscribers import PROFILE
from newsletter.domain.times import parse_iso
from newsletter.http import Answer
from newsletter.observability import count
from newsletter.usecases import change_preferences, my_data
from public_site.request import Request
from public_site.responses import download, page


def show_my_data(request: Request, token: str) -> Answer:
    """All of it: in words, or as JSON for `?format=json` and for who asks for JSON."""
    ref = wiring.links().read(Purpose.MY_DATA, token)
    data = _everything(ref)
    if request.query("format") == "json" or request.wants_json:
        return download("my-data.json", data)
    reader = change_preferences.current(ref, wiring.front_desk())
    if reader is None:
        return page(request, "erased", now=False)
    return page(request, "my_data", reader.language, reader=reader, sent_days=LEDGER_LIFE.days, **_in_words(data))


def erase_my_data(request: Request, token: str) -> Answer:
    """The button was pressed: everything goes. Pressing again finds nothing and says the same."""
    ref = wiring.links().read(Purpose.MY_DATA, token)
    desk = wiring.front_desk()
    reader = change_preferences.current(ref, desk)
    if reader is not None or any(record["record"] != PROFILE for record in _everything(ref)["records"]):
        my_data.erase_every_address(
            ref.subscriber, wiring.now(), subscribers=desk.subscribers, leads=desk.leads, publication=desk.publication
        )
        count("ReadersErased")
    return page(request, "erased", reader.language if reader else "", now=True)


def _everything(ref: Ref) -> dict[str, Any]:
    desk = wiring.front_desk()
    return my_data.everything(
        ref.subscriber, subscribers=desk.subscribers, leads=desk.leads, publication=desk.publication
    )


def _in_words(data: dict[str, Any]) -> dict[str, Any]:
    """What the page tells beside the profile: acts of consent, how much was clicked, offers taken up."""
    records = data["records"]
    return {
        "consents": [_consent(record) for record in _consents(records)],
        "clicks": sum(record["record"].startswith("click#") for record in records),
        "earlier": [profile["email"] for one in data["earlier"] if "email" in (profile := _profile(one["records"]))],
        "leads": [
            {"offer": wiring.templates().publication.offer(lead["offer"]), "at": parse_iso(lead["at"])}
            for lead in data["leads"]
        ],
    }


def _consents(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    brought = [record["brought"] for record in records if "brought" in record]
    return brought + [record for record in records if record["record"].startswith("consent#")]


def _profile(records: list[dict[str, Any]]) -> dict[str, Any]:
    return next((record for record in records if record["record"] == PROFILE), {})


def _consent(record: dict[str, Any]) -> dict[str, Any]:
    about = "tracking" if record["unique"].startswith("tracking-") else "newsletter"
    return {"at": parse_iso(record["at"]), "act": f"{about}_{record['act']}"}
