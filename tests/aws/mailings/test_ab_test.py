"""An A/B test from its start to the last mail: everybody gets one mail, the winner is chosen once, whatever breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from botocore.client import BaseClient

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign, validate_campaign
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.drafts.edit_drafts import duplicate_draft
from newsletter.mailings.experiments.decision import Reason
from newsletter.mailings.experiments.experiment import REST, Experiment
from newsletter.mailings.experiments.take_further import choose_subject
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.plan_page import plan_shards
from newsletter.mailings.planning.requeue_shard import requeue_shard
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.nurture.monitor_mailings import monitor_mailings
from newsletter.platform.isolation import Isolated
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.messages import RequeueShard
from newsletter.platform.times import whole_seconds
from newsletter.readers.unsubscribe import unsubscribe
from newsletter.reports.words.experiment_words import experiment_as_json
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.aws.crashing_calls import CrashingCall
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

AB = Experiment(("Yksi", "Kaksi"), 0.5, 4, ("Eka", "Toka"))
TEXT = Campaign(name="koe", subject="Yksi", body="Moi.", language="fi", ab=AB)
ID = "campaign-koe"
READERS = [f"lukija{number}@example.com" for number in range(24)]


@pytest.fixture
def ids(cloud: Cloud) -> dict[str, str]:
    """The readers' ids by address."""
    assert cloud.mails() == []
    return {email: add_reader(email) for email in READERS}


def tick(hours: float = 0) -> None:
    isolated = Isolated()
    monitor_mailings(whole_seconds(app.now()) + timedelta(hours=hours), isolated, app)
    isolated.raise_if_any()


def started(cloud: Cloud, campaign: Campaign = TEXT) -> Mailing:
    """The campaign, whose test is out."""
    start_campaign(campaign, app, now=whole_seconds(app.now()))
    assert cloud.drain() == []
    tick()
    return mailing(f"campaign-{campaign.name}")


def mailing(name: str = ID) -> Mailing:
    found = app.mailings.get(name)
    assert found is not None
    return found


def click(name: str, arm: str, *, people: int, machines: int = 0) -> None:
    """So many recipients of the arm clicked as people, and others are known of as machines."""
    left = [VisitMark(1, person=True)] * people + [VisitMark(30, machine=True)] * machines
    for record in app.deliveries.records(name):
        if record.batch.arm == arm and left:
            marks = {place: left.pop(0) for place in range(min(len(left), len(record.batch.recipients)))}
            app.visit_marks.put(name, record.batch.id, marks, app.now() + timedelta(days=90))
    assert not left, "the arm has too few readers"


def got(cloud: Cloud) -> dict[str, list[str | None]]:
    assert cloud.drain() == []
    return {email: [mail.subject for mail in cloud.mails(email)] for email in READERS}


def arms(ids: dict[str, str], name: str = ID, ab: Experiment = AB) -> dict[str, list[str]]:
    started_as = app.mailings.get(name)
    ab = (started_as.ab if started_as else None) or ab
    found: dict[str, list[str]] = {arm: [] for arm in ab.arms}
    for email, reader in ids.items():
        found[ab.arm_of(name, reader)].append(email)
    assert all(found.values()), "every arm has a reader"
    return found


def expected(ids: dict[str, str], winner: str | None, name: str = ID, ab: Experiment = AB) -> dict[str, list[str]]:
    by_arm = {"1": ["Yksi"], "2": ["Kaksi"], REST: [winner] if winner else []}
    return {email: list(by_arm[arm]) for arm, readers in arms(ids, name, ab).items() for email in readers}


def test_the_test_goes_out_first_and_the_subject_that_people_click_goes_to_the_rest(
    cloud: Cloud, ids: dict[str, str]
) -> None:
    sent = started(cloud)
    assert got(cloud) == expected(ids, None)
    assert (sent.is_undecided, sent.tested_since is not None) == (True, True)
    click(ID, "2", people=3)
    click(ID, "1", people=2, machines=1)
    tick(3.9)
    assert got(cloud) == expected(ids, None)
    before = experiment_as_json(report_of(ID))["ab"]
    assert (before["state"], before["winner"], before["held_out"]) == ("testing", None, len(arms(ids)[REST]))

    for _ in range(2):
        tick(4.1)
    assert got(cloud) == expected(ids, "Kaksi")
    tick(5)
    assert mailing().status.state is MailingState.COMPLETE
    assert mailing().headline == "Kaksi"
    told = experiment_as_json(report_of(ID))["ab"]
    sizes = {arm: len(readers) for arm, readers in arms(ids).items()}
    tried = [{"mails": sizes["1"], "people": 2}, {"mails": sizes["2"], "people": 3}]
    assert (told["winner"], told["winning_subject"], told["decided_on"]) == (2, "Kaksi", tried)
    assert (told["state"], told["reason"], told["held_out"]) == ("decided", Reason.MOST_CLICKS, sizes[REST])
    counted = {arm["arm"]: (arm["planned"], arm["accepted"], arm["people"], arm["machines"]) for arm in told["arms"]}
    assert counted == {
        "1": (sizes["1"], sizes["1"], 2, 1),
        "2": (sizes["2"], sizes["2"], 3, 0),
        REST: (sizes[REST], sizes[REST], 0, 0),
    }
    assert [each["decision"] for each in app.decisions.newest(20) if each["run"] == ID].count("subject chosen") == 1
    preheaders = {mail.subject: "Eka" if "Eka" in (mail.html or "") else "Toka" for mail in cloud.mails()}
    assert preheaders == {"Yksi": "Eka", "Kaksi": "Toka"}


