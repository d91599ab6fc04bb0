"""What must hold after every schedule at the doors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from newsletter.container import app
from newsletter.leads.lead import lead_id
from newsletter.mailings.status import MailingState
from newsletter.readers.subscriber import Status
from newsletter.sending.ledger import SendResult
from tests.soak.doors import PlayedDoors
from tests.soak.people import Person
from tests.soak.promises import require
from tests.support.readers.stored import stored_profile

LEFT = ("left on the page", "left with one click")
CAMPAIGN = "campaign-ovet"


def check_doors(played: PlayedDoors) -> None:
    """Raise Broken at the first promise that was not kept."""
    doubted = _doubt(played)
    for person in played.people:
        _keeps_its_word(person, played, doubted)
        _consents_are_whole(person.id)
        _leads(person, played)
    _import(played)
    _console(played)


def _doubt(played: PlayedDoors) -> set[str]:
    """The batches that are in doubt, each for a cause."""
    found = set()
    for mailing in app.mailings.newest(100):
        for record in app.deliveries.records(mailing.id):
            doubted = {SendResult.DOUBTFUL, SendResult.RESENT} & set(record.outcomes)
            if doubted:
                found.add(record.batch.id)
                cause = played.causes.may_be_doubted(record.batch.id)
                require(cause, f"{mailing.id}/{record.batch.id} is in doubt, though SES was not called and nobody died")
    return found


def _keeps_its_word(person: Person, played: PlayedDoors, doubted: set[str]) -> None:
    """Whatever a page said was done is done, once."""
    who, said = person.email, person.said
    require(not person.refused, f"{who} was refused: {person.refused}")
    mailings = Counter(mail.tags["mailing"] for mail in played.mails(who))
    own = any(batch.startswith(person.id) for batch in doubted)
    if "signed up" in said:
        require(mailings["confirmation"] or own, f"{who} was told to check their mail, and nothing came")
    profile = stored_profile(app.subscribers, person.id) or {}
    if "confirmed" in said:
        welcomes = mailings["welcome"]
        require(welcomes <= said.count("confirmed"), f"{who} was welcomed {welcomes} times")
        stays = not any(act in said for act in (*LEFT, "had everything erased"))
        require(not stays or welcomes or own, f"{who} confirmed and was not welcomed")
    expected = _status(said)
    require(expected is None or profile.get("status") == expected, f"{who} is {profile.get('status')}: {said}")
    if expected == Status.ACTIVE and {"refused tracking", "allowed tracking"} & set(said):
        wanted = [act for act in said if act.endswith("tracking")][-1] == "allowed tracking"
        require(profile.get("tracking") is wanted, f"{who} {said} and tracking is {profile.get('tracking')}")


def _status(said: list[str]) -> str | None:
    """What the reader must be by now; None for who only filled in the form."""
    status: str | None = None
    for act in said:
        if act == "confirmed":
            status = Status.ACTIVE
        elif act in LEFT:
            status = Status.UNSUBSCRIBED
        elif act == "had everything erased":
            status = Status.ERASED
    return status


def _consents_are_whole(subscriber: str) -> None:
    profile = stored_profile(app.subscribers, subscriber) or {}
    if profile.get("status") in (None, Status.ERASED):
        return
    faults = app.consents.faults(subscriber)
    require(not faults, f"the consents of {subscriber}: {faults}")
    acts = [record.consent for record in app.consents.chain(subscriber)]
    mail = [consent.act for consent in acts if "tracking" not in consent.how]
    left = profile["status"] == Status.UNSUBSCRIBED
    require(mail == ["given", "withdrawn"] * (len(mail) // 2) + ["given"] * (not left), f"{subscriber} has {mail}")
    tracking = [consent.act for consent in acts if "tracking" in consent.how]
    require(all(one != other for one, other in pairwise(tracking)), f"{subscriber} has {tracking} of tracking")


def _leads(person: Person, played: PlayedDoors) -> None:
    """An offer that was taken up is one lead at the CRM, under one id, and one way through the sequence."""
    if "took up the offer" not in person.said or "had everything erased" in person.said:
        return
    leads = [item for item in _leads_of(person) if item["subscriber"] == person.id]
    require(len(leads) == 1, f"{person.email} took up the offer, and there are {len(leads)} leads")
    (lead,) = leads
    ids = {webhook for webhook, of in played.webhooks if str(lead["lead"]) in of}
    require(len(ids) == 1, f"the CRM got the lead of {person.email} as {sorted(ids)}")
    require(lead["state"] == "handed_off", f"the lead of {person.email} is {lead['state']}")
    if _status(person.said) == Status.ACTIVE and not set(LEFT) & set(person.said):
        enrollments = app.enrollments.of(person.id)
        require(len(enrollments) == 1, f"{person.email} is in {len(enrollments)} sequences")
    steps = Counter(mail.tags["mailing"] for mail in played.mails(person.email) if "step" in mail.tags["mailing"])
    require(max(steps.values(), default=1) == 1, f"{person.email} got steps twice: {steps}")


def _leads_of(person: Person) -> list[Mapping[str, object]]:
    offers = app.templates.publication.offers
    found = (app.leads.kept(lead_id(person.id, offer.key, 1)) for offer in offers)
    return [lead.shown for lead in found if lead is not None]


def _import(played: PlayedDoors) -> None:
    if not played.import_done:
        return
    (confirmed, first), (asked, _) = played.imported
    profile = stored_profile(app.subscribers, first) or {}
    require(profile.get("status") == Status.ACTIVE, f"{confirmed} was imported and is {profile.get('status')}")
    _consents_are_whole(first)
    invitations = [mail for mail in played.mails(asked) if mail.tags["mailing"] == "invitation"]
    require(len(invitations) <= 1, f"{asked} was invited {len(invitations)} times")


def _console(played: PlayedDoors) -> None:
    """What marketing was told is on record, and the campaign is what they left it as."""
    status = app.statuses.status(CAMPAIGN)
    if not played.console["start done"]:
        return
    require(status is not None, "the campaign was started and is not there")
    assert status is not None
    decided = Counter(line["decision"] for line in app.decisions.newest(500) if line["run"] == CAMPAIGN)
    for act, word in (("pause", "paused"), ("resume", "resumed"), ("cancel", "cancelled")):
        require(not played.console[f"{act} done"] or decided[word], f"{act} was done, and the records are {decided}")
    if played.console["cancel done"]:
        require(status.state is MailingState.CANCELLED, f"the campaign was cancelled and is {status.state}")
    elif played.console["pause done"] <= played.console["resume done"]:
        require(status.state is MailingState.COMPLETE, f"the campaign is {status.state}, {played.console}")
    twice = Counter(mail.to for mail in played.account.sent if mail.mailing == CAMPAIGN)
    require(max(twice.values(), default=1) == 1, f"mailed too often: {twice}")
