"""What must hold after every schedule, held against the mailbox and not against our own word."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.publication.feedback.feedback_policy import OnDoubt
from newsletter.sending.deliveries_store import Deliveries
from newsletter.sending.ledger import BatchRecord, RecipientStatus, SendResult
from tests.soak.account import Sent
from tests.soak.schedule import Played, Reader
from tests.support.mailings.reports import WholeReport, report_of

LOOK = timedelta(seconds=120)
"""How long before a mail its reader was looked at, at most: the life of the invocation that sends it, and a minute for
which the call may be on its way."""

NOT_MAILED = {RecipientStatus.SUPPRESSED, RecipientStatus.REJECTED, RecipientStatus.DOUBTFUL, RecipientStatus.WAITING}


class Broken(AssertionError):
    """A promise that was not kept."""


def check(played: Played) -> WholeReport:
    """Raise Broken at the first promise that was not kept; otherwise the mailing's report."""
    looped = played.stage.lambdas.looped
    require(not looped, f"Lambda ended events that came round too often, {looped} times")
    sent = [mail for mail in played.stage.account.sent if mail.mailing == played.mailing.id]
    by_address = {reader.email: reader for reader in played.readers}
    with _ledger_read_once():
        report = report_of(played.mailing.id)
        _nobody_twice(sent, by_address, report, played.mailing.doubt)
        _only_who_was_meant(sent, by_address, report)
        _nobody_lost(played, report)
        _the_ledger_tells_the_truth(sent, by_address, report)
        _doubt_has_a_cause(played)
        _who_left_is_left_alone(sent, by_address, played.stage.account.looks)
        _the_certificate_is_right(sent, report)
        _links_are_the_readers_own(played, by_address)
    return report


@contextmanager
def _ledger_read_once() -> Iterator[None]:
    """A schedule that is over changes no more: whoever reads its ledger again gets what was read."""
    read = Deliveries.records
    known: dict[tuple[str, str], list[BatchRecord]] = {}

    def records(self: Deliveries, mailing: str, shard: str = "") -> list[BatchRecord]:
        if (mailing, shard) not in known:
            known[mailing, shard] = list(read(self, mailing, shard))
        return known[mailing, shard]

    with patch.object(Deliveries, "records", records):
        yield


def _nobody_twice(sent: list[Sent], by_address: Mapping[str, Reader], report: WholeReport, doubt: OnDoubt) -> None:
    """Nobody; or, where the mailing chose to resend, whom the report names, and they no more than twice."""
    copies = Counter(mail.to for mail in sent)
    most = 2 if doubt is OnDoubt.RESEND else 1
    too_often = {to: number for to, number in copies.items() if number > most}
    require(not too_often, f"mailed too often: {too_often}")
    twice = {by_address[to].id for to, number in copies.items() if number == 2}
    named = {line.subscriber for line in report.lines if line.twice}
    require(twice == named, f"mailed twice: {sorted(twice)}; named as such: {sorted(named)}")


def _only_who_was_meant(sent: list[Sent], by_address: dict[str, Reader], report: WholeReport) -> None:
    batches = [record.batch for record in app.deliveries.records(report.mailing.id)]
    places = {(batch.id, position): who for batch in batches for position, who in enumerate(batch.recipients)}
    for mail in sent:
        planned = places.get((mail.batch, mail.position))
        require(
            planned == by_address[mail.to].id,
            f"{mail.to} got the mail of {mail.batch}/{mail.position}, which the ledger has for {planned}",
        )


def _nobody_lost(played: Played, report: WholeReport) -> None:
    lines = defaultdict(list)
    for line in report.lines:
        lines[line.subscriber].append(line)
    require(report.planned_to_the_end, "the mailing is not planned to its end")
    for reader in played.readers:
        mine = lines.pop(reader.id, [])
        meant = reader.language in played.mailing.languages
        require(len(mine) <= 1, f"{reader.id} stands {len(mine)} times in the ledger")
        late = reader.joined >= report.mailing.created_at
        gone = reader.left is not None
        require(mine or not meant or late or gone, f"{reader.id} was meant and is not in the ledger")
        require(meant or not mine, f"{reader.id} was not meant and is in the ledger")
        require(all(line.status is not RecipientStatus.WAITING for line in mine), f"{reader.id} still waits")
    require(not lines, f"in the ledger, but no reader of ours: {sorted(lines)}")


def _the_ledger_tells_the_truth(sent: list[Sent], by_address: dict[str, Reader], report: WholeReport) -> None:
    mailed = {by_address[mail.to].id for mail in sent}
    for line in report.lines:
        if line.subscriber in mailed:
            require(line.status not in NOT_MAILED, f"{line.subscriber} got the mail, the ledger says {line.status}")
        else:
            require(line.status in NOT_MAILED, f"{line.subscriber} got no mail, the ledger says {line.status}")


def _doubt_has_a_cause(played: Played) -> None:
    """Nobody is in doubt because an answer of the ledger was lost and came at a later try."""
    for record in app.deliveries.records(played.mailing.id):
        doubted = {SendResult.DOUBTFUL, SendResult.RESENT} & set(record.outcomes)
        require(
            not doubted or played.stage.causes.may_be_doubted(record.batch.id),
            f"batch {record.batch.id} is in doubt, though SES was not called and nobody died",
        )


def _who_left_is_left_alone(
    sent: list[Sent], by_address: dict[str, Reader], looks: Mapping[str, list[tuple[datetime, object]]]
) -> None:
    """Whoever sends has looked right before; who was seen to have left gets nothing."""
    for mail in sent:
        reader = by_address[mail.to]
        before = (look for look, by in looks[reader.id] if by is mail.by and look <= mail.at)
        looked = max(before, default=None)
        recently = looked is not None and mail.at - looked <= LOOK
        require(recently, f"{reader.id} was mailed at {mail.at} and last looked at {looked}")
        gone = reader.left is not None and looked is not None and looked > reader.left
        require(not gone, f"{reader.id} left at {reader.left} and was mailed at {mail.at}")


def _the_certificate_is_right(sent: list[Sent], report: WholeReport) -> None:
    certificate = report.certificate
    require(certificate.balanced, f"the certificate does not add up: {certificate}")
    require(
        certificate.planned == len(report.lines), f"planned {certificate.planned}, in the ledger {len(report.lines)}"
    )
    mailed = len({mail.to for mail in sent})
    require(certificate.accepted == mailed, f"accepted {certificate.accepted}, mailed {mailed}")
    require(certificate.twice == len(sent) - mailed, f"twice {certificate.twice}, mails {len(sent)}")
    require(certificate.undecided == 0, f"{certificate.undecided} are still in doubt after two weeks")


def _links_are_the_readers_own(played: Played, by_address: dict[str, Reader]) -> None:
    for mail in played.stage.account.ses.mailbox.all():
        token = mail.headers["List-Unsubscribe"].strip("<>").rpartition("/")[2]
        owner = app.links.read(LinkPurpose.UNSUBSCRIBE, token).subscriber
        require(owner == by_address[mail.to[0]].id, f"{mail.to[0]} got the unsubscribe link of {owner}")


def require(kept: object, otherwise: str) -> None:
    """Raise Broken, with those words, for a promise that was not kept."""
    if not kept:
        raise Broken(otherwise)
