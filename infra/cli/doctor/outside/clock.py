"""Our clock against AWS's, by the date of an answer: requests and webhooks are signed with the time."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from cli.doctor.finding import Finding, Unknown, fault, fine, warning
from cli.doctor.place import Place

SOME, TOO_MUCH = 10.0, 240.0
"""Seconds. AWS refuses what was signed five minutes ago or is to be signed in five minutes, and so do webhooks."""
SET = "sudo timedatectl set-ntp true"


def look(place: Place) -> Finding:
    """Any answer has a date, also one that refuses."""
    before = place.app.wall_clock()
    try:
        answer: Any = place.client("sesv2").get_account()
    except ClientError as error:
        answer = error.response
    after = place.app.wall_clock()
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        theirs = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        raise Unknown("the answer of AWS has no date") from None
    ours = before + (after - before) / 2
    # The header has whole seconds.
    off = (ours - theirs).total_seconds() - 0.5
    ahead = "ahead of" if off > 0 else "behind"
    if abs(off) > TOO_MUCH:
        return fault(f"this computer is {abs(off):,.0f} seconds {ahead} AWS, which refuses what it signs", SET)
    if abs(off) > SOME:
        return warning(f"this computer is {abs(off):.0f} seconds {ahead} AWS", SET)
    return fine(f"this computer and AWS are within {SOME:.0f} seconds")
