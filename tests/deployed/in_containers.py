"""Runs the functions of a local cloud in containers: each event that it delivers goes through AWS's runtime client."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from typing import Any

from rehearsal.lambda_ import logs
from rehearsal.lambda_.runtime import Functions, HandlerFailed
from rehearsal.lambda_.versions import Version
from rehearsal.template.cloudformation import Account
from rehearsal.template.model import Function
from tests.deployed.containers import Container
from tests.deployed.runtime_api import Failure
from tests.support.stack import patience

PASSED_ON = ("AWS_ENDPOINT_URL_SESV2", "NEWSLETTER_LOCAL", "NEWSLETTER_TEMPLATES")
"""Of the environment that the local cloud makes: what is not in the template, because AWS is there or a layer."""

PATIENCE = {"public_site.handler": {"SECONDS_FOR_AWS": patience.SECONDS}}


class InContainers(Functions):
    """In place of the functions in this process. One container of each, which takes its events one after the other."""

    def __init__(self, functions: tuple[Function, ...], first: Version, account: Account, *given: Any) -> None:
        super().__init__(functions, first, account, *given)
        self.of_template = functions
        self.failures: list[tuple[str, Failure]] = []
        self.containers: dict[str, Container] = {}
        self.delivered: dict[str, list[Any]] = defaultdict(list)
        self._turn = {each.folder: threading.Lock() for each in functions}
        self._of_account = account

    def preload(self) -> None:
        """A container starts with its first event."""

    def invoke(self, function: Function, event: dict[str, Any]) -> Any:
        """What the container answers. `HandlerFailed` where it tells an error, as Lambda's callers get it."""
        with self._counted(), self._turn[function.folder]:
            if function.folder not in self.containers:
                self.containers[function.folder] = Container(
                    function, self._of_account, self._variables(function), PATIENCE
                )
            self.delivered[function.folder].append(event)
            answer = self.containers[function.folder].invoke(event)
        if isinstance(answer, Failure):
            self.failures.append((function.folder, answer))
            with logs.of_function(function.folder):
                logs.write(f"failed: {answer.kind}: {answer.message}\n{''.join(answer.trace)}")
            raise HandlerFailed(f"{answer.kind}: {answer.message}")
        return answer

    def close(self) -> None:
        """End the containers."""
        for container in self.containers.values():
            container.close()

    def _variables(self, function: Function) -> dict[str, str]:
        url = function.environment["NEWSLETTER_PUBLIC_URL"]
        passed_on = {name: os.environ[name] for name in PASSED_ON}
        return {**passed_on, "AWS_ENDPOINT_URL": f"{url}/_local/aws", "NO_PROXY": "127.0.0.1"}
