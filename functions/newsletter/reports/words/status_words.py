"""What the figures of a report are called where marketing reads them, and what each of them means."""

from __future__ import annotations

from newsletter.reports.certificate import Certificate
from newsletter.sending.ledger import RecipientStatus

MEANINGS = {
    RecipientStatus.WAITING: ("not sent yet", "its turn has not come"),
    RecipientStatus.ACCEPTED: ("sent, no word yet", "no mail server has said yet what became of it"),
    RecipientStatus.DELAYED: ("delayed", "the reader's mail server keeps it waiting; it is tried again by itself"),
    RecipientStatus.DELIVERED: ("delivered", "the reader's mail server took it"),
    RecipientStatus.CLICKED: ("clicked", "a person opened a link of it"),
    RecipientStatus.SOFT_BOUNCED: ("came back for now", "a full mailbox, say; the next mailing tries again"),
    RecipientStatus.BOUNCED: ("bounced", "there is no such mailbox; we do not write there again"),
    RecipientStatus.COMPLAINED: ("reported as spam", "the reader pressed that button; we do not write to them again"),
    RecipientStatus.FAILED: ("not sent by SES", "the mail service took it and then could not send it"),
    RecipientStatus.SUPPRESSED: ("left out", "they had left, paused or bounced before their turn came"),
    RecipientStatus.REJECTED: ("refused by SES", "the mail service did not take it"),
    RecipientStatus.DOUBTFUL: (
        "not known whether sent",
        "the mail service gave no answer, and we do not risk a second mail",
    ),
}
"""Name and meaning of each recipient status."""

SUMS = {
    "accepted": "sent",
    "suppressed": MEANINGS[RecipientStatus.SUPPRESSED][0],
    "rejected": MEANINGS[RecipientStatus.REJECTED][0],
    "doubtful": MEANINGS[RecipientStatus.DOUBTFUL][0],
    "waiting": MEANINGS[RecipientStatus.WAITING][0],
}
"""Names of the parts that the planned mails of a certificate are made of."""


def parts_in_words(sums: Certificate) -> str:
    """The planned mails as a sum, as `40 planned = 37 sent + 3 left out`, with every part that is not zero."""
    parts = [f"{getattr(sums, name):,} {words}" for name, words in SUMS.items() if getattr(sums, name)]
    return f"{sums.planned:,} planned = {' + '.join(parts) or '0 sent'}"
