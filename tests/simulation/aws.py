"""AWS on the far side of a pipe, so that what it stores is not on the account of the functions' memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from tests.bench.stack import layout
from tests.bench.stub.account import Account, Answer

Ask = Callable[[str, str, str, bytes, float], Answer]
"""Method, path, X-Amz-Target and body of a request, and when it arrives (Unix time); the answer of AWS."""


@contextmanager
def apart(readers: int, rate: float) -> Iterator[Ask]:
    """An account in a process of its own."""
    spawn = get_context("spawn")
    near, far = spawn.Pipe()
    process = spawn.Process(target=_serve, args=(far, readers, rate), daemon=True)
    process.start()
    far.close()

    def ask(method: str, path: str, target: str, body: bytes, at: float) -> Answer:
        near.send((method, path, target, body, at))
        answer: Answer = near.recv()
        return answer

    try:
        yield ask
    finally:
        near.close()
        process.join(timeout=30)


class Apart:
    """An account on a clock that its callers bring along. DynamoDB throttles partitions as AWS does."""

    def __init__(self, readers: int, rate: float) -> None:
        self._now = 0.0
        self._account = Account(layout(), readers, rate, now=lambda: self._now, refuse=True)

    def ask(self, method: str, path: str, target: str, body: bytes, at: float) -> Answer:
        """The answer to a request that arrives then."""
        self._now = at
        return self._account.answer(method, path, target, body)


def _serve(pipe: Connection, readers: int, rate: float) -> None:
    account = Apart(readers, rate)
    gc.freeze()
    while True:
        try:
            asked = pipe.recv()
        except EOFError:
            return
        pipe.send(account.ask(*asked))
