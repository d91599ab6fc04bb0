"""`newsletter subscribers show`, `end` and `unsuppress`: one reader, and what keeps mail from their address."""

from __future__ import annotations

import getpass
import json
from datetime import timedelta

from cli.confirm import agreed
from cli.faults import Fault
from cli.output import say, when
from newsletter.container import app
from newsletter.overview.show_reader import ShownReader, show_reader
from newsletter.platform.errors import InvalidInput, NotFound, NotNow
from newsletter.platform.redaction import redacted
from newsletter.platform.times import iso, whole_seconds
from newsletter.readers.email_address import normalised
from newsletter.readers.manage.end import end_subscription
from newsletter.readers.manage.find import find_by_address
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.signup.limits_store import BETWEEN_MAILS, MAX_MAILS
from newsletter.readers.signup.sign_ups_store import can_be_confirmed
from newsletter.sending.ses.suppression_client import COMPLAINT, Suppressed

UNSUPPRESSED = "unsuppressed"
"""What `newsletter decisions` calls it that a person took an address off SES's list."""


def show(address: str, *, as_json: bool) -> int:
    """The reader's status and what SES's suppression list says of the address; 1 while mail cannot reach it."""
    email, reader = _email_and_id(address)
    profile = app.subscribers.profile(reader) or Profile(reader)
    now = app.now()
    waits = any(can_be_confirmed(form, now) for form in app.sign_ups.kept(reader, now))
    entry = app.suppression.entry(email)
    status = profile.status or "unknown"
    known = show_reader(reader, now, app) if profile.status or waits else None
    if as_json:
        found = {
            "subscriber": reader,
            "status": status,
            "left_at": profile.left_at or None,
            "left_how": profile.left_how or None,
            "sign_up_waits": waits,
            "suppressed": {"reason": entry.reason, "since": iso(entry.since)} if entry else None,
        }
        print(json.dumps((known.as_json(addresses=True) if known else {}) | found, ensure_ascii=False, indent=2))
    else:
        how = f" since {profile.left_at} ({profile.left_how})" if profile.left_at else ""
        say(f"Subscriber {reader}: {status}{how}")
        say(f"A sign-up waits for its confirmation: {'yes' if waits else 'no'}")
        say(f"SES's suppression list: {_in_words(entry)}")
        if known:
            _print(known)
        if entry:
            say(_how_to_unsuppress(entry))
    return 1 if entry else 0


def end(address: str, *, yes: bool, as_json: bool) -> int:
    """Unsubscribe the reader, after asking. They get no mail from then on."""
    email, _ = _email_and_id(address)
    try:
        reader = find_by_address(email, app)
        if not yes and not agreed(f"End the subscription of {email}? Only they can come back.", "to do it"):
            say("Nothing was changed.")
            return 1
        ended = end_subscription(reader, whole_seconds(app.now()), app)
    except (NotFound, NotNow) as fault:
        raise Fault(f"nobody with the address {email} can be ended: {fault}") from fault
    profile = app.subscribers.profile(ended) or Profile(ended)
    if as_json:
        found = {"subscriber": ended, "status": profile.status, "left_at": profile.left_at or None}
        print(json.dumps(found | {"left_how": profile.left_how or None}, ensure_ascii=False, indent=2))
    else:
        say(f"Subscriber {ended}: {profile.status} since {profile.left_at} ({profile.left_how})")
    return 0


def unsuppress(address: str, because: str, *, yes: bool) -> int:
    """Take the address off SES's suppression list, after asking; who did it and why is kept among the decisions."""
    email, reader = _email_and_id(address)
    if not because.strip():
        raise Fault("--because: say who asked for it and when, e.g. --because 'asked by phone, 28.11.'")
    entry = app.suppression.entry(email)
    if entry is None:
        raise Fault(f"SES's suppression list does not have {email}; nothing holds its mail back there")
    say(f"SES's suppression list: {_in_words(entry)}")
    if not yes and not agreed(f"Take {email} off the list? Only its owner may ask for that.", "to do it"):
        say("Nothing was changed.")
        return 1
    # Recorded first: if the removal fails, the record still says what was attempted; after it, a crash would lose it.
    why = f"{entry.reason} of {iso(entry.since)}; by {getpass.getuser()}, at the command line: {because.strip()}"
    app.decisions.put(whole_seconds(app.now()), f"subscriber {reader}", UNSUPPRESSED, redacted(why))
    app.suppression.remove(email)
    often = f"at most one in {BETWEEN_MAILS // timedelta(minutes=1)} minutes and {MAX_MAILS} in 24 hours"
    say(f"Taken off the list. The next sign-up with this address gets its mail ({often}).")
    return 0


def _print(known: ShownReader) -> None:
    """What else is known, in lines."""
    zone = app.templates.publication.time_zone
    if known.reader:
        choices = known.reader.choices
        say(f"Topics: {', '.join(choices.topics) or 'all'}; {choices.language}, {choices.frequency.value}")
    proof = "; ".join(known.faults) or (f"whole, {len(known.consents)} records" if known.consents else "none")
    say(f"Proof of consent: {proof}")
    for got in known.mails:
        say(f"Got {got.mailing.id}, {when(got.mailing.created_at, zone)}: {got.status.value}")
    say(f"(the last {known.looked_at} mailings were looked through)")
    for article in known.read:
        say(f"Read {article.title}, {when(article.at, zone)}")
    for each in known.enrollments:
        say(f"Sequence {each.sequence}, since {when(each.enrolled_at, zone)}: {', '.join(each.done) or 'no mail yet'}")
    for reply in known.replies:
        say(f"Answered {reply.mailing or 'a mail'}, {when(reply.at, zone)}")
    for lead in known.leads:
        say(f"Lead {lead.id} ({lead.offer}): {lead.state.value}")


def _email_and_id(address: str) -> tuple[str, str]:
    """The address in the spelling that we mail, and the reader's id. Raises Fault."""
    try:
        email = normalised(address, allow_test_domains=True)
    except InvalidInput as wrong:
        raise Fault(f"{address!r} is not a mail address") from wrong
    return email, app.ids.of(email)


def _in_words(entry: Suppressed | None) -> str:
    if entry is None:
        return "does not have the address"
    why = "its owner called a mail spam" if entry.reason == COMPLAINT else "a mail to it bounced"
    zone = app.templates.publication.time_zone
    return f"holds its mail back since {when(entry.since, zone)} ({zone}): {why}"


def _how_to_unsuppress(entry: Suppressed) -> str:
    if entry.reason == COMPLAINT:
        return "If its owner asks for it: newsletter subscribers unsuppress ADDRESS --because TEXT"
    return "The next sign-up with the form takes it off the list by itself, once in 30 days."
