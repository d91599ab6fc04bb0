"""Runs Lambda handlers as Lambda does: one event at a time in each container, JSON in and JSON out."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import threading
import traceback
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from rehearsal.lambda_ import lineage, logs
from rehearsal.lambda_.context import Context
from rehearsal.lambda_.versions import Alias, Containers, Failed, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from rehearsal.template.cloudformation import Account
    from rehearsal.template.model import Function

    Handler = Callable[[dict[str, Any], "Context"], Any]


class HandlerFailed(Exception):
    """The handler raised, or could not be loaded; the traceback is already on the terminal."""


class Stopped(HandlerFailed):
    """The local cloud ended before the handler was loaded."""


class Functions:
    """The functions of a stack, ready to be invoked from many threads; those with routes take turns."""

    def __init__(
        self,
        functions: tuple[Function, ...],
        first: Version,
        account: Account,
        containers: Containers,
        ahead: Callable[[], float] = float,
    ) -> None:
        """`ahead`: by how many seconds the clock is ahead of the computer's."""
        self._functions, self._first, self._account = functions, first, account
        self._containers, self._ahead = containers, ahead
        self._versions = [first]
        self.aliases = {function.logical_id: Alias(first) for function in functions}
        """What each function runs, by logical id."""
        self._idle: dict[str, list[Handler]] = {function.logical_id: [] for function in functions}
        # Powertools keeps the request of an HTTP function in a class attribute, which threads would share.
        self._turns = {each.logical_id: threading.Lock() if each.routes else nullcontext() for each in functions}
        self._lock = threading.Lock()
        self._running = 0
        self._stopped = False

    @property
    def running(self) -> int:
        """How many invocations are under way."""
        return self._running

    @contextmanager
    def importable(self) -> Iterator[None]:
        """The code folder on `sys.path`. Handler modules are forgotten before (another stack's) and after (ours).

        Ends when the handler that is just being loaded is there; none is loaded after it.
        """
        sys.path.insert(0, str(self._first.code))
        self._forget_modules()
        try:
            yield
        finally:
            with _IMPORTING:
                self._stopped = True
                sys.path.remove(str(self._first.code))
                self._forget_modules()

    def _forget_modules(self) -> None:
        folders = {function.folder for function in self._functions}
        for name in [name for name in list(sys.modules) if name.partition(".")[0] in folders]:
            del sys.modules[name]

    def preload(self) -> None:
        """Load every handler once, so that the first reader does not wait. Failures are on the terminal."""
        for function in self._functions:
            try:
                with logs.of_function(function.folder), self._container(function):
                    pass
            except HandlerFailed:
                continue

    def publish(self, code: Path, templates: Path) -> Version:
        """A new version of every function; nothing is run by it before an alias points to it."""
        version = Version(len(self._versions) + 1, code, templates)
        self._versions.append(version)
        return version

    def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        """What the handler returns for the event, both through JSON as in Lambda.

        `HandlerFailed` when it raises, and when the event has come round to the function too often.
        """
        name = f"{self._account.stack_name}-{function.logical_id}"
        past = lineage.arrived(function.logical_id, lineage.headers_of(event))
        if past[function.logical_id] > lineage.LIMIT and not function.may_loop:
            raise _ended(function)
        version = self.aliases[function.logical_id].chosen()
        with self._counted(), logs.of_function(function.folder), lineage.passed_on(past):
            if version is self._first:
                return self._run_here(function, event, name)
            return self._run_elsewhere(function, version, event, name)

    def _run_here(self, function: Function, event: dict[str, Any], name: str) -> Any:
        with self._turns[function.logical_id], self._container(function) as handler:
            context = Context(name, self._arn(name, function), function.timeout, str(self._first.number))
            try:
                return json.loads(json.dumps(handler(json.loads(json.dumps(event)), context)))
            except Exception as error:
                raise _failed(error) from error

    def _run_elsewhere(self, function: Function, version: Version, event: dict[str, Any], name: str) -> Any:
        context = {
            "function_name": name,
            "invoked_function_arn": self._arn(name, function),
            "timeout": function.timeout,
            "function_version": str(version.number),
        }
        given = {"event": event, "context": context, "ahead": self._ahead(), "trace": lineage.current()}
        try:
            return self._containers.invoke(function, version, given)
        except Failed as failed:
            raise HandlerFailed(str(failed)) from failed

    def _arn(self, name: str, function: Function) -> str:
        return self._account.arn("lambda", ":".join(filter(None, ("function", name, function.alias))))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._lock:
            self._running += 1
        try:
            yield
        finally:
            with self._lock:
                self._running -= 1

    @contextmanager
    def _container(self, function: Function) -> Iterator[Handler]:
        """A handler that no other thread uses meanwhile: an idle one, else a new copy of its module."""
        with self._lock:
            idle = self._idle[function.logical_id]
            handler = idle.pop() if idle else None
        if handler is None:
            try:
                handler = self._load(function)
            except Stopped:
                raise
            except Exception as error:
                raise _failed(error) from error
        try:
            yield handler
        finally:
            with self._lock:
                self._idle[function.logical_id].append(handler)

    def _load(self, function: Function) -> Handler:
        name, _, attribute = function.handler.rpartition(".")
        with _IMPORTING:
            if self._stopped:
                raise Stopped(function.folder)
            # Handlers import it at their first record, and its parts import each other: two threads at once would meet.
            importlib.import_module("aws_lambda_powertools.utilities.batch")
            module = _copy(sys.modules[name]) if name in sys.modules else importlib.import_module(name)
        handler: Handler = getattr(module, attribute)
        return handler


def _ended(function: Function) -> HandlerFailed:
    said = (
        f"Lambda ends an event that came round to {function.logical_id} more than {lineage.LIMIT} times"
        " (recursive loop detection; RecursiveLoop: Allow in the template lets it go on)"
    )
    with logs.of_function(function.folder):
        logs.write(said)
    return HandlerFailed(said)


# Python's own import locks are per module; two first imports of one handler must not see each other half done.
_IMPORTING = threading.Lock()


def _copy(module: ModuleType) -> ModuleType:
    """The module executed anew: objects it keeps (a resolver, a batch processor) are per container, as in Lambda."""
    spec = importlib.util.spec_from_file_location(module.__name__, module.__file__)
    if spec is None or spec.loader is None:
        raise ImportError(f"{module.__name__} cannot be loaded again from {module.__file__}")
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    return copy


def _failed(error: Exception) -> HandlerFailed:
    if logs.traceback_shown():
        return HandlerFailed(f"{type(error).__name__}: {error}")
    # What is between us and the handler tells its reader nothing.
    ours = (__file__, importlib.__file__)
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in ours and not frame.filename.startswith("<frozen")
    ]
    lines = [*traceback.format_list(frames), *traceback.format_exception_only(error)]
    logs.write(f"failed:\n{''.join(lines).rstrip()}")
    return HandlerFailed(f"{type(error).__name__}: {error}")
