"""At most so many mails a week: a campaign leaves out who had enough, and says so before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.mailings.audience.explain import why_not
from newsletter.mailings.audience.facts import ReadFacts
from newsletter.mailings.audience.mailed_lately import MailedLately
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.words import left_out_in_words
from newsletter.mailings.campaign import Campaign, prepare_campaign, start_campaign
from newsletter.mailings.count_audience import ask_audience
from newsletter.mailings.experiments.experiment import Experiment
from newsletter.mailings.launch import launch
from newsletter.mailings.planning.batches import arm_of, build_manifest
from newsletter.mailings.status import MailingState
from newsletter.platform.errors import EmptyAudience
from newsletter.platform.messages import PlanPage
from newsletter.platform.shards import shard_of
from newsletter.platform.times import whole_seconds
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient
from newsletter.reports.report_mailing import recipients_of, report_mailing
from newsletter.sending.ledger import RecipientStatus
from tests.support.leads.sequences import deploy, sequence, step
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

MAIJA, KALLE = "maija@example.com", "kalle@example.com"
FINNISH = Audience(languages=("fi",))


@pytest.fixture(autouse=True)
def _at_most_two(cloud: Cloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deploy(monkeypatch, tmp_path, "[campaigns]\nmails_per_week = 2\n" + sequence("a", step("a1", 1)))
    assert cloud.mails() == []
    add_reader(MAIJA, "linkedin")
    add_reader(KALLE, "kriisit")


def send(cloud: Cloud, name: str, *topics: str) -> list[str]:
    """To whom the campaign went."""
    start_campaign(text(name, *topics), app, now=whole_seconds(app.now()))
    cloud.drain()
    return sorted(mail.to[0] for mail in cloud.mails() if mail.subject == name)


def text(name: str, *topics: str) -> Campaign:
    return Campaign(name, name, "Kevät on hyvää aikaa aloittaa.", "fi", topics=topics)


def lately_of(shard: str, *, days: float = 0, but: str = "") -> MailedLately:
    """What readers of the shard will have had so many days from now."""
    now = app.now() + timedelta(days=days)
    return MailedLately(app, now, shard, ReadFacts(app, now, shard).may_have_got, but=but)


def test_who_had_two_mails_this_week_is_left_out_of_the_third_and_it_is_said(cloud: Cloud) -> None:
    assert send(cloud, "a") == [KALLE, MAIJA]
    assert send(cloud, "b", "linkedin") == [MAIJA]
    count = ask_audience(FINNISH, app.now().date(), app)
    assert (count.readers, count.left_out) == (1, {"capped": 1})
    assert left_out_in_words(count.left_out, app.publication) == "1 would get more than 2 mails this week"
    assert [each.code for each in why_not(FINNISH, MAIJA, app.now(), app)] == ["capped"]
    assert why_not(FINNISH, KALLE, app.now(), app) == ()
    prepared = prepare_campaign(text("c"), app, now=whole_seconds(app.now()))
    assert prepared.readers == replace(count, samples=())
    assert send(cloud, "c") == [KALLE]
    report = report_mailing("campaign-c", app, now=app.now())
    assert report.certificate.balanced
    assert (report.certificate.accepted, report.certificate.suppressed) == (1, 1)
    lines = {line.subscriber: line for line in recipients_of(report.mailing, app, now=app.now())}
    left_out = lines[app.ids.of(MAIJA)]
    assert (left_out.status, left_out.reason) == (RecipientStatus.SUPPRESSED, "enough mails: 2 or more in seven days")
    # Who was left out of it had no mail of it.
    lately = lately_of(shard_of(app.ids.of(MAIJA)), days=6)
    assert lately.had_enough(app.ids.of(MAIJA), Recipient(Choices(language="fi")))


def test_an_ab_test_leaves_out_who_had_enough_whatever_their_arm(cloud: Cloud) -> None:
    send(cloud, "a")
    send(cloud, "b", "linkedin")
    campaign = replace(text("c"), ab=Experiment(("Yksi", "Kaksi"), 0.5, 1))
    start_campaign(campaign, app, now=whole_seconds(app.now()))
    cloud.drain()
    report = report_mailing("campaign-c", app, now=app.now())
    lines = {line.subscriber: line for line in recipients_of(report.mailing, app, now=app.now())}
    assert lines[app.ids.of(MAIJA)].status is RecipientStatus.SUPPRESSED
    assert arm_of(lines[app.ids.of(MAIJA)].batch) == ""
    assert sum(arm.planned for arm in report.stats.arms.values()) == 1
    assert report.certificate.balanced


def test_a_campaign_of_which_everybody_had_enough_is_refused_and_says_why(cloud: Cloud) -> None:
    send(cloud, "a")
    send(cloud, "b")
    with pytest.raises(EmptyAudience, match="had as many mails this week as the publication allows"):
        send(cloud, "c")


def test_a_week_later_there_is_room_again(cloud: Cloud) -> None:
    send(cloud, "a")
    send(cloud, "b")
    reader = app.ids.of(MAIJA)
    lately = [lately_of(shard_of(reader), days=days) for days in (0, 6.9, 7.1)]
    assert [each.had_enough(reader, Recipient(Choices(language="fi"))) for each in lately] == [True, True, False]


@pytest.mark.parametrize("state", [MailingState.CANCELLED, MailingState.HELD])
def test_of_a_mailing_that_was_stopped_who_got_it_had_it_and_the_others_had_not(
    cloud: Cloud, state: MailingState
) -> None:
    send(cloud, "a")
    send(cloud, "b")
    stop("campaign-b", state)
    assert ask_audience(FINNISH, app.now().date(), app).left_out == {"capped": 2}
    assert [each.code for each in why_not(FINNISH, MAIJA, app.now(), app)] == ["capped"]
    with pytest.raises(EmptyAudience, match="as many mails this week"):
        send(cloud, "c")


def test_who_gets_nothing_of_a_cancelled_campaign_has_room_for_another(cloud: Cloud) -> None:
    send(cloud, "a")
    start_campaign(text("b"), app, now=whole_seconds(app.now()))
    stop("campaign-b", MailingState.CANCELLED)
    cloud.drain()
    assert [mail for mail in cloud.mails() if mail.subject == "b"] == []
    assert send(cloud, "c") == [KALLE, MAIJA]


def stop(mailing: str, state: MailingState) -> None:
    """Cancel or hold it, wherever it is."""
    status = app.statuses.status(mailing)
    assert status is not None
    assert app.statuses.compare_and_set(mailing, status, replace(status, state=state))


def test_planned_again_after_a_crash_a_campaign_leaves_out_the_same(cloud: Cloud) -> None:
    campaign, now = text("c"), whole_seconds(app.now()) - timedelta(minutes=1)
    start_campaign(text("a", "linkedin"), app, now=now - timedelta(minutes=1))
    cloud.drain()
    start_campaign(campaign, app, now=now)
    app.reset()
    send(cloud, "b")
    assert [each.code for each in why_not(FINNISH, MAIJA, app.now(), app)] == ["capped"]
    start_campaign(campaign, app, now=now)
    cloud.drain()
    assert sorted(mail.to[0] for mail in cloud.mails() if mail.subject == "c") == [KALLE, MAIJA], (
        "what began later does not count"
    )


def test_a_mailing_that_is_still_being_planned_counts_for_those_whom_it_is_for(cloud: Cloud) -> None:
    now = whole_seconds(app.now())
    for name in ("a", "b"):
        start_campaign(text(name, "linkedin"), app, now=now - timedelta(minutes=1))
    reader, other = app.ids.of(MAIJA), app.ids.of(KALLE)
    for who, topics, expected in ((reader, ("linkedin",), True), (other, ("kriisit",), False)):
        recipient = Recipient(Choices(language="fi", topics=topics))
        assert lately_of(shard_of(who), but="campaign-c").had_enough(who, recipient) is expected
    cloud.drain()
    recipient = Recipient(Choices(language="fi", topics=("linkedin",)))
    assert lately_of(shard_of(reader), but="campaign-c").had_enough(reader, recipient)


def test_of_two_that_begin_in_one_second_the_first_by_name_goes_to_everybody(cloud: Cloud) -> None:
    now = whole_seconds(app.now())
    start_campaign(text("x"), app, now=now - timedelta(minutes=1))
    cloud.drain()
    for prepared in [prepare_campaign(text(name), app, now=now) for name in ("b", "a")]:
        launch(prepared, app)
    cloud.drain()
    assert len([mail for mail in cloud.mails() if mail.subject == "a"]) == 2
    assert [mail for mail in cloud.mails() if mail.subject == "b"] == []


def test_without_a_cap_nothing_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    deploy(monkeypatch, tmp_path, sequence("a", step("a1", 1)))
    monkeypatch.setattr(type(app.mailings), "older", lambda *_: pytest.fail("mailings were read"))
    assert not lately_of("a").had_enough("x", Recipient(Choices()))


def test_whoever_is_carried_to_the_next_page_counts_once() -> None:
    shard = shard_of(app.ids.of(MAIJA))
    start_campaign(text("a"), app, now=whole_seconds(app.now()))
    who = [f"{shard}{number:025d}" for number in range(3)]
    first = build_manifest(PlanPage("campaign-a", shard, 0), {}, [(each, "v") for each in who[:1]], "x", 2)
    assert first.carry == {"v": (who[0],)}
    second = build_manifest(PlanPage("campaign-a", shard, 1), first.carry, [(each, "v") for each in who[1:]], None, 2)
    for page, manifest in enumerate((first, second)):
        assert app.manifests.put("campaign-a", shard, page, manifest, app.now())
    lately = lately_of(shard, days=1)
    recipient = Recipient(Choices(language="fi"))
    assert not any(lately.had_enough(each, recipient) for each in who)
