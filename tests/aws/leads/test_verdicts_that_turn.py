"""Later visits and other rules: leads are sent, retracted or updated; a person's click may make a warm lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.leads.change_lead import accepted, lost, won
from newsletter.leads.follow_visits import rejudge, rejudge_all, verdicts_changed
from newsletter.leads.lead import LeadState, Temperature
from newsletter.leads.record_press import record_press
from newsletter.leads.visits.evidence import Evidence, Trace, Visit, VisitKind
from newsletter.leads.visits.judge import judge as really_judge
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.mailings.mailing import WELCOME, Kind, Mailing, Variant
from newsletter.publication.sequences import Exit
from tests.support.leads.lead_fixtures import NOON
from tests.support.leads.presses import MAILING, OFFER, Judge, leads, press_at, told, types, welcomed_with
from tests.support.readers.site import ID, Clock
from tests.support.stack.cloud import BROWSER, Cloud

PERSON, MACHINE, UNSURE = VerdictKind.PERSON, VerdictKind.MACHINE, VerdictKind.UNSURE
HOME = Evidence(
    "GET",
    BROWSER["user-agent"],
    "192.0.2.0/24",
    {name: value for name, value in BROWSER.items() if name != "user-agent"},
)


class Triggers:
    """Stands in for sequences: what they were told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values, **_: self.calls.append((name, *values))

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """The calls of that name."""
        return [call[1:] for call in self.calls if call[0] == name]


@pytest.fixture
def triggers(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Triggers:
    assert clock.now == NOON
    found = Triggers()
    monkeypatch.setitem(vars(app), "triggers", found)
    return found


def turned(kind: VerdictKind, judge: Judge, clock: Clock) -> None:
    """Visits came after which the presses are judged so."""
    judge.kind = kind
    trace = app.visits.trace_of(ID, MAILING)
    verdicts_changed(ID, MAILING, judge(trace, app.scanner_rules), clock.now, app)


@pytest.mark.parametrize(
    ("first", "then", "state", "told_types"),
    [
        (MACHINE, PERSON, LeadState.HANDED_OFF, ["created"]),
        (MACHINE, UNSURE, LeadState.HELD, []),
        (UNSURE, PERSON, LeadState.HANDED_OFF, ["created"]),
        (UNSURE, MACHINE, LeadState.HELD, []),
        (PERSON, MACHINE, LeadState.RETRACTED, ["created", "retracted"]),
        (PERSON, UNSURE, LeadState.HANDED_OFF, ["created", "updated"]),
        (PERSON, PERSON, LeadState.HANDED_OFF, ["created"]),
    ],
)
def test_a_verdict_that_turns_within_a_week_turns_the_lead(
    cloud: Cloud,
    clock: Clock,
    judge: Judge,
    first: VerdictKind,
    then: VerdictKind,
    state: LeadState,
    told_types: list[str],
) -> None:
    judge.kind = first
    record_press(press_at(clock.now), clock.now, app)
    clock.forward(minutes=2)
    for _ in range(2):
        turned(then, judge, clock)
    (lead,) = leads(cloud)
    assert (lead.state, lead.verdict.kind, types(lead)) == (state, then, told_types)
    assert all(body["data"]["verdict"]["kind"] in (first, then) for body in told(lead))


def test_after_a_week_visits_turn_nothing_and_a_person_still_can(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    record_press(press_at(clock.now), clock.now, app)
    clock.forward(days=7, seconds=1)
    turned(MACHINE, judge, clock)
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.HANDED_OFF, ["created"])
    assert rejudge(lead.id, clock.now, app).state is LeadState.RETRACTED


def test_a_retracted_lead_comes_back_when_a_person_presses(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    record_press(press_at(clock.now), clock.now, app)
    turned(MACHINE, judge, clock)
    assert [each.ended for each in app.enrollments.of(ID, "sparraus")] == [Exit.RETRACTED]
    judge.kind = PERSON
    clock.forward(minutes=5)
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert (lead.state, lead.episode, types(lead)) == (LeadState.HANDED_OFF, 1, ["created", "retracted", "updated"])
    assert [each.ended for each in app.enrollments.of(ID, "sparraus")] == [Exit.RETRACTED, None]


def test_a_lead_on_which_sales_work_is_not_retracted_and_one_that_was_won_is_left_alone(
    cloud: Cloud, clock: Clock, judge: Judge
) -> None:
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    accepted(lead.id, clock.now, app)
    turned(MACHINE, judge, clock)
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.ACCEPTED, ["created", "updated"])
    won(lead.id, clock.now, app)
    turned(PERSON, judge, clock)
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.WON, ["created", "updated"])


def test_what_the_crm_says_late_or_twice_changes_nothing(cloud: Cloud, clock: Clock, triggers: Triggers) -> None:
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    for _ in range(2):
        won(lead.id, clock.now + timedelta(days=2), app)
    accepted(lead.id, clock.now + timedelta(days=3), app)
    lost(lead.id, clock.now + timedelta(days=1), app)
    (lead,) = leads(cloud)
    assert (lead.state, types(lead)) == (LeadState.WON, ["created"])
    assert triggers.named("end") == [(ID, "lead_won", clock.now + timedelta(days=2))]
    assert triggers.named("lead_lost") == []


