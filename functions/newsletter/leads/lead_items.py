"""Leads to and from items of the Leads table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.leads.lead import Lead, LeadState, Press, ReadArticle, Score, Temperature
from newsletter.leads.visits.evidence import Evidence
from newsletter.leads.visits.verdict import Reason, Verdict, VerdictKind
from newsletter.platform.times import iso, parse_iso

PENDING_AFTER = 120
"""Seconds after a change until the tick looks whether what follows from it was done."""


def to_stored(lead: Lead) -> dict[str, Any]:
    """The lead as plain values, without its key and the keys of indexes; None for what is not stored."""
    return {
        "subscriber": lead.subscriber,
        "offer": lead.offer,
        "episode": lead.episode,
        "temperature": lead.temperature,
        "how": lead.how,
        "state": lead.state,
        "verdict": _verdict_stored(lead.verdict),
        "at": iso(lead.at),
        "changed_at": iso(lead.changed_at),
        "mailing": lead.mailing,
        "batch": lead.batch,
        "position": lead.position,
        "link": lead.link or None,
        "evidence": _evidence_stored(lead.evidence),
        "sequence": lead.sequence,
        "event": lead.event or None,
        "pending": lead.pending or None,
        "revision": lead.revision,
        "held_until": iso(lead.held_until) if lead.held_until else None,
        "presses": [_press_stored(press) for press in lead.presses],
        "told_press": lead.told_press or None,
        "answers": dict(lead.answers) or None,
        "answered_at": iso(lead.answered_at) if lead.answered_at else None,
        "moved_from": list(lead.moved_from) or None,
        "read": [
            {
                "url": each.url,
                "title": each.title,
                "topics": list(each.topics),
                "at": iso(each.at),
                "mailing": each.mailing,
            }
            for each in lead.read
        ],
        "score": {
            "value": lead.score.value,
            "half_life_days": lead.score.half_life_days,
            "reasons": _reasons_stored(lead.score.reasons),
        },
        "released_by": lead.released_by or None,
        "said_at": iso(lead.said_at) if lead.said_at else None,
        "followed": list(lead.followed) or None,
    }


def from_stored(lead: str, item: Mapping[str, Any]) -> Lead:
    """The lead of that id, from plain values."""
    return Lead(
        id=lead,
        subscriber=item["subscriber"],
        offer=item["offer"],
        episode=item["episode"],
        temperature=Temperature(item["temperature"]),
        how=item["how"],
        state=LeadState(item["state"]),
        verdict=_verdict(item["verdict"]),
        at=parse_iso(item["at"]),
        changed_at=parse_iso(item["changed_at"]),
        mailing=item["mailing"],
        batch=item["batch"],
        position=item["position"],
        link=item.get("link", ""),
        evidence=Evidence(**item["evidence"]),
        sequence=item["sequence"],
        event=item.get("event", ""),
        pending=item.get("pending", False),
        revision=item["revision"],
        held_until=_moment(item, "held_until"),
        presses=tuple(_press(each) for each in item["presses"]),
        told_press=item.get("told_press", ""),
        answers=item.get("answers", {}),
        answered_at=_moment(item, "answered_at"),
        moved_from=tuple(item.get("moved_from", ())),
        read=tuple(
            ReadArticle(each["url"], each["title"], tuple(each["topics"]), parse_iso(each["at"]), each["mailing"])
            for each in item["read"]
        ),
        score=Score(item["score"]["value"], item["score"]["half_life_days"], _reasons(item["score"]["reasons"])),
        released_by=item.get("released_by", ""),
        said_at=_moment(item, "said_at"),
        followed=tuple(item.get("followed", ())),
    )


def _verdict_stored(verdict: Verdict) -> dict[str, Any]:
    return {"kind": verdict.kind, "reasons": _reasons_stored(verdict.reasons), "rules": verdict.rules}


def _verdict(stored: Mapping[str, Any]) -> Verdict:
    return Verdict(VerdictKind(stored["kind"]), _reasons(stored["reasons"]), stored["rules"])


def _reasons_stored(reasons: tuple[Reason, ...]) -> list[dict[str, Any]]:
    return [{"code": reason.code, "values": dict(reason.values)} for reason in reasons]


def _reasons(stored: list[Mapping[str, Any]]) -> tuple[Reason, ...]:
    return tuple(Reason(each["code"], each["values"]) for each in stored)


def _evidence_stored(evidence: Evidence) -> dict[str, Any]:
    return {
        "method": evidence.method,
        "user_agent": evidence.user_agent,
        "network": evidence.network,
        "headers": dict(evidence.headers),
    }


def _press_stored(press: Press) -> dict[str, Any]:
    return {
        "at": press.at,
        "mailing": press.mailing,
        "page_age": press.page_age,
        "from_page": press.from_page,
        "typed": press.typed,
        **({"answered": True} if press.answered else {}),
        "evidence": _evidence_stored(press.evidence),
    }


def _press(stored: Mapping[str, Any]) -> Press:
    age = stored["page_age"]
    return Press(
        at=stored["at"],
        mailing=stored["mailing"],
        page_age=None if age is None else float(age),
        from_page=stored["from_page"],
        evidence=Evidence(**stored["evidence"]),
        typed=stored["typed"],
        answered=stored.get("answered", False),
    )


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    return parse_iso(item[name]) if name in item else None
