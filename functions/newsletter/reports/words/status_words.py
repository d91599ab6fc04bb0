"""What the figures of a report are called where marketing reads them, and what each of them means."""

from __future__ import annotations

from newsletter.platform.words.said import say
from newsletter.reports.certificate import Certificate
from newsletter.sending.ledger import RecipientStatus

MEANINGS = {
    RecipientStatus.WAITING: (say("not sent yet"), say("its turn has not come")),
    RecipientStatus.ACCEPTED: (say("sent, no word yet"), say("no mail server has said yet what became of it")),
    RecipientStatus.DELAYED: (
        say("delayed"),
        say("the reader's mail server keeps it waiting; it is tried again by itself"),
    ),
    RecipientStatus.DELIVERED: (say("delivered"), say("the reader's mail server took it")),
    RecipientStatus.CLICKED: (say("clicked"), say("a person clicked a link of it")),
    RecipientStatus.ANSWERED: (say("answered"), say("a person answered it by mail")),
    RecipientStatus.SOFT_BOUNCED: (say("came back for now"), say("a full mailbox, say; the next mailing tries again")),
    RecipientStatus.BOUNCED: (say("bounced"), say("there is no such mailbox; we do not write there again")),
    RecipientStatus.COMPLAINED: (
        say("reported as spam"),
        say("the reader pressed that button; we do not write to them again"),
    ),
    RecipientStatus.FAILED: (say("not sent by SES"), say("the mail service took it and then could not send it")),
    RecipientStatus.SUPPRESSED: (say("left out"), say("they had left, paused or bounced before their turn came")),
    RecipientStatus.REJECTED: (say("refused by SES"), say("the mail service did not take it")),
    RecipientStatus.DOUBTFUL: (
        say("not known whether sent"),
        say("the mail service gave no answer, and we do not risk a second mail"),
    ),
}
"""Name and meaning of each recipient status."""

SUMS = {
    "accepted": say("sent"),
    "suppressed": MEANINGS[RecipientStatus.SUPPRESSED][0],
    "rejected": MEANINGS[RecipientStatus.REJECTED][0],
    "doubtful": MEANINGS[RecipientStatus.DOUBTFUL][0],
    "waiting": MEANINGS[RecipientStatus.WAITING][0],
}
"""Names of the parts that the planned mails of a certificate are made of."""


def parts_in_words(sums: Certificate) -> str:
    """The planned mails as a sum, as `40 planned = 37 sent + 3 left out`, with every part that is not zero."""
    parts = [_part(getattr(sums, name), words) for name, words in SUMS.items() if getattr(sums, name)]
    sum_of = parts[0] if parts else _part(0, SUMS["accepted"])
    for part in parts[1:]:
        sum_of = say("{first} + {second}", first=sum_of, second=part)
    return say("{planned} planned = {parts}", planned=sums.planned, parts=sum_of)


def _part(number: int, what: str) -> str:
    return say("{number} {what}", number=number, what=what)
