"""/console/leads and /api/v1/leads: who took up an offer, what the CRM was told, and what people do about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from console.access.personal import lead_for
from console.principal import Principal
from console.request import Request
from console.responses import clock, page, redirect
from console.wording.language import words
from newsletter.container import app
from newsletter.leads.lead import LeadState, Temperature
from newsletter.leads.manage.acts import SAID, Act, allowed_acts
from newsletter.leads.manage.crm_words import endpoint_in_words
from newsletter.leads.manage.lead_filter import FIELDS, LeadFilter, read_filter
from newsletter.leads.manage.lead_words import (
    EVENTS,
    LABELS,
    is_in_trouble,
    offer_title,
    score_reasons,
    state_in_words,
    subscription_in_words,
    verdict_in_words,
)
from newsletter.leads.manage.leads_as_json import lead_as_json, whole_lead_as_json
from newsletter.leads.manage.list_leads import list_leads
from newsletter.leads.manage.show_lead import ShownLead, show_lead, show_leads
from newsletter.leads.outbox.outbox_event import OutboxEvent
from newsletter.platform.errors import InvalidInput
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.router import View
from newsletter.platform.words.said import say
from newsletter.reports.descriptions import title_of, topic_label

ON_A_PAGE = 25


@dataclass(frozen=True)
class Line:
    """A lead on a page; `who` is their name, else address, and `below` the address where the name is above it."""

    shown: ShownLead
    who: str
    below: str
    offer: str
    label: str
    words: str
    in_trouble: bool


@dataclass(frozen=True)
class EventLine:
    """What the CRM was told, with the body as people read it."""

    event: OutboxEvent
    label: str
    body: str


def show_list(request: Request, who: Principal) -> Answer:
    """Leads, the newest first; those that are held are on top with their buttons."""
    given = {name: request.query(name) for name in FIELDS}
    errors: dict[str, str] = {}
    lines: list[Line] = []
    cursor = None
    try:
        listed = list_leads(_filter(given), app, now=app.now(), limit=ON_A_PAGE, cursor=request.query("cursor"))
        lines = [_line(lead_for(who, shown)) for shown in show_leads(listed.leads, app)]
        cursor = listed.cursor
    except InvalidInput as wrong:
        errors = {wrong.field: wrong.message}
    publication = app.templates.publication
    endpoint = endpoint_in_words(app.crm_endpoint.health(), app.now(), clock)
    return page(
        "leads",
        who,
        status=422 if errors else 200,
        lines=lines,
        undecided=[line for line in lines if line.shown.lead.state is LeadState.HELD],
        filter=given,
        narrowed=any(given.values()),
        errors=errors,
        states=[(state.value, LABELS[state]) for state in LeadState],
        temperatures=[(each.value, each.value) for each in Temperature],
        offers=[(offer.key, offer_title(offer.key, publication, words().language)) for offer in publication.offers],
        cursor=cursor,
        first=not request.query("cursor"),
        address=_addresses(given),
        endpoint=None if endpoint.works else endpoint,
    )


def show(request: Request, who: Principal, lead: str) -> Answer:
    """A lead: who, what they read, why we think that it was a person, and what the CRM was told and said."""
    shown = lead_for(who, show_lead(lead, app))
    publication = app.templates.publication
    mailing = app.mailings.get(shown.lead.mailing) if shown.lead.mailing else None
    done = request.query("done")
    return page(
        "lead",
        who,
        line=_line(shown),
        subscription=subscription_in_words(shown, clock),
        verdict=verdict_in_words(shown.lead, app, words().language),
        score_reasons=score_reasons(shown.lead, app, words().language),
        topics={topic.key: topic_label(topic.key, publication, words().language) for topic in publication.topics},
        came_from=title_of(mailing) if mailing else "",
        acts=[act.value for act in allowed_acts(shown)],
        events=[EventLine(event, EVENTS[event.state], _readable(event.body)) for event in reversed(shown.events)],
        done=SAID[Act(done)] if done in list(Act) else "",
    )


def list_all(request: Request, who: Principal) -> Answer:
    """A page of leads."""
    wanted = _filter({name: request.query(name) for name in FIELDS})
    limit = request.limit()
    listed = list_leads(wanted, app, now=app.now(), limit=limit, cursor=request.query("cursor"))
    leads = [lead_as_json(lead_for(who, shown)) for shown in show_leads(listed.leads, app)]
    return json_answer(200, {"leads": leads, "cursor": listed.cursor})


def show_one(_request: Request, who: Principal, lead: str) -> Answer:
    """Everything that is known of a lead."""
    return json_answer(200, whole_lead_as_json(lead_for(who, show_lead(lead, app)), app))


def switch_endpoint_on(_request: Request, who: Principal) -> Answer:
    """Let the CRM be asked again; pressed twice, it is on."""
    from newsletter.leads.outbox.deliver_events import switch_on  # here, for the cold start

    switch_on(whole_seconds(app.now()), who.name, app)
    return redirect("/console/leads")


def api_act(act: Act) -> View:
    """The view of the API for one act; its answer has the lead as it stands then."""

    def view(_request: Request, who: Principal, lead: str) -> Answer:
        shown = _done(act, lead, who)
        return json_answer(202 if act.tells_the_crm else 200, {"lead": lead_as_json(shown)})

    return view


def api_acted(_request: Request, who: Principal, lead: str) -> Answer:
    """The lead as it stands, for a program that asks for an act it has asked for before."""
    return json_answer(200, {"lead": lead_as_json(lead_for(who, show_lead(lead, app)))})


def button(act: Act) -> View:
    """The view for one act's button; it redirects back to the lead."""

    def view(_request: Request, who: Principal, lead: str) -> Answer:
        _done(act, lead, who)
        return redirect(f"/console/leads/{lead}?done={act}")

    return view


def _done(act: Act, lead: str, who: Principal) -> ShownLead:
    from newsletter.leads.manage.act_on_lead import act_on_lead  # here, for the cold start

    return act_on_lead(act, lead, app, by=who.name, now=whole_seconds(app.now()))


def _filter(given: dict[str, str]) -> LeadFilter:
    return read_filter(given, app.templates.publication.time_zone)


def _addresses(given: dict[str, str]) -> Callable[..., str]:
    """Makes the address of the list with the same filter but for what is given by name; it begins at the newest."""

    def address(**other: str) -> str:
        wanted = {name: value for name, value in {**given, **other}.items() if value}
        return f"/console/leads?{urlencode(wanted)}" if wanted else "/console/leads"

    return address


def _line(shown: ShownLead) -> Line:
    return Line(
        shown=shown,
        who=shown.name or shown.email or say("A reader who is not known any more"),
        below=shown.email if shown.name else "",
        offer=offer_title(shown.lead.offer, app.templates.publication, words().language),
        label=LABELS[shown.lead.state],
        words=state_in_words(shown, clock),
        in_trouble=is_in_trouble(shown),
    )


def _readable(body: str) -> str:
    """The JSON with a line for each value; as it is if it is no JSON."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
