"""`newsletter consent show`: the proof of what a reader agreed to, with the chain checked."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from cli.faults import Fault
from cli.output import say, table, when
from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import iso
from newsletter.readers.consents.consent import ConsentRecord
from newsletter.readers.email_address import normalised


def show(address: str, *, as_json: bool) -> int:
    """Every consent record of the address in its order. Returns 1 when the chain of hashes is broken."""
    try:
        reader = app.ids.of(normalised(address, allow_test_domains=True))
    except InvalidInput as wrong:
        raise Fault(f"{address!r} is not a mail address") from wrong
    profile = app.subscribers.profile(reader)
    chain = app.consents.chain(reader)
    if profile is None and not chain:
        raise Fault(f"nothing is known of {address}")
    broken = app.consents.faults(reader)
    status = (profile.status if profile else "") or "unknown"
    if as_json:
        print(json.dumps(_as_json(reader, status, chain, broken), ensure_ascii=False, indent=2))
    else:
        _print(reader, status, chain, broken)
    return 1 if broken else 0


def _as_json(reader: str, status: str, chain: list[ConsentRecord], broken: list[str]) -> dict[str, Any]:
    texts = app.templates.publication.consent
    return {
        "subscriber": reader,
        "status": status,
        "chain": "broken" if broken else "whole",
        "faults": broken,
        "present_text": {"version": texts.version, "text": dict(texts.text)},
        "records": [
            {
                "number": record.number,
                **asdict(record.consent) | {"at": iso(record.consent.at)},
                "previous": record.previous,
                "hash": record.hash,
            }
            for record in chain
        ],
    }


def _print(reader: str, status: str, chain: list[ConsentRecord], broken: list[str]) -> None:
    zone = app.templates.publication.time_zone
    say(f"Subscriber {reader}, {status}")
    table(
        ("No", f"When ({zone})", "Act", "How", "Text", "Language", "Network", "Evidence"),
        (
            (
                str(record.number),
                when(record.consent.at, zone),
                record.consent.act,
                record.consent.how,
                record.consent.text_version,
                record.consent.language,
                record.consent.network,
                record.consent.evidence,
            )
            for record in chain
        ),
    )
    if broken:
        say("\nTHE CHAIN IS BROKEN: these records are no proof as they stand.")
        for fault in broken:
            say(f"  {fault}")
    else:
        say(f"\nThe chain of {len(chain)} records is whole.")
