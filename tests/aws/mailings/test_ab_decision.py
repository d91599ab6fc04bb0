"""The decision of an A/B test: once, by one tick of many, whatever breaks at any call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from botocore.client import BaseClient

from newsletter.container import app
from newsletter.mailings.experiments.take_further import choose_subject
from newsletter.mailings.planning.requeue_shard import requeue_shard
from newsletter.mailings.status import MailingState
from newsletter.platform.messages import RequeueShard
from newsletter.platform.times import whole_seconds
from tests.support.aws.crashing_calls import CrashingCall
from tests.support.mailings import ab_tests
from tests.support.mailings.ab_tests import AB, ID, READERS, TEXT, click, expected, got, mailing, started, tick
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

ids = ab_tests.ids


@pytest.mark.parametrize("effective", [True, False], ids=["answer lost", "not called"])
def test_a_crash_at_any_call_of_the_decision_is_mended_by_the_next_run(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, *, effective: bool
) -> None:
    ids, wide = {email: add_reader(email) for email in READERS[:10]}, replace(AB, share=0.8)
    names: list[str] = []
    sent: Counter[tuple[str, str | None]] = Counter()
    while True:
        name = f"koe-{len(names)}"
        names.append(name)
        started(cloud, replace(TEXT, name=name, ab=wide))
        click(f"campaign-{name}", "2", people=3)
        crash = CrashingCall(len(names), effective=effective)
        with monkeypatch.context() as broken:
            broken.setattr(BaseClient, "_make_api_call", lambda *call, crash=crash: crash(*call))
            with suppress(KeyboardInterrupt):
                tick(4.1)
        decided = mailing(f"campaign-{name}").decision
        for hours in (4.2, 4.3):
            tick(hours)
        after = mailing(f"campaign-{name}").decision
        assert after is not None
        assert decided in (None, after), "a decision never changes"
        assert after.winner == 2
        runs = [each["decision"] for each in app.decisions.newest(50) if each["run"] == f"campaign-{name}"]
        assert runs.count("subject chosen") == 1, f"crash at call {crash.at}: {runs}"
        for email, subjects in expected(ids, "Kaksi", f"campaign-{name}", wide).items():
            sent.update((email, subject) for subject in subjects)
        assert cloud.drain() == []
        tick(5)
        assert mailing(f"campaign-{name}").status.state is MailingState.COMPLETE, f"crash at call {crash.at}"
        if crash.calls < crash.at:
            break
    assert len(names) > 5
    assert Counter((mail.to[0], mail.subject) for mail in cloud.mails()) == sent


def test_two_ticks_at_once_decide_once_and_a_late_one_changes_nothing(cloud: Cloud, ids: dict[str, str]) -> None:
    stale = started(cloud)
    click(ID, "2", people=3)
    now = whole_seconds(app.now()) + timedelta(hours=5)
    figures = report_of(ID).stats.arms
    assert choose_subject(stale, figures, app, now=now)
    others = {**figures, "1": figures["1"]._replace(people=9)}
    assert not choose_subject(stale, others, app, now=now)
    assert not choose_subject(mailing(), others, app, now=now)
    assert got(cloud) == expected(ids, "Kaksi")


def test_a_shard_that_was_read_before_the_decision_is_queued_again(
    cloud: Cloud, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = started(cloud)
    tick(5)
    cloud.messages("PlanQueue")  # what the decision asked for is done by runs that come now
    shards: Sequence[str] = sorted({reader[0] for reader in ids.values()})
    with monkeypatch.context() as late:
        late.setattr(type(app.mailings), "get", lambda _self, _name: stale)
        for shard in shards:
            requeue_shard(RequeueShard(ID, shard), app, now=app.now())
    assert got(cloud) == expected(ids, "Yksi")


def test_a_test_of_nobody_is_over_at_once(cloud: Cloud) -> None:
    """Half of one reader is nobody: there is nothing to wait for."""
    name, email = "campaign-pieni", "muu@example.com"
    add_reader(email)
    started(cloud, replace(TEXT, name="pieni"))
    tick(0.1)
    assert cloud.drain() == []
    assert [mail.subject for mail in cloud.mails(email)] == ["Yksi"]
    tick(0.2)
    assert mailing(name).status.state is MailingState.COMPLETE


def test_the_time_of_decisions_is_after_the_change_before_it(cloud: Cloud, ids: dict[str, str]) -> None:
    assert ids
    sent = started(cloud)
    now: datetime = sent.status.since
    early = replace(sent, tested_since=now - timedelta(hours=5))
    assert choose_subject(early, report_of(ID).stats.arms, app, now=now)
    assert mailing().status.since > now
