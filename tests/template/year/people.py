"""Who lives through the year, and when it begins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
MAIJA, KALLE, LIISA, PEKKA, MOVED, INVITED, NEVER, HASTY, DOUBTED, CURIOUS, ASKED = (
    f"{name}@example.com"
    for name in (
        *("maija", "kalle", "liisa", "pekka", "muuttanut", "kutsuttu", "never"),
        *("kiire", "epavarma", "utelias", "pyysi"),
    )
)
