"""One reader in two tables: as restored to a point in time, and as the table in use has them. What is stricter counts.

Items are DynamoDB's, e.g. {"status": {"S": "active"}}, by their `record`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.nurture.enrollments.enrollments_store import PREFIX as ENROLLMENT
from newsletter.readers.choice import Frequency
from newsletter.readers.profiles.records_store import PROFILE
from newsletter.readers.subscriber import Status

Item = Mapping[str, Any]
Records = Mapping[str, Item]
"""The records of one reader by sort key; empty for a reader whom the table does not know."""
NOT_DUE = ("due_shard", "due_at")
"""Without these, nothing of a record is due ever again."""


def merged(used: Records, restored: Records, at: str) -> dict[str, Item]:
    """The reader's records as the restored table should have them. `at` is its point in time (ISO 8601).

    Erased: the mark alone. Left, bounced or complained in the table in use: so. Came after that time: taken along if
    they confirmed themselves, not if an import brought them. Whoever is known to the restored table alone comes back,
    but no step of a sequence: which of them went out meanwhile nobody knows.
    """
    profile = _profile(used.get(PROFILE), restored.get(PROFILE))
    if profile is not None and _text(profile, "status") == Status.ERASED:
        return {PROFILE: profile}
    if profile is None and PROFILE in used:
        return dict(restored)
    found = {record: _record(record, used, restored, at) for record in {**restored, **used} if record != PROFILE}
    return found | ({PROFILE: profile} if profile is not None else {})


def _profile(used: Item | None, restored: Item | None) -> Item | None:
    if used is None:
        return restored
    if restored is None:
        return None if _was_brought(used) else used
    if _text(used, "status") != Status.ACTIVE:
        return used
    if _text(restored, "status") != Status.ACTIVE:
        left = _text(restored, "erased_at") or _text(restored, "left_at")
        return used if _text(used, "confirmed_at") > left and not _was_brought(used) else restored
    return _stricter(used, restored)


def _was_brought(profile: Item) -> bool:
    """Whether an import made them an active reader, and no form of their own."""
    brought = profile.get("brought", {}).get("M", {})
    return (
        _text(profile, "status") == Status.ACTIVE
        and bool(brought)
        and (_text(profile, "confirmed_by") == _text(brought, "unique"))
    )


def _stricter(used: Item, restored: Item) -> Item:
    """The restored profile of a reader who is active in both, with a refusal, a pause and less mail of the other."""
    found = dict(restored)
    if not used.get("tracking", {}).get("BOOL", True):
        found["tracking"] = used["tracking"]
    if _text(used, "paused_until") > _text(restored, "paused_until"):
        found["paused_until"] = used["paused_until"]
    if _text(used, "frequency") == Frequency.MONTHLY and _text(restored, "frequency") != Frequency.MONTHLY:
        found |= {name: used[name] for name in ("frequency", "cadence") if name in used}
    if "consent_head" in used:
        found["consent_head"] = used["consent_head"]  # all consent records of the table in use are taken along
    return found


def _record(record: str, used: Records, restored: Records, at: str) -> Item:
    """Another record than the profile: of two the later one, and of two places in a sequence the one further on."""
    ours, theirs = used.get(record, {}), restored.get(record, {})
    if not record.startswith(ENROLLMENT):
        return theirs if not ours or (theirs and _text(theirs, "at") >= _text(ours, "at")) else ours
    if not ours:
        began_later = _text(theirs, "enrolled_at") > at
        return theirs if began_later else {name: value for name, value in theirs.items() if name not in NOT_DUE}
    if not theirs:
        return ours
    return max((theirs, ours), key=lambda each: int(each["version"]["N"]))


def _text(item: Item, name: str) -> str:
    return str(item.get(name, {}).get("S", ""))
