"""docs/privacy.md says for how long data is kept as the code and the template keep it, and forgets no place."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.leads.answers import answers_store
from newsletter.leads.inbound import hooks_store
from newsletter.leads.outbox import backoff
from newsletter.mailings.drafts import trials_store
from newsletter.mailings.planning import ledger_keys
from newsletter.platform.aws import failures_store
from newsletter.platform.web import kept_answers_store
from newsletter.publication.publication import Retention
from newsletter.readers.signup import limits_store
from newsletter.readers.transfers import transfer, transfers_store
from newsletter.replies import replies_store
from rehearsal.template.cloudformation import read_yaml
from tests.template.stacks import stack_with_replies

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/privacy.md").read_text("utf-8")
NOTICE = re.sub(r"\n> ?", " ", PAGE.partition("## Tietosuojaseloste")[2])
TABLE = PAGE.partition("## What is kept, how long and why")[2].partition("\n- ")[0]
ROWS = {
    what.partition(":")[0]: (where, until)
    for what, where, until in re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| [^|]+ \|$", TABLE, re.MULTILINE)[1:]
    if not what.startswith("---")
}
"""What is kept, to where and until when."""
STORAGE = {
    name: each
    for file in ("infra/storage.yaml", "infra/replies.yaml")
    for name, each in read_yaml(ROOT / file, file)["Resources"].items()
}
QUEUES = {each.logical_id: each.properties for each in stack_with_replies().of_type("AWS::SQS::Queue")}
PARAMETERS = read_yaml(ROOT / "template.yaml", "template.yaml")["Parameters"]
BACKUP = timedelta(days=35)
"""How far back DynamoDB's point-in-time recovery goes where the template names no RecoveryPeriodInDays."""


def queue(name: str) -> timedelta:
    return timedelta(seconds=QUEUES[name]["MessageRetentionPeriod"])


def received() -> timedelta:
    (rule,) = STORAGE["Received"]["Properties"]["LifecycleConfiguration"]["Rules"]
    return timedelta(days=rule["ExpirationInDays"])


def deleted_pictures() -> timedelta:
    (rule,) = STORAGE["Pictures"]["Properties"]["LifecycleConfiguration"]["Rules"]
    return timedelta(days=rule["NoncurrentVersionExpiration"]["NoncurrentDays"])


KEPT: dict[str, Callable[[], list[timedelta]]] = {
    "A sign-up that nobody confirmed": lambda: [Retention().pending],
    "Profile": lambda: [Retention().left],
    "Consents": list,
    "Visits": lambda: [Retention().clicks],
    "That somebody answered a mail, and their words if they are kept": lambda: [Retention().clicks],
    "Rounds through sequences": list,
    "What was typed after the button of an offer, without a lead": lambda: [answers_store.LIFE],
    "A mark that an address was erased": list,
    "Leads": lambda: [backoff.LIFE],
    "Ledger": lambda: [ledger_keys.LIFE],
    "Reports of SES of a kind that nobody knows yet, without addresses": lambda: [ledger_keys.LIFE],
    "Audit trail": lambda: [Retention().audit],
    "Files that were imported or exported": lambda: [transfer.KEPT],
    "What became of imports and exports, without addresses": lambda: [transfers_store.LISTED],
    "Test mails with the addresses that marketing gave": lambda: [trials_store.LIFE],
    "Limits of sign-ups": lambda: [limits_store.MAIL_PERIOD, longest_limit()],
    "Answers to programs of the company": lambda: [kept_answers_store.LIFE],
    "Why messages failed, without addresses": lambda: [failures_store.LIFE],
    "Ids of what the CRM told us": lambda: [hooks_store.LIFE],
    "Reports of SES, which name the address": lambda: [queue("FeedbackQueue"), queue("FeedbackDeadLetters")],
    "Visits on their way": lambda: [queue("VisitQueue"), queue("VisitDeadLetters")],
    "Answers as they came": lambda: [received()],
    "Notices of answers": lambda: [queue("ReplyQueue"), queue("ReplyDeadLetters")],
    "All other messages": lambda: [others(dead=False), others(dead=True)],
    "What answers were taken for, with the sender's address masked": lambda: [replies_store.LIFE],
    "Pictures of mails": lambda: [deleted_pictures()],
    "Logs": lambda: [timedelta(days=PARAMETERS["LogDays"]["Default"])],
    "Backups of all tables but `Guards`": lambda: [BACKUP],
}
"""Every row of the page, to the periods that the code keeps; none where it ends with something else."""


def longest_limit() -> timedelta:
    assert limits_store.BETWEEN_REMINDERS == limits_store.BETWEEN_READMISSIONS
    return limits_store.BETWEEN_REMINDERS


def others(*, dead: bool) -> timedelta:
    """The longest of the queues, or of the dead letters, that have no row of their own."""
    own = {f"{name}{kind}" for name in ("Feedback", "Visit", "Reply") for kind in ("Queue", "DeadLetters")}
    return max(queue(name) for name in QUEUES.keys() - own if name.endswith("DeadLetters") == dead)


def periods(text: str) -> list[timedelta]:
    """The periods that a text names, in order: `4 days`, `24 hours`."""
    found = re.findall(r"\b(\d+) (day|hour)s?\b", text)
    return [timedelta(**{f"{unit}s": int(number)}) for number, unit in found]


