"""The many codes of bounces in a few groups of plain words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.reports.words.bounce_words import MEANINGS, bounce_groups, bounces_as_json, group_of
from newsletter.sending.ses.bounce_reason import BounceReason

STATUSES = st.builds("{}.{}.{}".format, st.sampled_from("245"), st.integers(0, 999), st.integers(0, 999))
REASONS = st.builds(
    BounceReason,
    st.sampled_from(["", "Permanent", "Transient", "Undetermined", "Complaint"]),
    st.sampled_from(["", "General", "NoEmail", "MailboxFull", "Suppressed", "ContentRejected", "SomethingNew"]),
    st.just("") | STATUSES,
)


@pytest.mark.parametrize(
    ("kind", "sub_type", "status", "group"),
    [
        ("Permanent", "General", "5.1.1", "no_such_address"),
        ("Permanent", "NoEmail", "", "no_such_address"),
        ("Permanent", "General", "5.1.10", "no_such_domain"),
        ("Permanent", "General", "5.4.4", "no_such_domain"),
        ("Permanent", "General", "5.2.1", "mailbox_closed"),
        ("Transient", "MailboxFull", "5.2.2", "mailbox_full"),
        ("Transient", "General", "4.2.2", "mailbox_full"),
        ("Transient", "ContentRejected", "5.6.0", "refused"),
        ("Permanent", "General", "5.7.1", "refused"),
        ("Transient", "General", "4.7.1", "refused"),
        ("Transient", "MessageTooLarge", "", "too_large"),
        ("Transient", "General", "5.3.4", "too_large"),
        ("Transient", "General", "4.4.1", "not_reachable"),
        ("Transient", "General", "4.4.7", "not_reachable"),
        ("Transient", "CustomTimeoutExceeded", "", "not_reachable"),
        ("Permanent", "OnAccountSuppressionList", "5.1.1", "not_tried"),
        ("Complaint", "OnAccountSuppressionList", "", "not_tried"),
        ("Permanent", "General", "", "other"),
        ("Undetermined", "Undetermined", "5.0.0", "other"),
    ],
)
def test_each_code_has_a_group_in_plain_words(kind: str, sub_type: str, status: str, group: str) -> None:
    assert group_of(BounceReason(kind, sub_type, status)) == group


@given(st.dictionaries(REASONS, st.integers(1, 1000)))
def test_the_groups_have_every_mail_once(reasons: dict[BounceReason, int]) -> None:
    stored = {reason.stored: mails for reason, mails in reasons.items()}
    groups = bounce_groups(stored)
    assert sum(group.mails for group in groups) == sum(reasons.values())
    assert sum(group.mails for group in groups if group.for_good) == sum(
        mails for reason, mails in reasons.items() if reason.for_good
    )
    assert all(group.key in MEANINGS and group.name and group.codes for group in groups)
    assert len({(group.key, group.for_good) for group in groups}) == len(groups)
    assert sum(one["mails"] for group in bounces_as_json(stored) for one in group["reported"]) == sum(reasons.values())
