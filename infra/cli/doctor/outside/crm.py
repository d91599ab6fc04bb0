"""The CRM: is it asked at all, does it take a signed test event, and refuse one with a wrong signature?"""

from __future__ import annotations

from dataclasses import replace

from cli.doctor.finding import Finding, fault, fine, half_known, together, unknown, warning
from cli.doctor.place import Place
from newsletter.leads.crm_client import Crm
from newsletter.leads.manage.send_test import TestAnswer, send_test
from newsletter.leads.outbox.endpoint_health import Access
from newsletter.platform.times import whole_seconds
from newsletter.publication.crm import CrmFormat

WRONG_SECRET = "whsec_" + "d3JvbmcgYnkgaW50ZW50aW9uLCAyNCBieXRlcyE="
"""No secret of anybody's: Base64 of "wrong by intention, 24 bytes!"."""
SLOW = 10.0
"""Seconds; after twenty nobody waits any more."""


def look(place: Place) -> Finding:
    """A CRM that is told by webhooks gets a test event; one with an API of its own only with --send, where it makes a
    contact of nobody.
    """
    app, now = place.app, whole_seconds(place.app.now())
    if not app.publication.offers:
        return fine("the publication has no offer, so no lead goes to the CRM")
    found = list(_health(place))
    plain = app.publication.crm.format is CrmFormat.PLAIN
    if not plain and not place.wishes.send:
        found.append(unknown(f"its API ({app.publication.crm.format}) is asked with --send, which makes a contact"))
        return together(found, "")
    answer = send_test(now, app)
    found += _answered(answer, place)
    signs, refused = app.publication.crm.auth.signs, ""
    if answer.taken and place.wishes.send and plain and signs:
        found += _forged(place)
        refused = ", and refused one with a wrong signature"
    how = "signed test event" if signs else "test event with its token"
    return together(found, f"it has taken a {how} (HTTP {answer.status}, {answer.seconds:.1f} s){refused}")


def _health(place: Place) -> list[Finding]:
    try:
        health = place.app.crm_endpoint.health()
    except Exception as error:  # noqa: BLE001 (raised again unless AWS does not answer)
        return [half_known("whether it is switched off", error)]
    access = health.access(place.app.now())
    if access is Access.OFF:
        why = f": {health.off_why}" if health.off_why else ""
        return [fault(f"it is switched off, and leads wait{why}", f"newsletter leads endpoint --on {place.options}")]
    if access is Access.RESTS:
        until = f"{health.resting_until:%Y-%m-%d %H:%M} UTC" if health.resting_until else "a while"
        return [warning(f"it rests until {until} after it failed", f"newsletter leads endpoint {place.options}")]
    return []


def _answered(answer: TestAnswer, place: Place) -> list[Finding]:
    if answer.taken:
        slow = f"it took {answer.seconds:.0f} seconds; after 20 nobody waits"
        return (
            [warning(slow, "have the CRM answer first and work afterwards (docs/crm.md)")]
            if answer.seconds > SLOW
            else []
        )
    status = f"HTTP {answer.status}" if answer.status else "no answer"
    said = f": {answer.answer}" if answer.answer else ""
    return [
        fault(
            f"it has not taken a test event ({status}{said})", answer.hint or f"newsletter leads test {place.options}"
        )
    ]


def _forged(place: Place) -> list[Finding]:
    """Whether a test event with a signature of somebody else is taken."""
    app = place.app
    crm = Crm(
        app.settings.crm_url,
        lambda: (WRONG_SECRET,),
        lambda: app.secrets.crm_token,
        replace(app.publication.crm),
        allow_http=app.settings.local,
    )
    answer = send_test(whole_seconds(app.now()), app.but(crm=crm))
    if not answer.taken:
        return []
    return [
        warning(
            "it has taken an event with a wrong signature too, so that anybody may send it leads",
            "have the CRM verify the header webhook-signature (docs/crm.md)",
        )
    ]