def test_the_page_has_every_row_that_is_known_here_and_no_other() -> None:
    assert list(ROWS) == list(KEPT)


@pytest.mark.parametrize("row", KEPT)
def test_a_row_says_the_period_that_the_code_keeps(row: str) -> None:
    assert periods(ROWS[row][1]) == KEPT[row]()


def test_the_page_on_security_says_the_same_of_the_table_that_forgets() -> None:
    page = (ROOT / "docs/security.md").read_text("utf-8")
    (until,) = re.findall(r"^\| `Guards` \|.*\| ([^|]+) \|$", page, re.MULTILINE)
    assert periods(until) == [kept_answers_store.LIFE, longest_limit(), hooks_store.LIFE, failures_store.LIFE]


def test_every_table_bucket_and_queue_with_addresses_has_a_row() -> None:
    stores = {name for name, each in STORAGE.items() if each["Type"] in ("AWS::DynamoDB::Table", "AWS::S3::Bucket")}
    named = {name for where, _ in ROWS.values() for name in re.findall(r"`(\w+)`", where)}
    assert named == stores | {"FeedbackQueue", "VisitQueue", "ReplyQueue"}


def test_backups_go_as_far_back_as_the_page_says() -> None:
    recovery = {
        name: each["Properties"].get("PointInTimeRecoverySpecification")
        for name, each in STORAGE.items()
        if each["Type"] == "AWS::DynamoDB::Table"
    }
    assert recovery.pop("Guards") is None
    assert all(each == {"PointInTimeRecoveryEnabled": True} for each in recovery.values())


EXPIRING = {
    "leads/answers/answers_store.py": "What was typed after the button of an offer, without a lead",
    "leads/inbound/hooks_store.py": "Ids of what the CRM told us",
    "leads/presses_store.py": "Limits of sign-ups",
    "leads/visits/visits_store.py": "Visits",
    "mailings/drafts/trials_store.py": "Test mails with the addresses that marketing gave",
    "mailings/planning/manifests_store.py": "Ledger",
    "platform/audit/audit_store.py": "Audit trail",
    "platform/aws/failures_store.py": "Why messages failed, without addresses",
    "platform/web/kept_answers_store.py": "Answers to programs of the company",
    "platform/web/quotas_store.py": "Answers to programs of the company",
    "readers/signup/limits_store.py": "Limits of sign-ups",
    "readers/signup/sign_ups_store.py": "A sign-up that nobody confirmed",
    "readers/transfers/transfer_files_store.py": "Files that were imported or exported",
    "readers/transfers/transfers_store.py": "What became of imports and exports, without addresses",
    "replies/mailing_codes_store.py": "Ledger",
    "replies/reader_replies_store.py": "That somebody answered a mail, and their words if they are kept",
    "replies/receiving/handled_replies_store.py": "What answers were taken for, with the sender's address masked",
    "replies/replies_store.py": "What answers were taken for, with the sender's address masked",
    "reports/stats_store.py": "Ledger",
    "sending/deliveries_store.py": "Ledger",
    "sending/feedback/ledger_items.py": "Ledger",
    "sending/feedback/reputation_store.py": None,
    "sending/feedback/unknown_events_store.py": "Ledger",
    "sending/feedback/visit_marks_store.py": "Ledger",
    "sending/warm_up/warm_up_days_store.py": None,
}
"""Modules that write an item with an end, to the row that says when; None for what is about no person."""


def test_whatever_is_kept_for_a_time_has_a_row() -> None:
    """A store that begins to write items with an end has to be put into a row of the page, and its period held here."""
    writes = re.compile(r'"expires": |":expires": |expires = :expires')
    rooms = ROOT / "functions/newsletter"
    found = {
        path.relative_to(rooms).as_posix() for path in rooms.rglob("*.py") if writes.search(path.read_text("utf-8"))
    }
    assert found == set(EXPIRING)
    assert {row for row in EXPIRING.values() if row} <= set(ROWS)


def test_periods_elsewhere_on_the_page_are_those_of_the_table() -> None:
    rest = PAGE.replace(TABLE, "").partition("## Tietosuojaseloste")[0]
    allowed = {each for row in KEPT.values() for each in row()} | {timedelta(hours=72)}  # Article 33
    assert set(periods(rest)) <= allowed
    assert set(periods(rest)) >= {Retention().audit, Retention().clicks, BACKUP}


def test_the_finnish_notice_has_the_same_periods() -> None:
    days = [timedelta(days=int(each)) for each in re.findall(r"(\d+) päiv", NOTICE)]
    answers = [received(), Retention().clicks]
    assert days == [Retention().pending, Retention().left, Retention().clicks, ledger_keys.LIFE, *answers, BACKUP]


def test_what_the_company_must_fill_in_is_in_brackets_and_nothing_else_names_a_company() -> None:
    sample: Any = (ROOT / "tests/publication/publication.toml").read_text("utf-8")
    controller = re.search(r'^controller = "([^"]+)"', sample, re.MULTILINE)
    assert controller
    assert controller[1] not in PAGE
    assert NOTICE.count("[") >= 8