def test_the_parts_are_as_large_as_they_were_asked_for(cloud: Cloud, ids: dict[str, str]) -> None:
    three = Experiment(("Yksi", "Kaksi", "Kolme"), 0.4, 1)
    started(cloud, replace(TEXT, ab=three))
    sent = {subject: len([mail for mail in cloud.mails() if mail.subject == subject]) for subject in three.subjects}
    assert sorted(sent.values()) == [3, 3, 4]  # 40 % of 24 readers
    add_reader("uusi@example.com")
    start_campaign(replace(TEXT, ab=three), app, now=whole_seconds(app.now()))  # once more, with another audience
    assert cloud.drain() == []
    tick()
    tick(2)
    assert got(cloud) == {email: subjects[:1] for email, subjects in got(cloud).items() if subjects}
    assert len(cloud.mails()) == len(ids)
    copy = duplicate_draft(ID, app, by="anna", now=whole_seconds(app.now())).campaign
    assert copy.ab is not None
    assert copy.ab.cuts == ()


def test_without_clicks_the_first_subject_goes_out_and_says_so(cloud: Cloud, ids: dict[str, str]) -> None:
    started(cloud)
    click(ID, "2", people=1)
    tick(5)
    assert got(cloud) == expected(ids, "Yksi")
    decision = mailing().decision
    assert decision is not None
    assert (decision.winner, decision.reason) == (1, Reason.TOO_FEW_CLICKS)


def test_cancelled_during_the_test_the_rest_gets_nothing(cloud: Cloud, ids: dict[str, str]) -> None:
    started(cloud)
    cancel_mailing(ID, app, by="anna", now=whole_seconds(app.now()))
    for hours in (0, 5, 10):
        tick(hours)
        cloud.run("nurture", app.now() + timedelta(hours=hours))
    assert got(cloud) == expected(ids, None)
    report = report_of(ID)
    assert report.certificate.balanced
    assert report.certificate.suppressed == len(arms(ids)[REST])
    assert experiment_as_json(report)["ab"]["state"] == "cancelled"


def test_who_pauses_or_leaves_while_the_rest_waits_gets_nothing(cloud: Cloud, ids: dict[str, str]) -> None:
    started(cloud)
    pausing, leaving, past = arms(ids)[REST][:3]
    today = app.now().astimezone(app.publication.time_zone).date()
    for email, until in ((pausing, today + timedelta(days=30)), (past, today)):
        profile = app.subscribers.get(ids[email])
        assert profile is not None
        assert app.subscribers.choose(profile, replace(profile.choices, paused_until=until), app.now())
    unsubscribe(LinkClaims(ids[leaving], ID, "", 0), "one-click", app.now(), app)
    tick(5)
    assert [got(cloud)[email] for email in (pausing, leaving, past)] == [[], [], ["Yksi"]]
    report = report_of(ID)
    assert (report.certificate.suppressed, report.certificate.balanced) == (2, True)
    reasons = {line.subscriber: line.reason for line in report.lines}
    assert reasons[ids[pausing]] == "the reader paused their mail"


def test_paused_over_the_end_of_the_test_it_is_decided_when_it_goes_on(cloud: Cloud, ids: dict[str, str]) -> None:
    started(cloud)
    click(ID, "2", people=3)
    pause_mailing(ID, app, by="anna", now=whole_seconds(app.now()))
    tick(6)
    assert (got(cloud), mailing().decision) == (expected(ids, None), None)
    resume_mailing(ID, app, by="anna", now=whole_seconds(app.now()) + timedelta(hours=7))
    assert got(cloud) == expected(ids, None), "resuming it does not let the rest go"
    tick(7.1)
    assert got(cloud) == expected(ids, "Kaksi")


def test_the_hours_begin_when_the_last_mail_of_the_test_is_out(cloud: Cloud, ids: dict[str, str]) -> None:
    start_campaign(TEXT, app, now=whole_seconds(app.now()))
    cloud.work("planner")
    tick(1)
    assert mailing().tested_since is None
    assert got(cloud) == expected(ids, None)
    tick(30)
    assert mailing().decision is None
    tick(33)
    assert mailing().decision is None
    tick(34.1)
    assert mailing().decision is not None


def test_a_pilot_goes_out_and_is_judged_without_those_who_wait_for_the_winner(
    cloud: Cloud, ids: dict[str, str]
) -> None:
    pilot = sorted({reader[0] for reader in ids.values()})[:8]
    start = whole_seconds(app.now())
    status = MailingStatus(MailingState.PILOT, start, until=start, pilot_shards="".join(pilot))
    assert app.mailings.create(replace(validate_campaign(TEXT, app.templates.publication, start), status=status))
    plan_shards(ID, app)
    first = {email for email, subjects in got(cloud).items() if subjects}
    assert first == {e for e, subjects in expected(ids, None).items() if subjects and ids[e][0] in pilot}
    for record in app.deliveries.records(ID):
        for place in range(len(record.outcomes)):
            app.deliveries.add_event(ID, record.batch.id, "delivered", place)
    tick(1)
    assert mailing().status.state is MailingState.SENDING
    assert got(cloud) == expected(ids, None)
    tick(1.1)
    tick(6)
    assert got(cloud) == expected(ids, "Yksi")


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
