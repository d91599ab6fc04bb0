"""Sends three mails to the mailbox simulator of SES, and waits until their events are in the ledger.

That is the whole way: SES, SNS, the feedback queue, the function Feedback, and the table Deliveries. The simulator's
addresses are nobody's, and what becomes of them counts for no reputation (AWS: send-an-email-from-console).
"""

from __future__ import annotations

import secrets
from time import monotonic

from botocore.exceptions import ClientError

from cli.doctor.finding import Finding, fault, fine, warning
from cli.doctor.place import Place
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.aws.error_codes import NOT_ALLOWED
from newsletter.platform.redaction import redacted
from newsletter.sending.feedback.record_feedback import PROBE

SIMULATED = {"success": "delivered", "bounce": "bounced", "complaint": "complained"}
"""Address of the simulator, and what SES reports of it."""
SUBJECT = "Test of the event flow"
PAUSE = 2.0
"""Seconds between two looks at the ledger."""


def probe(place: Place) -> Finding:
    """Send and wait, at most as long as is wished."""
    app, token = place.app, secrets.token_hex(6)
    batch = Batch(PROBE, token, PROBE, tuple(SIMULATED))
    app.deliveries.claim(batch, "." * len(SIMULATED), {}, app.now())
    for position, local in enumerate(SIMULATED):
        try:
            _send(place, f"{local}+{token}@simulator.amazonses.com", token, position)
        except ClientError as error:
            said = error.response["Error"]
            if said.get("Code") in NOT_ALLOWED:
                raise
            return fault(
                f"SES did not take a mail to its simulator: {said.get('Code')}: {redacted(said.get('Message', ''))}",
                "see the lines of SES above",
            )
    began = monotonic()
    while missing := _missing(place, token):
        if monotonic() - began > place.wishes.wait:
            return _late(place, missing)
        app.sleep(PAUSE)
    seconds = monotonic() - began
    if seconds > place.wishes.wait / 2:
        return warning(f"delivery, bounce and complaint came back, but only after {seconds:.0f} seconds", "")
    return fine(f"delivery, bounce and complaint of the simulator came back in {seconds:.1f} seconds")


def _send(place: Place, to: str, token: str, position: int) -> None:
    tags = {"mailing": PROBE, "batch": token, "position": str(position)}
    place.client("sesv2").send_email(
        FromEmailAddress=place.app.publication.sender.address,
        Destination={"ToAddresses": [to]},
        Content={"Simple": {"Subject": {"Data": SUBJECT}, "Body": {"Text": {"Data": SUBJECT}}}},
        ConfigurationSetName=place.app.settings.configuration_set,
        EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
    )


def _missing(place: Place, token: str) -> list[str]:
    """The events that have not come yet."""
    known = place.app.deliveries.events(PROBE, token)
    return [event for position, event in enumerate(SIMULATED.values()) if position not in known.get(event, frozenset())]


def _late(place: Place, missing: list[str]) -> Finding:
    return fault(
        f"SES took the mails, and after {place.wishes.wait:g} seconds these events are not in the ledger: "
        f"{', '.join(missing)}",
        f"newsletter dead-letters show feedback {place.options}\nthen look at the log of the function Feedback, and "
        "whether SES may publish to the topic (its policy and the policy of its key: infra/messaging.yaml)",
    )
