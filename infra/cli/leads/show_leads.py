"""`newsletter leads list` and `show`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from cli.faults import Fault
from cli.output import say, table, when
from newsletter.container import app
from newsletter.leads.manage.lead_filter import read_filter
from newsletter.leads.manage.lead_words import (
    EVENTS,
    LABELS,
    attempt_in_words,
    is_in_trouble,
    score_reasons,
    state_in_words,
    subscription_in_words,
    verdict_in_words,
)
from newsletter.leads.manage.leads_as_json import lead_as_json, whole_lead_as_json, without_personal_data
from newsletter.leads.manage.list_leads import list_leads
from newsletter.leads.manage.show_lead import ShownLead, show_lead, show_leads
from newsletter.platform.errors import NotFound


def show_list(filters: Mapping[str, str], limit: int, cursor: str, *, addresses: bool, as_json: bool) -> int:
    """A page of leads, the newest first."""
    zone = app.templates.publication.time_zone
    page = list_leads(read_filter(filters, zone), app, now=app.now(), limit=limit, cursor=cursor)
    leads = show_leads(page.leads, app)
    if as_json:
        listed = [lead_as_json(shown) for shown in leads]
        kept = listed if addresses else [without_personal_data({"lead": each})["lead"] for each in listed]
        print(json.dumps({"leads": kept, "cursor": page.cursor}, ensure_ascii=False, indent=2))
        return 0
    if leads:
        columns = (
            "Lead",
            f"Made ({zone})",
            "Offer",
            "Kind",
            "State",
            "CRM",
            "Score",
            *(("Reader",) if addresses else ()),
        )
        table(columns, (_row(shown, addresses=addresses) for shown in leads), ("Score",))
    elif any(filters.values()):
        say("No lead fits." if page.cursor is None else "None of the leads looked through so far fits.")
    else:
        say("No lead yet.")
    if page.cursor:
        say(f"Older ones: --cursor '{page.cursor}'")
    return 0


def show(lead: str, *, addresses: bool, as_json: bool) -> int:
    """All that is known of a lead; 1 while the CRM was told in vain, so that a script notices."""
    try:
        shown = show_lead(lead, app)
    except NotFound as nothing:
        raise no_such_lead(lead) from nothing
    if as_json:
        data = whole_lead_as_json(shown, app)
        print(json.dumps(data if addresses else without_personal_data(data), ensure_ascii=False, indent=2))
    else:
        _print(shown, addresses=addresses)
    return 1 if is_in_trouble(shown) else 0


def no_such_lead(lead: str) -> Fault:
    """What to say of an id that no lead has."""
    return Fault(f"there is no lead {lead}; `newsletter leads list` names them")


def _row(shown: ShownLead, *, addresses: bool) -> tuple[str, ...]:
    lead = shown.lead
    return (
        lead.id,
        when(lead.at, app.templates.publication.time_zone),
        lead.offer,
        lead.temperature.value,
        lead.state.value,
        EVENTS[shown.events[-1].state] if shown.events else "",
        str(lead.score.value),
        *((shown.email or "no longer known",) if addresses else ()),
    )


def _print(shown: ShownLead, *, addresses: bool) -> None:
    lead, zone = shown.lead, app.templates.publication.time_zone
    say(f"{lead.id}: {LABELS[lead.state]}. {state_in_words(shown, lambda moment: when(moment, zone))}")
    say(
        f"{lead.temperature.value}, offer {lead.offer}, made {when(lead.at, zone)} ({zone}),"
        f" from {'an answer to ' if lead.how == 'answer' else ''}{lead.mailing or 'no mail'}"
    )
    who = f"{shown.name} <{shown.email}>" if shown.name else shown.email
    say(f"Reader {lead.subscriber}{f', {who}' if addresses and who else ''}")
    say(f"Newsletter: {subscription_in_words(shown, lambda moment: when(moment, zone))}")
    if addresses:
        for name, value in lead.answers.items():
            say(f"    {name}: {value}".replace("\n", "\n        "))
    found, *reasons = verdict_in_words(lead, app)
    say(f"\n{found}")
    for reason in reasons:
        say(f"    {reason}")
    say(f"\nScore: {lead.score.value} of 100")
    for reason in score_reasons(lead, app):
        say(f"    {reason}")
    if lead.read:
        say("\nRead:")
    for article in lead.read:
        say(f"    {when(article.at, zone)}  {article.title}")
    for event in shown.events:
        say(f"\n{event.type} ({event.webhook}), {when(event.at, zone)}: {EVENTS[event.state]}")
        for attempt in event.attempts:
            say(f"    {when(attempt.at, zone)}  {attempt.seconds:.1f} s  {attempt_in_words(attempt)}")
        if event.due_at and event.attempts:
            say(f"    tried again: {when(event.due_at, zone)}")
