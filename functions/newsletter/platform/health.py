"""Whether the readers' pages have what they need, as AWS answers now and not as it did when the process started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock, Thread
from time import monotonic

from newsletter.platform.errors import WrongPepper
from newsletter.platform.observability import logger

FRESH_FOR = 30.0
"""Seconds for which an answer is kept, so that many requests cost two calls to SSM in that time."""
TIMEOUT = 4.0
"""Seconds within which all parts must answer; a part that hangs counts as failing."""
OK = "ok"
NO_ANSWER = "no answer in time"


class Health:
    """`parts` are functions that raise when something is wrong. What they raise is logged and never shown.

    `words` are what to show instead, by the type of the error.
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

    def check(self) -> Mapping[str, str]:
        """For each part `ok`, or a few words that name no secret, address or table."""
        with self._lock:
            if self._clock() >= self._until:
                self._found = self._checked()
                self._until = self._clock() + FRESH_FOR
            return self._found

    def _checked(self) -> dict[str, str]:
        found = dict.fromkeys(self._parts, NO_ANSWER)

        def check_all() -> None:
            for name, part in self._parts.items():
                found[name] = self._state_of(name, part)

        thread = Thread(target=check_all, daemon=True)
        thread.start()
        thread.join(TIMEOUT)
        return dict(found)

    def _state_of(self, name: str, part: Callable[[], object]) -> str:
        try:
            part()
        except Exception as error:  # noqa: BLE001 (whatever it raises, the part is failing)
            logger().error("unhealthy", exc_info=error, extra={"part": name})
            known = (said for kind, said in self._words.items() if isinstance(error, kind))
            return next(known, "cannot be read")
        return OK
