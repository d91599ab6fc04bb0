"""One reader in two tables: as restored to a point in time, and as the table in use has them. What is stricter counts.

Items are DynamoDB's, e.g. {"status": {"S": "active"}}, by their `record`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.nurture.enrollments.enrollments_store import PREFIX as ENROLLMENT
from newsletter.readers.choice import Frequency
from newsletter.readers.profiles.records_store import CONSENT, PROFILE, is_sign_up
from newsletter.readers.subscriber import Status

Item = Mapping[str, Any]
Records = Mapping[str, Item]
"""The records of one reader by sort key; empty for a reader whom the table does not know."""
NOT_DUE = ("due_shard", "due_at")
"""Without these, nothing of a record is due ever again."""


def merged(used: Records, restored: Records, at: str) -> dict[str, Item]:
    """The reader's records as the restored table should have them. `at` is its point in time (ISO 8601).

    Erased: the mark, and forms that they filled in since. Left, bounced or complained in the table in use: so. Came
    after that time: taken along if they confirmed themselves, not if an import brought them. Whoever is known to the
    restored table alone comes back, but no step of a sequence: which of them went out meanwhile nobody knows. Who
    confirmed or was erased in the restored table after its point in time did so once the stack used it; that counts.
    """
    profile = _profile(used.get(PROFILE), restored.get(PROFILE), at)
    if profile is not None and _text(profile, "status") == Status.ERASED:
        erased = _text(profile, "erased_at") or at
        forms = {name: each for name, each in {**restored, **used}.items() if is_sign_up(name)}
        return {PROFILE: profile} | {name: each for name, each in forms.items() if _text(each, "at") >= erased}
    if profile is None and PROFILE in used:
        return dict(restored)
    found = {record: _record(record, used, restored, at) for record in {**restored, **used} if record != PROFILE}
    if (
        profile is not None
        and "consent_head" in restored.get(PROFILE, {})
        and not _has_consents_besides(used, restored)
    ):
        profile = {**profile, "consent_head": restored[PROFILE]["consent_head"]}
    return found | ({PROFILE: profile} if profile is not None else {})


def _profile(used: Item | None, restored: Item | None, at: str) -> Item | None:
    if used is None:
        return restored
    if restored is None:
        return None if _was_brought(used) else used
    if _came_back(used, restored, at) or _was_erased(used, restored, at):
        return restored
    if _text(used, "status") != Status.ACTIVE:
        return used
    if _text(restored, "status") != Status.ACTIVE:
        left = _text(restored, "erased_at") or _text(restored, "left_at")
        return used if _text(used, "confirmed_at") > left and not _was_brought(used) else restored
    return _stricter(used, restored)


def _came_back(used: Item, restored: Item, at: str) -> bool:
    """Whether they confirmed in the restored table, once the stack used it, and are not active in the one before."""
    ended = max(_text(used, "erased_at"), _text(used, "left_at"))
    return (
        _text(restored, "status") == Status.ACTIVE
        and _text(used, "status") != Status.ACTIVE
        and _text(restored, "confirmed_at") > max(at, ended)
        and not _was_brought(restored)
    )


def _was_erased(used: Item, restored: Item, at: str) -> bool:
    """Whether they were erased in the restored table, once the stack used it."""
    known = max(_text(used, name) for name in ("confirmed_at", "left_at"))
    return _text(restored, "status") == Status.ERASED and _text(restored, "erased_at") > max(at, known)


def _has_consents_besides(used: Records, restored: Records) -> bool:
    return any(record.startswith(CONSENT) for record in used.keys() - restored.keys())


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
