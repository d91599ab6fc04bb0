"""Containers of Lambda: the built archive under AWS's runtime client, with environment and limits of a function.

`make runtime` prepares what runs here: the archive with the compiled modules of this machine, the layer, the client.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rehearsal.template.cloudformation import Account
from rehearsal.template.model import Function
from tests.deployed.runtime_api import RuntimeApi
from tests.template.stacks import function as declared

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "build/runtime"
TASK, LAYER, CLIENT = BUILT / "task", BUILT / "opt", BUILT / "client"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Used:
    """What the container had used when it answered: seconds of a processor, and MB at its largest, of all processes."""

    cpu: float
    peak_mb: float


class Container:
    """One container of a function; a context manager. It starts with the first event."""

    def __init__(
        self,
        function: Function,
        account: Account,
        variables: Mapping[str, str],
        patience: Mapping[str, Mapping[str, float]] = MappingProxyType({}),
        beside: Path | None = None,
    ) -> None:
        """`variables`: beside those of the template, e.g. where AWS answers. `patience`: limits, by module, that are
        others on a busy machine. `beside`: a folder with handlers that are not in the archive."""
        self._beside = [str(beside)] if beside else []
        self._patience = {module: dict(values) for module, values in patience.items()}
        self.function, self._account, self._variables = function, account, variables
        self.megabytes = int(declared(function.logical_id).properties["MemorySize"])
        self._exit = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None
        self.cold: Used | None = None

    def invoke(self, event: Any) -> Any:
        """What the function answers, or its Failure."""
        if self._process is None:
            self._process = self._start()
        running = self._process
        answer = self._api.invoke(event, self._arn, self.function.timeout, lambda: running.poll() is None)
        if self.cold is None and running.poll() is None:
            self.cold = self.used()
        return answer

    def used(self) -> Used:
        """What the processes of the container have used up to now."""
        assert self._process is not None
        ids = list(_family(self._process.pid))
        return Used(sum(map(_cpu, ids)), sum(map(_peak_mb, ids)))

    def logged(self) -> str:
        """Everything it has written."""
        return self._log.read_text("utf-8", errors="replace")

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._exit.close()

    @property
    def _name(self) -> str:
        return f"{self._account.stack_name}-{self.function.logical_id}"

    @property
    def _arn(self) -> str:
        return self._account.arn("lambda", ":".join(filter(None, ("function", self._name, self.function.alias))))

    def _start(self) -> subprocess.Popen[bytes]:
        self._api = RuntimeApi()
        self._exit.callback(self._api.close)
        writable = self._exit.enter_context(tempfile.TemporaryDirectory())
        self._log = Path(self._exit.enter_context(tempfile.TemporaryDirectory())) / "log"
        asked = {
            "task": str(TASK),
            "runtime": [str(CLIENT), *self._beside],
            "writable": writable,
            "megabytes": self.megabytes,
            "handler": self.function.handler,
            "patience": self._patience,
        }
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [BUILT / "python", "-I", "-S", "-B", Path(__file__).with_name("bootstrap.py"), json.dumps(asked)],
                env={**self._of_lambda(), **self.function.environment, **self._variables, "TMPDIR": writable},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _of_lambda(self) -> dict[str, str]:
        """https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Defined runtime environment
        variables". Nothing of this process gets in."""
        return {
            "AWS_REGION": self._account.region,
            "AWS_DEFAULT_REGION": self._account.region,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_SESSION_TOKEN": "local",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_LAMBDA_FUNCTION_NAME": self._name,
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.megabytes),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{self._name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "local",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
            "LAMBDA_TASK_ROOT": str(TASK),
            "LAMBDA_RUNTIME_DIR": str(CLIENT),
            "_HANDLER": self.function.handler,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": "/usr/local/bin:/usr/bin/:/bin",
        }


@contextmanager
def container(function: Function, account: Account, variables: Mapping[str, str]) -> Iterator[Container]:
    """A container, ended at the end."""
    made = Container(function, account, variables)
    try:
        yield made
    finally:
        made.close()


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _family(int(child))


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS  # of it, and of its children that have ended


def _peak_mb(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) / 1024
