"""Audiences on the whole stack: what is counted is what is planned, and it is said why somebody is not in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.audience.check_rule import rule_of
from newsletter.mailings.audience.explain import why_not
from newsletter.mailings.audience.facts import ReadFacts
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.campaign import Campaign, prepare_campaign, start_campaign
from newsletter.mailings.count_audience import MAX_ASKED, ask_audience, count_audience
from newsletter.platform.errors import InvalidInput
from newsletter.platform.shards import shard_of
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient, Status
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.leads.kept_leads import lead_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

MAIJA, KALLE, LIISA = (f"{name}@example.com" for name in ("maija", "kalle", "liisa"))


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def send(cloud: Cloud, name: str, rule: dict[str, Any] | str) -> list[str]:
    """To whom the campaign went."""
    campaign = Campaign(name, name, "Kevät on hyvää aikaa aloittaa.", "fi", audience=rule_of(rule, app))
    start_campaign(campaign, app, now=now())
    cloud.drain()
    return sorted(mail.to[0] for mail in cloud.mails() if mail.subject == name)


def counted(rule: dict[str, Any]) -> int:
    count = ask_audience(rule_of({"languages": ["fi"], **rule}, app), now().date(), app)
    assert count.complete
    return count.readers


@pytest.fixture(autouse=True)
def _readers(cloud: Cloud) -> None:
    assert cloud.mails() == []
    add_reader(MAIJA, "linkedin")
    add_reader(KALLE, "kriisit")
    add_reader(LIISA)


def test_who_got_a_campaign_gets_no_other_by_a_rule_that_leaves_them_out(cloud: Cloud) -> None:
    assert send(cloud, "first", {"topics": ["linkedin"]}) == [LIISA, MAIJA]
    rest = {"exclude": {"got": ["campaign-first"]}}
    assert counted(rest) == 1
    assert send(cloud, "rest", rest) == [KALLE]
    assert counted({"got": ["campaign-first"]}) == 2
    app.reset()
    assert send(cloud, "again", {"got": ["campaign-first"], "topics_none": ["linkedin"]}) == [LIISA]


def test_a_page_that_is_planned_again_keeps_whom_it_had_although_a_reader_changed_meanwhile(cloud: Cloud) -> None:
    send(cloud, "first", {"topics": ["linkedin"]})
    rule = rule_of({"got": ["campaign-first"]}, app)
    campaign = Campaign("second", "second", "Kevät on hyvää aikaa aloittaa.", "fi", audience=rule)
    for _ in range(2):
        start_campaign(campaign, app, now=now())
        cloud.drain()
        app.reset()
        app.subscribers.deactivate(app.ids.of(MAIJA), Status.UNSUBSCRIBED, "link", now())
    assert sorted(mail.to[0] for mail in cloud.mails() if mail.subject == "second") == [LIISA, MAIJA]


def test_listed_addresses_are_kept_as_ids_and_whoever_is_gone_is_said(cloud: Cloud) -> None:
    rule = rule_of({"addresses": [MAIJA, MAIJA.upper(), "nobody@example.com"]}, app)
    assert set(rule.listed) == {app.ids.of(MAIJA), app.ids.of("nobody@example.com")}
    count = ask_audience(rule, now().date(), app)
    assert (count.readers, count.left_out, count.samples) == (1, {"gone": 1}, ("m…@example.com",))
    assert send(cloud, "listed", {"addresses": [MAIJA]}) == [MAIJA]
    with pytest.raises(InvalidInput, match="number 2") as told:
        rule_of({"addresses": [MAIJA, "no address"]}, app)
    assert "no address that" in str(told.value)


def test_days_of_signing_up_are_those_of_the_publication() -> None:
    today = now().astimezone(app.publication.time_zone).date()
    assert counted({"signed_up_from": today.isoformat()}) == 3
    assert counted({"signed_up_from": (today + timedelta(1)).isoformat()}) == 0
    assert counted({"signed_up_before": today.isoformat()}) == 0
    reader = app.ids.of(MAIJA)
    facts = ReadFacts(app, now(), shard_of(reader))
    assert reader in facts.signed_up(date(2026, 1, 1), None)
    assert all(shard_of(each) == facts.shard for each in facts.signed_up(date(2026, 1, 1), None))


def test_leads_by_state(cloud: Cloud) -> None:
    lead = lead_of(app.ids.of(MAIJA))
    assert app.leads.create(lead)
    assert counted({"lead_states": [str(lead.state)]}) == 1
    assert counted({"lead_states": ["lost"]}) == 0
    assert counted({"exclude": {"lead_states": [str(lead.state)]}}) == 2
    assert send(cloud, "leads", {"lead_states": [str(lead.state)]}) == [MAIJA]


def test_it_is_said_why_an_address_is_not_in(cloud: Cloud) -> None:
    def codes(rule: dict[str, Any], address: str) -> list[str]:
        return [each.code for each in why_not(rule_of(rule, app), address, now(), app)]

    send(cloud, "first", {"topics": ["linkedin"]})
    assert codes({"got": ["campaign-first"], "topics": ["linkedin"]}, MAIJA) == []
    assert codes({"got": ["campaign-first"], "topics": ["linkedin"]}, KALLE) == ["topics", "got"]
    assert codes({}, "nobody@example.com") == ["unknown"]
    app.subscribers.deactivate(app.ids.of(LIISA), Status.UNSUBSCRIBED, "link", now())
    assert codes({}, LIISA) == ["unsubscribed"]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"topics": ["nothing"]}, "topics"),
        ({"exclude": {"languages": ["xx"]}}, "exclude[1].languages"),
        ({"got": ["campaign-never"]}, "got"),
        ({"clicked": ["welcome"]}, "clicked"),
        ({"lead_states": ["cold"]}, "lead_states"),
        ("not saved", "audience"),
    ],
)
def test_what_there_is_not_is_named(rule: dict[str, Any] | str, field: str) -> None:
    with pytest.raises(InvalidInput) as told:
        rule_of(rule, app)
    assert told.value.field == field


def test_who_did_not_get_a_mailing_is_known_only_when_it_is_over(cloud: Cloud) -> None:
    send(cloud, "first", {"topics": ["linkedin"]})
    with pytest.raises(InvalidInput, match="still going out"):
        rule_of({"not_got": ["campaign-first"]}, app)


def test_a_large_audience_is_estimated_from_whole_shards_so_that_every_door_says_about_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_page = 4
    here = [(f"reader{number}", Recipient(Choices(language="fi"))) for number in range(10)]

    def page(_: str, after: str | None, __: int) -> tuple[list[tuple[str, Recipient]], str | None]:
        place = int(after or 0)
        following = place + a_page
        return here[place:following], str(following) if following < len(here) else None

    monkeypatch.setattr(app.subscribers, "page", page)
    counted = [count_audience(Audience(), now().date(), app, at_most=most) for most in (11, 14, 20, 31, 319)]
    assert [each.about for each in counted] == [320] * 5
    assert [each.readers for each in counted] == [14, 14, 20, 34, 320]
    assert [each.complete for each in counted] == [False] * 4 + [True]
    assert count_audience(Audience(), now().date(), app, at_most=1).about >= a_page


def test_of_mailings_of_the_last_days_only_who_clicked_is_kept_and_of_large_ones_shard_by_shard(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year has some fifty digests: who got each of them, among a million readers, fits in no function's memory."""
    send(cloud, "first", {})
    for record in app.deliveries.records("campaign-first"):
        for place, who in enumerate(record.batch.recipients):
            if who == app.ids.of(MAIJA):
                app.visit_marks.put("campaign-first", record.batch.id, {place: VisitMark(9, person=True)}, now())
    read: list[str] = []
    records = app.deliveries.records

    def noted(mailing: str, shard: str = "") -> Any:
        read.append(shard)
        return records(mailing, shard)

    monkeypatch.setattr(app.deliveries, "records", noted)
    monkeypatch.setattr(ReadFacts, "_read_mailing", lambda *_: pytest.fail("it was kept who got the mailing"))
    rule = {"exclude": {"clicked_in_days": 30}}
    assert (counted({"clicked_in_days": 30, "not_clicked_in_days": 0}), counted(rule)) == (1, 2)
    assert read == ["", ""]
    read.clear()
    monkeypatch.setattr(app.manifests, "are_more_than", lambda readers, _: readers == MAX_ASKED)
    assert (counted({"clicked_in_days": 30}), counted(rule)) == (1, 2)
    assert {*read} == {shard_of(app.ids.of(each)) for each in (MAIJA, KALLE, LIISA)}


def test_a_reader_whose_pause_ended_at_midnight_is_counted_and_mailed_alike(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = app.subscribers.get(app.ids.of(MAIJA))
    assert reader is not None
    after_midnight = datetime(2030, 5, 1, 0, 30, tzinfo=app.publication.time_zone).astimezone(UTC)
    assert after_midnight.date() == date(2030, 4, 30), "the day of the publication has begun before that of UTC"
    assert app.subscribers.choose(reader, replace(reader.choices, paused_until=date(2030, 5, 1)), now())
    assert why_not(Audience(), MAIJA, after_midnight, app) == ()
    campaign = Campaign("night", "night", "Kevät on hyvää aikaa aloittaa.", "fi", topics=("linkedin",))
    prepared = prepare_campaign(campaign, app, now=after_midnight)
    assert prepared.readers is not None
    assert (prepared.readers.readers, prepared.readers.left_out) == (2, {})
    start_campaign(campaign, app, now=after_midnight)
    monkeypatch.setattr(app, "now", lambda: after_midnight)  # whoever is paused when a batch is sent gets nothing
    cloud.drain()
    assert sorted(mail.to[0] for mail in cloud.mails() if mail.subject == "night") == [LIISA, MAIJA]
