"""The product in a world of its own: virtual time, greenlets for threads, and parts of its own for each container."""

from __future__ import annotations

import random as chance
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any, Self
from unittest.mock import patch

from aws_lambda_powertools import Metrics
from greenlet import getcurrent, greenlet

from newsletter.container import Container
from tests.soak.lambdas import Lambdas, Worker
from tests.soak.wire import Crash


class SideBySide:
    """What a handler's ThreadPoolExecutor is here: as many greenlets as it has threads, all of one invocation.

    A crash in one of them is the end of the process, and so of all.
    """

    lambdas: Lambdas

    def __init__(self, max_workers: int) -> None:
        self._threads = max_workers

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *problem: object) -> None:
        """`map` has waited for all."""

    def map(self, act: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        """The results in the order of the items; an exception of one is raised when all are done."""
        if self.lambdas.running is None:  # no invocation: a test reads what came of all of them
            return [act(item) for item in items]
        return self._map(act, items, self.lambdas.running)

    def _map(self, act: Callable[[Any], Any], items: Iterable[Any], worker: Worker) -> list[Any]:
        lambdas, waiting = self.lambdas, getcurrent()
        todo: list[tuple[int, Any]] = []
        results: dict[int, Any] = {}
        faults: list[Exception] = []
        given = busy = 0
        all_given = False

        def thread() -> None:
            nonlocal busy
            while todo:
                place, item = todo.pop(0)
                try:
                    results[place] = act(item)
                except Crash:
                    worker.end(crashed=True)
                    return
                except Exception as fault:  # noqa: BLE001 (raised below)
                    results[place] = None
                    faults.append(fault)
            busy -= 1
            if all_given and not busy:
                lambdas.later(0, lambdas.resumption(worker, waiting))

        for item in items:
            todo.append((given, item))
            given += 1
            if busy < self._threads:
                busy += 1
                lambdas.later(0, lambdas.resumption(worker, greenlet(thread, parent=lambdas.main)))
        all_given = True
        if busy:
            lambdas.main.switch()
        if faults:
            raise faults[0]
        return [results[place] for place in range(given)]


@contextmanager
def virtual(lambdas: Lambdas) -> Iterator[None]:
    """The functions live on the clock of the lambdas; all chance, ours and boto3's, is the same in every play."""
    chance.seed(1)
    ours = Random(1)  # noqa: S311 (chance that can be repeated)

    def token(size: int) -> str:
        return ours.randbytes(size).hex()

    with (
        patch.object(Container, "now", lambda _: lambdas.clock.now()),
        patch.object(Container, "chance", lambda _: ours.random()),
        patch.object(secrets, "token_hex", token),
        patch.object(secrets, "token_urlsafe", token),
        patch.object(time, "sleep", lambdas.wait),
        patch.object(Metrics, "add_metric", lambda *_, **__: None),
        everywhere("ThreadPoolExecutor", type("SideBySide", (SideBySide,), {"lambdas": lambdas})),
    ):
        yield


@contextmanager
def everywhere(name: str, value: object) -> Iterator[None]:
    """Every module of the product that has something of this name has this value instead."""
    holders = [module for path, module in list(sys.modules.items()) if path.startswith("newsletter.")]
    with ExitStack() as patches:
        for module in holders:
            if hasattr(module, name):
                patches.enter_context(patch.object(module, name, value))
        yield