@pytest.mark.usefixtures("cloud")
def test_sequences_are_told_of_a_hot_lead_and_of_its_end_once_each_and_never_of_a_kept_one(
    clock: Clock, judge: Judge, triggers: Triggers
) -> None:
    judge.kind = MACHINE
    record_press(press_at(clock.now), clock.now, app)
    assert triggers.named("lead_made") == []
    clock.forward(hours=1)
    judge.kind = PERSON
    record_press(press_at(clock.now), clock.now, app)
    assert triggers.named("lead_made") == [(ID, OFFER, clock.now)]
    turned(MACHINE, judge, clock)
    turned(PERSON, judge, clock)
    assert [len(triggers.named(name)) for name in ("lead_made", "lead_retracted")] == [2, 1]
    assert app.subscribers.get(ID).taken.startswith("sparraus=")  # type: ignore[union-attr]


def test_all_leads_of_the_last_days_are_judged_by_new_rules(cloud: Cloud, clock: Clock, judge: Judge) -> None:
    record_press(press_at(clock.now), clock.now, app)
    judge.kind, judge.rules = MACHINE, "new"
    clock.forward(days=6)
    assert rejudge_all(5, clock.now, app) == {"judged": 0, "changed": 0}
    assert rejudge_all(7, clock.now, app) == {"judged": 1, "changed": 1}
    assert rejudge_all(7, clock.now, app) == {"judged": 1, "changed": 0}
    (lead,) = leads(cloud)
    assert (lead.verdict.rules, told(lead)[-1]["data"]["verdict"]["rules"]) == ("new", "new")


# --- a person's click ------------------------------------------------------------------------------------------------


def article(slug: str, *topics: str) -> None:
    url = f"https://blog.example.com/{slug}"
    app.articles.put(Article(slug, url, slug.title(), "", topics, (), "fi", "", "", None, NOON))


def digest() -> None:
    article("a", "linkedin")
    article("b", "kriisit")
    app.mailings.create(Mailing(MAILING, Kind.DIGEST, NOON, articles=("a", "b")))
    urls = [(slug, f"https://blog.example.com/{slug}") for slug in ("a", "b")]
    app.mailings.put_variant(MAILING, Variant("fi", "", "", "", ()), urls)


def clicked(clock: Clock, *slugs: str, apart: float = 60.0, mailing: str = MAILING) -> None:
    """The links were opened, and the visits are folded and judged."""
    visits = [
        Visit(clock.now + timedelta(seconds=apart * number), VisitKind.LINK, slug, HOME)
        for number, slug in enumerate(slugs)
    ]
    app.visits.add(ID, mailing, visits, "b", 0, clock.now)
    clock.forward(seconds=apart * len(slugs))
    trace: Trace = app.visits.trace_of(ID, mailing)
    verdicts_changed(ID, mailing, really_judge(trace, app.scanner_rules), clock.now, app)


def wants_warm(monkeypatch: pytest.MonkeyPatch, *topics: str) -> None:
    offers = tuple(replace(offer, warm_topics=topics) for offer in app.publication.offers)
    monkeypatch.setattr(app.templates, "publication", replace(app.publication, offers=offers))


def test_a_persons_click_tells_sequences_of_its_topics_and_makes_no_lead_unless_wanted(
    cloud: Cloud, clock: Clock, triggers: Triggers
) -> None:
    digest()
    clicked(clock, "a")
    assert triggers.named("clicked") == [(ID, frozenset({"linkedin"}), NOON)]
    assert leads(cloud) == []


def test_a_persons_click_in_the_welcome_mail_tells_sequences_of_its_topics_too(
    clock: Clock, triggers: Triggers
) -> None:
    welcomed_with("w", "linkedin")
    clicked(clock, "w", mailing=WELCOME)
    assert triggers.named("clicked") == [(ID, frozenset({"linkedin"}), NOON)]


def test_a_persons_click_makes_a_warm_lead_of_the_topics_that_the_offer_names(
    cloud: Cloud, clock: Clock, triggers: Triggers, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants_warm(monkeypatch, "linkedin")
    digest()
    clicked(clock, "b")
    assert leads(cloud) == []
    clicked(clock, "a")
    clicked(clock, "b", "a")
    (lead,) = leads(cloud)
    assert (lead.temperature, lead.how, lead.link, types(lead)) == (Temperature.WARM, "click", "a", ["created"])
    (body,) = told(lead)
    assert (body["data"]["lead"]["temperature"], body["data"]["lead"]["presses"]) == ("warm", 0)
    assert triggers.named("lead_made") == []


def test_pressing_the_button_makes_a_warm_lead_hot(
    cloud: Cloud, clock: Clock, triggers: Triggers, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants_warm(monkeypatch, "linkedin")
    digest()
    clicked(clock, "a")
    record_press(press_at(clock.now), clock.now, app)
    (lead,) = leads(cloud)
    assert (lead.temperature, lead.episode, lead.batch, types(lead)) == (
        Temperature.HOT,
        1,
        "b",
        ["created", "updated"],
    )
    assert len(triggers.named("lead_made")) == 1


def test_a_scanner_makes_no_warm_lead(cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    wants_warm(monkeypatch, "linkedin", "kriisit")
    digest()
    clicked(clock, "a", "b", "a", "b", apart=0.2)
    assert leads(cloud) == []


def test_a_click_makes_no_warm_lead_where_there_is_a_lead_already(
    cloud: Cloud, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wants_warm(monkeypatch, "linkedin")
    digest()
    record_press(press_at(clock.now), clock.now, app)
    clicked(clock, "a")
    assert len(leads(cloud)) == 1
