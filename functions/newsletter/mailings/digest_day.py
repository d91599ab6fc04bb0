"""On which day of the week the digest goes out, for the form to say."""

from __future__ import annotations

import re

from newsletter.publication.nurture.sending_window import DAYS

_CRON = re.compile(r"cron\(\S+ \S+ [?*] \S+ (\S+) \S+\)")


def digest_day(schedule: str) -> str:
    """`tue` for `cron(0 8 ? * TUE *)`; empty where the schedule names no day of the week.

    Of several days it is the first of the week: a digest starts once a week, and the later runs look after it. AWS
    counts days from 1 for Sunday (https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html).
    """
    found = _CRON.fullmatch(schedule.strip())
    if not found:
        return ""
    named = [_day(word.partition("-")[0]) for word in found[1].lower().split(",")]
    return min(named, key=DAYS.index) if all(named) else ""


def _day(word: str) -> str:
    if word in ("1", "2", "3", "4", "5", "6", "7"):
        return DAYS[int(word) - 2]
    return word if word in DAYS else ""
