"""Why a mail came back: read from what SES reports, kept in a name, and the same whatever order events come in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.sending.ses.bounce_reason import NOT_KNOWN, BounceReason, from_stored, reason_of, worst

UNKNOWN_USER = BounceReason("Permanent", "General", "5.1.1")


def bounce(kind: Any = "Permanent", sub_type: Any = "General", **recipient: Any) -> dict[str, Any]:
    return {"bounce": {"bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": [recipient]}}


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (bounce(status="5.1.1", diagnosticCode="smtp; 550 5.1.1 user unknown"), UNKNOWN_USER),
        (bounce(diagnosticCode="smtp; 550 5.7.1 blocked by a list"), BounceReason("Permanent", "General", "5.7.1")),
        (bounce(diagnosticCode="smtp; 550 no such user at 10.5.1.1"), BounceReason("Permanent", "General", "")),
        (bounce("Transient", "MailboxFull", status=" 4.2.2 "), BounceReason("Transient", "MailboxFull", "4.2.2")),
        (bounce("<b>", {"x": 1}, status=None), NOT_KNOWN),
        ({"bounce": {"bounceType": "Permanent", "bouncedRecipients": "none"}}, BounceReason("Permanent")),
        (
            {"complaint": {"complaintSubType": "OnAccountSuppressionList"}},
            BounceReason("Complaint", "OnAccountSuppressionList"),
        ),
        ({"delivery": {}}, None),
    ],
)
def test_the_reason_is_what_ses_and_the_mail_server_said(event: dict[str, Any], reason: BounceReason | None) -> None:
    assert reason_of(event) == reason


@given(st.text(), st.text(), st.text())
def test_whatever_is_reported_can_be_kept_and_read_again(kind: str, sub_type: str, status: str) -> None:
    reason = reason_of(bounce(kind, sub_type, status=status))
    assert reason is not None
    assert re.fullmatch(r"\w{2,100}", reason.stored, re.ASCII)
    assert from_stored(reason.stored) == reason


@given(
    st.permutations([UNKNOWN_USER, BounceReason("Transient", "General", "4.4.1"), BounceReason("Permanent"), NOT_KNOWN])
)
def test_of_several_reasons_the_same_one_counts_in_any_order(reasons: list[BounceReason]) -> None:
    assert worst(reasons) == UNKNOWN_USER
    assert worst([]) == NOT_KNOWN
