"""What happened to a reader: form, consents, mails, visits, answers, sequences, leads, and nothing that names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from cli.trace import answers, lead_story, mails
from cli.trace.story import Part, Story, Told, told
from newsletter.leads.facts.mailed_articles import bare_address
from newsletter.leads.visits.evidence import Trace, Visit, VisitKind
from newsletter.leads.visits.judge import judge
from newsletter.nurture.enrollments.enrollment import Enrollment
from newsletter.platform.times import iso, parse_iso
from newsletter.readers.current_subscriber import earlier_ids
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.signup.sign_ups_store import can_be_confirmed

if TYPE_CHECKING:
    from newsletter.container import Container

MOST_VISITS = 60
"""Visits to one mailing that are told; a scanner opens every link of a mail."""
DID = {
    VisitKind.LINK: "link opened",
    VisitKind.CANARY: "the link that no reader sees was opened",
    VisitKind.OFFER: "page of an offer opened",
    VisitKind.PRESS: "button of an offer pressed",
    VisitKind.ANSWER: "mail answered",
}


def tell(story: Story, subscriber: str, app: Container, now: datetime) -> None:
    """Everything that is kept of the reader under all the ids that they have had."""
    ids = [subscriber, *earlier_ids(subscriber, app)]
    leads = {lead: None for each in ids for lead in app.reader_data.of(each).leads}
    story.ids = [*ids, *leads]
    _tell_person(story, ids, app, now)
    for found in mails.mails_to(ids, app, now, story.left_out):
        story.add(mails.lines_of(found, app))
    _tell_visits(story, ids, None, app)
    story.add(answers.lines_of(ids, app, now, story.left_out))
    for name in leads:
        if lead := app.leads.get(name):
            story.add(lead_story.lines_of(lead, app))


def tell_way_to_lead(story: Story, name: str, app: Container, now: datetime) -> None:
    """A lead with the way of its reader: form and consents, sequences, the mail that brought it and visits to that."""
    lead = app.leads.get(name)
    if lead is None:
        return
    ids = list(dict.fromkeys([lead.subscriber, *lead.moved_from, *earlier_ids(lead.subscriber, app)]))
    story.ids = [name, *ids]
    _tell_person(story, ids, app, now)
    of_mails = {lead.mailing, *(press.mailing for press in lead.presses)} - {""}
    for mailing in app.mailings.some(of_mails).values():
        for found in mails.mails_in(mailing, ids, app, now):
            story.add(mails.lines_of(found, app))
    _tell_visits(story, ids, of_mails, app)
    story.add(answers.lines_of(ids, app, now, story.left_out))
    story.add(lead_story.lines_of(lead, app))
    story.left_out.append(f"other mails and leads of the reader; `newsletter trace {lead.subscriber}` has them")


def _tell_person(story: Story, ids: Iterable[str], app: Container, now: datetime) -> None:
    for each in ids:
        story.add(_forms(each, app, now))
        story.add(_consents(each, app))
        story.add(_profile(app.subscribers.profile(each)))
        for enrollment in app.enrollments.of(each):
            story.add(_round(enrollment))


def _forms(subscriber: str, app: Container, now: datetime) -> Iterator[Told]:
    for form in app.sign_ups.kept(subscriber, now):
        waits = "waits for its confirmation" if can_be_confirmed(form, now) else "was not confirmed in time"
        change = f"; a change of address of {form.moved_from}" if form.moved_from else ""
        yield told(form.at, Part.FORM, f"{subscriber}: form filled in, {waits}{change}")


def _consents(subscriber: str, app: Container) -> Iterator[Told]:
    for record in app.consents.chain(subscriber):
        consent = record.consent
        about = "" if consent.about == "newsletter" else f" ({consent.about})"
        text = f", text {consent.text_version}" if consent.text_version else ""
        mail = f", from {consent.mailing}" if consent.mailing else ""
        yield told(
            consent.at,
            Part.CONSENT,
            f"{subscriber}: record {record.number}, consent{about} {consent.act} by {consent.how}{text}{mail}",
        )


def _profile(profile: Profile | None) -> Iterator[Told]:
    if profile is None:
        return
    try:
        if profile.left_at:
            how = f" ({profile.left_how})" if profile.left_how else ""
            yield told(parse_iso(profile.left_at), Part.READER, f"{profile.id}: {profile.status}{how}")
        if profile.erased_at:
            yield told(parse_iso(profile.erased_at), Part.READER, f"{profile.id}: erased; nothing else is kept")
    except ValueError:
        return


def _round(enrollment: Enrollment) -> Iterator[Told]:
    name = f"{enrollment.sequence}, round {enrollment.round}"
    due = f"; next step due {iso(enrollment.due_at)}" if enrollment.due_at else ""
    yield told(enrollment.enrolled_at, Part.SEQUENCE, f"{name}: began ({enrollment.trigger.value}){due}")
    for key, step in enrollment.done.items():
        yield told(step.at, Part.SEQUENCE, f"{name}: step {key} planned, batch {step.batch}")
    if enrollment.ended and enrollment.ended_at:
        yield told(enrollment.ended_at, Part.SEQUENCE, f"{name}: ended ({enrollment.ended.value})")


def _tell_visits(story: Story, ids: Iterable[str], only: Collection[str] | None, app: Container) -> None:
    for each in ids:
        for mailing, trace in app.visits.of_subscriber(each).items():
            if only is None or mailing in only:
                story.add(_visits(mailing, trace, story.left_out, app))


def _visits(mailing: str, trace: Trace, left_out: list[str], app: Container) -> Iterator[Told]:
    judged = judge(trace, app.scanner_rules).verdicts
    for visit, verdict in judged[:MOST_VISITS]:
        yield told(visit.at, Part.VISIT, f"{mailing}: {_did(mailing, visit, app)}: {verdict.value}")
    if len(judged) > MOST_VISITS:
        left_out.append(f"{len(judged) - MOST_VISITS} more visits to {mailing}")


def _did(mailing: str, visit: Visit, app: Container) -> str:
    target = app.link_targets.find(mailing, visit.link) if visit.kind is VisitKind.LINK else None
    where = bare_address(target) if target else visit.link
    return f"{DID[visit.kind]}, {where}" if where else DID[visit.kind]
