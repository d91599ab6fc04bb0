"""`newsletter subscribers`: what stands between one address and our mail, and the one thing a person can lift."""

from __future__ import annotations

import getpass
import json
from datetime import timedelta

from cli.confirm import agreed
from cli.faults import Fault
from cli.output import say, when
from newsletter.container import app
from newsletter.platform.errors import InvalidInput
from newsletter.platform.redaction import redacted
from newsletter.platform.times import iso, whole_seconds
from newsletter.readers.email_address import normalised
from newsletter.readers.profiles.profile import Profile
from newsletter.readers.signup.limits_store import BETWEEN_MAILS, MAILS
from newsletter.readers.signup.sign_ups_store import can_be_confirmed
from newsletter.sending.ses.suppression_client import COMPLAINT, Suppressed

UNSUPPRESSED = "unsuppressed"
"""What `newsletter decisions` calls it that a person took an address off SES's list."""


def show(address: str, *, as_json: bool) -> int:
    """The reader's status and what SES's suppression list says of the address; 1 while mail cannot reach it."""
    email, reader = _known_as(address)
    profile = app.subscribers.profile(reader) or Profile(reader)
    now = app.now()
    waits = any(can_be_confirmed(form, now) for form in app.sign_ups.kept(reader, now))
    listed = app.suppression.entry(email)
    status = profile.status or "unknown"
    if as_json:
        found = {
            "subscriber": reader,
            "status": status,
            "left_at": profile.left_at or None,
            "left_how": profile.left_how or None,
            "sign_up_waits": waits,
            "suppressed": {"reason": listed.reason, "since": iso(listed.since)} if listed else None,
        }
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        how = f" since {profile.left_at} ({profile.left_how})" if profile.left_at else ""
        say(f"Subscriber {reader}: {status}{how}")
        say(f"A sign-up waits for its confirmation: {'yes' if waits else 'no'}")
        say(f"SES's suppression list: {_in_words(listed)}")
        if listed:
            say(_way_back(listed))
    return 1 if listed else 0


def unsuppress(address: str, because: str, *, yes: bool) -> int:
    """Take the address off SES's suppression list, after asking; who did it and why is kept among the decisions."""
    email, reader = _known_as(address)
    if not because.strip():
        raise Fault("--because: say who asked for it and when, e.g. --because 'asked by phone, 28.11.'")
    listed = app.suppression.entry(email)
    if listed is None:
        raise Fault(f"SES's suppression list does not have {email}; nothing holds its mail back there")
    say(f"SES's suppression list: {_in_words(listed)}")
    if not yes and not agreed(f"Take {email} off the list? Only its owner may ask for that.", "to do it"):
        say("Nothing was changed.")
        return 1
    # Written first: should the removal fail, the record says what was meant; the other way round it would be missing.
    why = f"{listed.reason} of {iso(listed.since)}; by {getpass.getuser()}, at the command line: {because.strip()}"
    app.decisions.put(whole_seconds(app.now()), f"subscriber {reader}", UNSUPPRESSED, redacted(why))
    app.suppression.remove(email)
    often = f"at most one in {BETWEEN_MAILS // timedelta(minutes=1)} minutes and {MAILS} in 24 hours"
    say(f"Taken off the list. The next sign-up with this address gets its mail ({often}).")
    return 0


def _known_as(address: str) -> tuple[str, str]:
    """The address as we mail it, and its id."""
    try:
        email = normalised(address, allow_test_domains=True)
    except InvalidInput as wrong:
        raise Fault(f"{address!r} is not a mail address") from wrong
    return email, app.ids.of(email)


def _in_words(listed: Suppressed | None) -> str:
    if listed is None:
        return "does not have the address"
    why = "its owner called a mail spam" if listed.reason == COMPLAINT else "a mail to it bounced"
    zone = app.templates.publication.time_zone
    return f"holds its mail back since {when(listed.since, zone)} ({zone}): {why}"


def _way_back(listed: Suppressed) -> str:
    if listed.reason == COMPLAINT:
        return "If its owner asks for it: newsletter subscribers unsuppress ADDRESS --because TEXT"
    return "The next sign-up with the form takes it off the list by itself, once in 30 days."
