"""Say whether the readers' pages have what they need: asked of AWS, not remembered from the start of the container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock, Thread
from time import monotonic

from newsletter.platform.errors import WrongPepper
from newsletter.platform.observability import logger

FRESH_FOR = 30.0
"""Seconds for which an answer is given again, so that whoever asks often costs two calls to SSM in that time."""
PATIENCE = 4.0
"""Seconds within which all parts must answer; a function that hangs is no healthier than one that fails."""
OK = "ok"
NO_ANSWER = "no answer in time"


class Health:
    """`parts` are looked at by calling them; one that raises is failing. What they raise is logged, never shown.

    `words` says for some of what they raise what may be shown.
    """

    def __init__(
        self,
        parts: Mapping[str, Callable[[], object]],
        words: Mapping[type[Exception], str],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._parts = parts
        ours: dict[type[Exception], str] = {WrongPepper: "not the one that readers' ids were made with"}
        self._words = ours | dict(words)
        self._clock = clock
        self._lock = Lock()
        self._found: Mapping[str, str] = {}
        self._until = clock()

    def look(self) -> Mapping[str, str]:
        """What is known of each part: `ok`, or a few words that name no secret, address or table."""
        with self._lock:
            if self._clock() >= self._until:
                self._found = self._looked()
                self._until = self._clock() + FRESH_FOR
            return self._found

    def _looked(self) -> dict[str, str]:
        found = dict.fromkeys(self._parts, NO_ANSWER)

        def look() -> None:
            for name, part in self._parts.items():
                found[name] = self._said(name, part)

        looking = Thread(target=look, daemon=True)
        looking.start()
        looking.join(PATIENCE)
        return dict(found)

    def _said(self, name: str, part: Callable[[], object]) -> str:
        try:
            part()
        except Exception as error:  # noqa: BLE001 (whatever is wrong with it, it is failing)
            logger().error("unhealthy", exc_info=error, extra={"part": name})
            known = (said for kind, said in self._words.items() if isinstance(error, kind))
            return next(known, "cannot be read")
        return OK
