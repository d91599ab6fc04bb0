"""The receivers of docs/receivers/, run as they stand, take what the pipeline sends."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

import pytest

from newsletter.container import app
from newsletter.leads.crm_client import Crm
from newsletter.leads.outbox.deliver_events import deliver_events, replay
from newsletter.leads.outbox.outbox_event import EventState
from tests.skips import NODE_MODULES, WEBHOOKS_JS, require
from tests.support.leads.leads import enqueue, make_lead
from tests.support.stack.cloud import WEBHOOK_SECRET, Cloud

RECEIVERS = Path(__file__).parents[3] / "docs" / "receivers"
MAIJA = "maija@example.com"
NOW = datetime.now(UTC).replace(microsecond=0)
OTHER_SECRET = "whsec_c29tZWJvZHktZWxzZXMtc2VjcmV0LW9mLXRlc3RzISE="
LANGUAGES = ["receiver.py", "receiver.js"]


@dataclass
class Receiver:
    """A receiver that runs, and the lines that it prints."""

    url: str
    lines: Queue[str]

    def next(self) -> dict[str, Any]:
        """The next event that it took."""
        found: dict[str, Any] = json.loads(self.lines.get(timeout=60))
        return found


@contextmanager
def running(name: str, folder: Path, secret: str) -> Iterator[Receiver]:
    program = shutil.copy(RECEIVERS / name, folder)
    if name.endswith(".js"):
        require(WEBHOOKS_JS)
        (folder / "node_modules").symlink_to(NODE_MODULES)
    command = [sys.executable if name.endswith(".py") else "node", program]
    variables = {**os.environ, "NEWSLETTER_SECRET": secret, "PORT": "0"}
    process = subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines: Queue[str] = Queue()
    reader = Thread(target=_read, args=(process.stdout, lines), daemon=True)
    try:
        first = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", first)
        assert found, first
        reader.start()
        yield Receiver(found[0], lines)
    finally:
        process.kill()
        process.wait()
        if reader.ident is not None:
            reader.join(timeout=60)
        process.stdout.close()


def _read(output: IO[str], lines: Queue[str]) -> None:
    for line in output:
        lines.put(line)


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_receiver_takes_each_event_once_in_its_order(cloud: Cloud, name: str, tmp_path: Path) -> None:
    cloud.subscribe(MAIJA)
    lead = make_lead(MAIJA, NOW)
    with running(name, tmp_path, f"{OTHER_SECRET},{WEBHOOK_SECRET}") as receiver:
        ours = app.but(crm=Crm(receiver.url, lambda: app.secrets.webhook_secrets, allow_http=True))
        for sequence, kind in enumerate(("lead.created", "lead.updated", "lead.retracted"), start=1):
            enqueue(lead, MAIJA, NOW, sequence, kind)
        assert deliver_events(lead, NOW, ours) == {"taken": 3}
        kinds = [receiver.next() for _ in range(3)]
        assert [(each["type"], each["lead"], each["sequence"]) for each in kinds] == [
            ("lead.created", lead, 1),
            ("lead.updated", lead, 2),
            ("lead.retracted", lead, 3),
        ]
        replay(lead, NOW, ours)
        assert deliver_events(lead, NOW, ours) == {"taken": 3}, "it says yes to what it has"
        enqueue(lead, MAIJA, NOW, 4, "lead.updated")
        assert deliver_events(lead, NOW, ours) == {"taken": 1}
        assert receiver.next()["sequence"] == 4, "and does nothing twice"


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_receiver_with_another_secret_takes_nothing(cloud: Cloud, name: str, tmp_path: Path) -> None:
    cloud.subscribe(MAIJA)
    lead = make_lead(MAIJA, NOW)
    with running(name, tmp_path, OTHER_SECRET) as receiver:
        ours = app.but(crm=Crm(receiver.url, lambda: app.secrets.webhook_secrets, allow_http=True))
        enqueue(lead, MAIJA, NOW)
        assert deliver_events(lead, NOW, ours) == {"failed": 1}
    (event,) = app.outbox.of(lead)
    assert (event.state, event.attempts[0].status) == (EventState.WAITING, 401)
    assert receiver.lines.empty()
