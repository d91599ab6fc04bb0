"""Mailings run while code and templates are swapped and swapped back: nobody is left out, nobody gets one twice.

The next release has another version of the message for a batch, and another word in the foot of every mail. SES is held
while the functions go over, so that runs of one version are under way when the other one begins.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import urllib3
from moto.sqs.models import sqs_backends

from cli.queues import dead_letters
from newsletter.container import app
from newsletter.platform.messages import SendBatch
from newsletter.platform.times import whole_seconds
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import SignUp, subscriber_id
from newsletter.reports.report_mailing import report_mailing
from rehearsal.cloud import LocalCloud
from rehearsal.lambda_ import pollers
from rehearsal.ses import Mail
from tests.support.releases import FUNCTIONS, MESSAGES, copied, with_message, without_pilot

READERS, FEW = 1_300, 300
"""Two runs of the sender hold twenty batches of fifty, and three are let through: the other version has some left."""
PATIENCE = 600.0
WORD = "From the next release."


class Gate:
    """Holds what SES is asked to send from some request on. `held` counts the requests that wait."""

    def __init__(self, cloud: LocalCloud) -> None:
        operations = dict(cloud.ses._operations)  # noqa: SLF001
        self._send = operations["SendBulkEmail"]
        self._lock = threading.Condition()
        self._left: float = float("inf")
        self.held = 0
        cloud.ses._operations = operations | {"SendBulkEmail": self}  # noqa: SLF001

    def __call__(self, request: Any) -> dict[str, Any]:
        with self._lock:
            self.held += 1
            assert self._lock.wait_for(lambda: self._left > 0, PATIENCE)
            self.held -= 1
            self._left -= 1
        return self._send(request)

    def let_through(self, requests: float) -> None:
        """So many from now on, and hold the others."""
        with self._lock:
            self._left = requests
            self._lock.notify_all()


class Stage:
    """The local cloud with readers, and what people see of it."""

    def __init__(self, cloud: LocalCloud, readers: int) -> None:
        self.cloud, self.readers = cloud, readers
        self.gate = Gate(cloud)
        now = whole_seconds(app.now())
        for number in range(readers):
            address = f"reader{number}@example.com"
            who = subscriber_id(app.secrets.pepper, address)
            signed_up = SignUp(who, address, Choices(topics=("linkedin",), language="fi"), "2026-11", "", "", now, "n")
            assert app.subscribers.activate(signed_up, now)

    def campaign(self, name: str) -> str:
        """Start a campaign to everybody, by the API of the version that is live."""
        token = self._post("/_local/token", {}, "")["token"]
        body = {"name": name, "subject": name, "body": "Moi.", "language": "fi"}
        started = self._post("/api/v1/campaigns", body, f"Bearer {token}")
        return str(started["mailing"]["id"])

    def _post(self, path: str, body: dict[str, str], authorization: str) -> Any:
        headers = {"content-type": "application/json", "authorization": authorization}
        url = f"{self.cloud.url}{path}"
        answer = urllib3.request("POST", url, body=json.dumps(body), headers=headers, timeout=PATIENCE, retries=False)
        assert answer.status < 300, answer.data
        return answer.json()

    def mails(self, mailing: str) -> list[Mail]:
        return [mail for mail in self.cloud.ses.mailbox.all() if mail.tags.get("mailing") == mailing]

    def held_mid_send(self, mailing: str) -> None:
        """Wait until some batches of the mailing went out, and runs of the sender wait for SES."""
        until(lambda: self.mails(mailing) != [] and self.gate.held > 0)
        # All of it is planned: pages that are planned after a swap are rendered with the new templates.
        until(lambda: report_mailing(mailing, app, now=app.now()).planned_to_the_end)
        assert len(self.mails(mailing)) < self.readers

    def everybody_got_it_once(self, mailing: str) -> list[Mail]:
        """The mails, when nothing is left to do; the certificate says the same as the mailbox."""

        def all_sent() -> bool:
            self.cloud.pollers.deliver_now()
            return len(self.mails(mailing)) >= self.readers

        def over() -> bool:
            self.cloud.pollers.deliver_now()
            found = report_mailing(mailing, app, now=app.now()).certificate
            return (found.accepted + found.rejected, found.waiting) == (self.readers, 0)

        until(all_sent)
        until(over)
        mails = self.mails(mailing)
        assert Counter(Counter(mail.to[0] for mail in mails).values()) == {1: self.readers}
        found = report_mailing(mailing, app, now=app.now()).certificate
        assert (found.planned, found.accepted) == (self.readers, self.readers)
        assert (found.rejected, found.doubtful, found.waiting, found.twice) == (0, 0, 0, 0)
        return mails

    def queued(self, queue: str) -> Counter[int]:
        """How many messages of which version are on a queue, waiting or in hand."""
        account = self.cloud.stack.account
        found = sqs_backends[account.account_id][account.region].queues[f"{account.stack_name}-{queue}"]
        bodies = [json.loads(message.body) for message in list(found._messages)]  # noqa: SLF001
        return Counter(body["version"] for body in bodies if body["type"] == SendBatch.type)


def until(claim: Callable[[], bool]) -> None:
    assert pollers.wait_until(claim, PATIENCE)


@contextmanager
def started(folder: Path, readers: int) -> Iterator[Stage]:
    with LocalCloud(templates=without_pilot(folder / "first"), ingest=False) as cloud:
        stage = Stage(cloud, readers)
        try:
            yield stage
        finally:
            stage.gate.let_through(float("inf"))


def next_release(folder: Path) -> dict[str, Path]:
    """Code that writes batches in version 2 and reads version 1 too, and templates with another word."""
    message = with_message("SendBatch", version=2, reads_too=(1,), field='hint: str = "new"')
    return {
        "code": copied(FUNCTIONS, folder / "next/functions", {MESSAGES: message}),
        "templates": without_pilot(folder / "next/templates", email___footer=lambda text: f"{text}\n{WORD}\n"),
    }


def test_a_mailing_loses_and_doubles_nothing_while_code_and_templates_are_swapped_and_swapped_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The release that runs first reads the version to come, as docs/deploy.md asks of it.
    monkeypatch.setattr(SendBatch, "reads_too", frozenset({2}))
    release = next_release(tmp_path)
    with started(tmp_path, READERS) as stage:
        stage.gate.let_through(3)
        first = stage.campaign("yksi")
        stage.held_mid_send(first)
        assert stage.queued("BatchQueue")[1] > 0, "old messages are left for the new code"
        list(stage.cloud.deploy(**release))
        stage.gate.let_through(float("inf"))
        assert [mail for mail in stage.everybody_got_it_once(first) if WORD in (mail.text or "")] == []

        stage.gate.let_through(3)
        second = stage.campaign("kaksi")
        stage.held_mid_send(second)
        assert stage.queued("BatchQueue")[2] > 0, "new messages are left for the old code"
        list(stage.cloud.deploy())
        stage.gate.let_through(float("inf"))
        assert [mail for mail in stage.everybody_got_it_once(second) if WORD not in (mail.text or "")] == []
        assert stage.queued("BatchDeadLetters") == Counter()


def test_messages_that_the_release_before_cannot_read_wait_as_dead_letters_until_they_can_be_read(
    tmp_path: Path,
) -> None:
    release = next_release(tmp_path)
    with started(tmp_path, FEW) as stage:
        list(stage.cloud.deploy(**release))
        stage.gate.let_through(1)
        mailing = stage.campaign("kolme")
        stage.held_mid_send(mailing)
        list(stage.cloud.deploy())
        stage.gate.let_through(float("inf"))
        until(lambda: stage.gate.held == 0)

        def given_up() -> bool:
            stage.cloud.retry_now()
            return stage.queued("BatchQueue") == Counter() and stage.queued("BatchDeadLetters") != Counter()

        until(given_up)
        missing = FEW - len(stage.mails(mailing))
        assert missing > 0
        assert report_mailing(mailing, app, now=app.now()).certificate.waiting == missing

        list(stage.cloud.deploy(**release))
        dead_letters.redrive("batch", [])
        stage.everybody_got_it_once(mailing)
        assert stage.queued("BatchDeadLetters") == Counter()
