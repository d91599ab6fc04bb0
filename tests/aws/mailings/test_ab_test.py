"""An A/B test from its start to the last mail: everybody gets one mail, the winner is chosen once, whatever breaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsletter.container import app
from newsletter.mailings.campaign import start_campaign, validate_campaign
from newsletter.mailings.control.cancel import cancel_mailing
from newsletter.mailings.control.pause import pause_mailing
from newsletter.mailings.control.resume import resume_mailing
from newsletter.mailings.drafts.edit_drafts import duplicate_draft
from newsletter.mailings.experiments.decision import Reason
from newsletter.mailings.experiments.experiment import REST, Experiment
from newsletter.mailings.planning.plan_page import plan_shards
from newsletter.mailings.status import MailingState, MailingStatus
from newsletter.platform.links.links import LinkClaims
from newsletter.platform.times import whole_seconds
from newsletter.readers.unsubscribe import unsubscribe
from newsletter.reports.words.experiment_words import experiment_as_json
from tests.support.mailings import ab_tests
from tests.support.mailings.ab_tests import ID, TEXT, arms, click, expected, got, mailing, started, tick
from tests.support.mailings.reports import report_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

ids = ab_tests.ids


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
