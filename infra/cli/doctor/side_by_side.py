"""Makes the checks side by side: none stops another, and each has its time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from time import monotonic

from cli.doctor.finding import Check, Finding, State, Unknown, fault, unknown
from cli.doctor.place import Place
from cli.faults import LOG_IN, lacks_credentials
from cli.progress import counted
from newsletter.platform.aws.error_codes import NOT_ALLOWED, NOT_THERE
from newsletter.platform.errors import NewsletterError
from newsletter.platform.redaction import redacted


def findings(checks: Sequence[Check], place: Place) -> list[Finding]:
    """What each found, in their order; the checks all begin at once. Raises nothing.

    A thread that hangs is left behind: it ends with the process.
    """
    kept: dict[str, Finding] = {}
    began = monotonic()

    def look(check: Check) -> None:
        kept[check.key] = _looked(check, place)

    threads = [Thread(target=look, args=(check,), name=f"doctor {check.key}", daemon=True) for check in checks]
    for thread in threads:
        thread.start()
    for check, thread in counted(list(zip(checks, threads, strict=True)), "looking", total=len(checks)):
        thread.join(max(0.0, began + seconds_of(check, place) - monotonic()))
    return [kept.get(check.key) or _late(check, place) for check in checks]


def seconds_of(check: Check, place: Place) -> float:
    """How long the check may take."""
    return check.seconds + (place.wishes.wait if check.waits and place.wishes.send else 0)


def _late(check: Check, place: Place) -> Finding:
    return unknown(f"no answer within {seconds_of(check, place):g} seconds", "look at the network, and run it again")


def _looked(check: Check, place: Place) -> Finding:
    try:
        found = check.look(place)
        found = replace(found, message=redacted(found.message))  # of what a feed, a CRM or AWS says
    except Unknown as reason:
        return unknown(str(reason), reason.mend)
    except Exception as error:  # noqa: BLE001 (a check that fails is a finding, and the others go on)
        return _of_error(error, check)
    refused = found.state is State.UNKNOWN and "AWS refused" in found.message
    return unknown(found.message, found.mend or _allow(check)) if refused else found


def _allow(check: Check) -> str:
    return f"allow {', '.join(check.rights)} to whoever runs this (docs/operate.md)"


def _of_error(error: Exception, check: Check) -> Finding:
    from botocore.exceptions import BotoCoreError, ClientError

    if lacks_credentials(error):
        return unknown(f"not looked at: no AWS credentials that hold: {redacted(str(error))}", LOG_IN)
    if isinstance(error, ClientError):
        return _of_aws(error, check)
    if isinstance(error, BotoCoreError):
        return unknown(f"AWS did not answer: {redacted(str(error))}", "look at the network and the region")
    if isinstance(error, NewsletterError):
        return unknown(f"not looked at: {redacted(str(error) or type(error).__name__)}", "newsletter check")
    return unknown(f"this check failed: {type(error).__name__}: {redacted(str(error))}")


def _of_aws(error: object, check: Check) -> Finding:
    said = getattr(error, "response", {}).get("Error", {})
    operation, code = getattr(error, "operation_name", "?"), said.get("Code", "?")
    if code in NOT_ALLOWED:
        return unknown(f"not looked at: AWS refused {operation}", _allow(check))
    if code in NOT_THERE:
        return fault(f"is not there ({operation}: {code}: {redacted(said.get('Message', ''))})", "make deploy")
    return unknown(f"AWS did not answer {operation}: {code}: {redacted(said.get('Message', ''))}")
