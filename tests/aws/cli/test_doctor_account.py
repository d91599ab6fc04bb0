"""`newsletter doctor --stack`: every line is fine in a healthy AWS account, and changes when its thing breaks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cli.doctor.checks import CHECKS
from cli.doctor.dns.resolver import Resolver
from cli.doctor.finding import Check, State
from cli.doctor.place import Place, Wishes
from cli.doctor.side_by_side import findings
from newsletter.container import app
from newsletter.platform.aws import clients as aws
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.support.cloud import Cloud
from tests.support.deployed_stack import NAME, Deployed
from tests.support.name_server import name_server

OUTSIDE = {"feeds", "crm", "issuer"}
"""Servers that are not AWS's; test_doctor.py breaks them."""
OF_AWS = tuple(check for check in CHECKS if check.key not in OUTSIDE)


class Account:
    """The deployed stack with its DNS; `look` gives what the doctor says of it."""

    def __init__(self, cloud: Cloud, records: dict[tuple[str, str], list[str]], port: int) -> None:
        self.cloud, self.records, self._port = cloud, records, port
        self.reset()

    def reset(self) -> None:
        """As it should be."""
        self.stack = Deployed(self.cloud, dict(self.cloud.stack.parameters))
        self.records.clear()
        self.records.update(self.stack.records())

    def look(self, *keys: str, readers: int | None = 12_000, links: int = 5, send: bool = False) -> dict[str, Any]:
        """The findings by key."""
        checks: list[Check] = [check for check in OF_AWS if not keys or check.key in keys]
        wishes = Wishes(readers=readers, links=links, send=send, wait=0)
        place = Place(app, self.stack.client, Resolver("127.0.0.1", self._port), wishes)
        return dict(zip([check.key for check in checks], findings(checks, place), strict=True))


@pytest.fixture
def account(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """A healthy one."""
    loaded: dict[str, Stack] = {}

    def kept(*arguments: Any, **options: Any) -> Stack:
        key = repr((arguments, options))
        if key not in loaded:
            loaded[key] = load_stack(*arguments, **options)
        return loaded[key]

    dynamodb = cloud.client("dynamodb")
    for table in cloud.stack.of_type("AWS::DynamoDB::Table"):
        if table.logical_id != "Guards":
            dynamodb.update_continuous_backups(
                TableName=table.physical_id, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
    monkeypatch.setattr("cli.checks.stack.load_stack", kept)
    monkeypatch.setenv("NEWSLETTER_LOCAL", "")
    app.reset()
    app.decisions.put(datetime.now(UTC), "digest-2026-W48", "sent", "12 articles")
    records: dict[tuple[str, str], list[str]] = {}
    with name_server(records) as port:
        yield Account(cloud, records, port)


def test_a_healthy_account_is_fine_in_every_line(account: Account) -> None:
    found = account.look()
    assert {key: each.message for key, each in found.items() if each.state is not State.FINE} == {}
    assert "a mailing to 12,000 readers takes 15 min at 14 a second" in found["ses_quota"].message


Break = Callable[[Deployed], None]


def put(part: str, **values: Any) -> Break:
    """Replace members of a part of the account."""

    def act(stack: Deployed) -> None:
        kept = getattr(stack, part)
        assert kept is not None
        setattr(stack, part, {**kept, **values})

    return act


def inside(part: str, member: str, **values: Any) -> Break:
    """Replace members of a member."""

    def act(stack: Deployed) -> None:
        kept = getattr(stack, part)
        setattr(stack, part, {**kept, member: {**kept[member], **values}})

    return act


def change(act: Callable[[Deployed], Any]) -> Break:
    """A break that is one expression."""

    def whole(stack: Deployed) -> None:
        act(stack)

    return whole


def parameter(**values: str) -> Break:
    return lambda stack: stack.parameters.update(values)


def without_identity(stack: Deployed) -> None:
    stack.identity = None


def restricted(stack: Deployed) -> None:
    stack.executions, stack.reserved = 1_000, 998


def another_clock(stack: Deployed) -> None:
    stack.date = datetime.now(UTC) - timedelta(seconds=600)


def half_a_minute(stack: Deployed) -> None:
    stack.date = datetime.now(UTC) + timedelta(seconds=30)


def rolled_back(stack: Deployed) -> None:
    stack.status = "UPDATE_ROLLBACK_COMPLETE"


DRIFTED = {"StackDriftStatus": "DRIFTED", "LastCheckTimestamp": datetime(2026, 11, 1, tzinfo=UTC)}
OLD = {"StackDriftStatus": "IN_SYNC", "LastCheckTimestamp": datetime(2020, 1, 1, tzinfo=UTC)}
FAULT, WARNING, UNKNOWN = State.FAULT, State.WARNING, State.UNKNOWN

BREAKS: list[tuple[str, Break, State, str, str]] = [
    # key, what breaks, the state of its line, what it says, what mends it
    ("ses_access", put("account", ProductionAccessEnabled=False), FAULT, "sandbox", "aws sesv2 put-account-details"),
    (
        "ses_access",
        put(
            "account",
            ProductionAccessEnabled=False,
            Details={"ReviewDetails": {"Status": "PENDING", "CaseId": "17"}},
        ),
        FAULT,
        "AWS reviews the request",
        "case 17",
    ),
    ("ses_access", put("account", SendingEnabled=False), FAULT, "switched off", "put-account-sending-attributes"),
    ("ses_access", put("account", EnforcementStatus="PROBATION"), WARNING, "PROBATION", "Support Center"),
    ("ses_access", put("account", EnforcementStatus="SHUTDOWN"), FAULT, "stopped the account", "Support Center"),
    ("ses_quota", inside("account", "SendQuota", Max24HourSend=200.0), FAULT, "sandbox", "production access"),
    ("ses_quota", inside("account", "SendQuota", Max24HourSend=5_000.0), WARNING, "takes 3 days", "L-804C8AE8"),
    ("ses_quota", inside("account", "SendQuota", SentLast24Hours=49_000.0), WARNING, "1,000 of 50,000", "L-804C8AE8"),
    ("ses_pricing", put("account", PricingAttributes={"CurrentPlan": "PRO"}), WARNING, "105 USD", "--plan NONE"),
    ("ses_pricing", put("account", VdmAttributes={"VdmEnabled": "ENABLED"}), WARNING, "Virtual", "VdmEnabled=DISABLED"),
    ("identity", put("identity", VerifiedForSendingStatus=False), FAULT, "not verified", "publish the records"),
    ("identity", without_identity, FAULT, "is not there", "make deploy"),
    ("dkim", inside("identity", "DkimAttributes", SigningEnabled=False), FAULT, "not signed", "--signing-enabled"),
    (
        "dkim",
        inside("identity", "DkimAttributes", Status="FAILED"),
        FAULT,
        "FAILED",
        "first._domainkey.sanaharju.example. 3600 IN CNAME first.dkim.amazonses.com.",
    ),
    (
        "dkim",
        inside("identity", "DkimAttributes", CurrentSigningKeyLength="RSA_1024_BIT"),
        WARNING,
        "1,024 bits",
        "NextSigningKeyLength=RSA_2048_BIT",
    ),
    ("mail_from", put("identity", MailFromAttributes={}), WARNING, "no MAIL FROM", "--mail-from-domain bounce."),
    (
        "mail_from",
        inside("identity", "MailFromAttributes", MailFromDomainStatus="FAILED"),
        FAULT,
        "FAILED",
        "bounce.sanaharju.example. 3600 IN MX 10 feedback-smtp.eu-north-1.amazonses.com.",
    ),
    (
        "dmarc",
        put("identity", MailFromAttributes={}, DkimAttributes={"SigningEnabled": False}),
        FAULT,
        "neither DKIM nor SPF",
        "--signing-enabled",
    ),
    ("spf", put("identity", MailFromAttributes={}), WARNING, "never aligned", ""),
    (
        "configuration_set",
        put("configuration_set", SendingOptions={"SendingEnabled": False}),
        FAULT,
        "switched off",
        "put-configuration-set-sending-options",
    ),
    (
        "configuration_set",
        put("configuration_set", DeliveryOptions={"TlsPolicy": "OPTIONAL"}),
        WARNING,
        "unencrypted",
        "--tls-policy REQUIRE",
    ),
    (
        "configuration_set",
        put("configuration_set", ReputationOptions={"ReputationMetricsEnabled": False}),
        WARNING,
        "not measured",
        "--reputation-metrics-enabled",
    ),
    ("event_flow", change(lambda s: s.destinations.clear()), FAULT, "reports to no SNS topic", "make deploy"),
    ("event_flow", change(lambda s: s.destinations[0].update(Enabled=False)), FAULT, "switched off", "Enabled=true"),
    (
        "event_flow",
        change(lambda s: s.destinations[0].update(MatchingEventTypes=["SEND"])),
        FAULT,
        "does not report BOUNCE, COMPLAINT",
        "update-configuration-set-event-destination",
    ),
    (
        "suppression",
        put("configuration_set", SuppressionOptions={"SuppressedReasons": []}),
        FAULT,
        "bounces and complaints",
        "put-configuration-set-suppression-options",
    ),
    (
        "suppression",
        put("account", SuppressionAttributes={"SuppressedReasons": ["BOUNCE"]}),
        WARNING,
        "does not take up complaints",
        "put-account-suppression-attributes",
    ),
    ("lambda_concurrency", restricted, WARNING, "of which 998 are reserved", "--quota-code L-B99A9384"),
    (
        "api_limits",
        put("site", DefaultRouteSettings={"ThrottlingRateLimit": 3}),
        WARNING,
        "3 clicks",
        "ClicksPerSecond",
    ),
    ("senders", inside("account", "SendQuota", MaxSendRate=3_000.0), WARNING, "2 executions send up", "Senders=6"),
    ("senders", change(lambda s: s.parameters.pop("Senders")), UNKNOWN, "without this parameter", "make deploy"),
    ("recursion", change(lambda s: s.loops.update(Planner="Terminate")), FAULT, "Planner", "--recursive-loop Allow"),
    ("recursion", change(lambda s: s.loops.update(Nurture="Allow")), WARNING, "Nurture", "--recursive-loop Terminate"),
    ("publication", parameter(TimeZone="Europe/Oslo"), FAULT, "Europe/Oslo", 'set TimeZone = "Europe/Helsinki"'),
    ("publication", parameter(SenderDomain="other.example"), FAULT, "other.example", "set SenderDomain ="),
    ("publication", rolled_back, FAULT, "is UPDATE_ROLLBACK_COMPLETE", "make deploy"),
    ("functions", change(lambda s: s.functions["Sender"].update(Timeout=3)), FAULT, "Timeout is 3", "make deploy"),
    ("functions", change(lambda s: s.rights.update(Planner=[])), FAULT, "may not", "make deploy"),
    ("drift", change(lambda s: s.drift.update(Storage=DRIFTED)), WARNING, "by hand", "describe-stack-resource-drifts"),
    (
        "drift",
        change(lambda s: s.drift.update({NAME: {"StackDriftStatus": "NOT_CHECKED"}})),
        UNKNOWN,
        "nobody",
        "detect-",
    ),
    ("drift", change(lambda s: s.drift.update(Email=OLD)), UNKNOWN, "2020-01-01", "detect-stack-drift"),
    (
        "schedules",
        change(lambda s: s.schedules[f"{NAME}-NurtureTick"].update(State="DISABLED")),
        FAULT,
        "NurtureTick: State is DISABLED",
        "make deploy",
    ),
    (
        "schedules",
        change(lambda s: s.schedules[f"{NAME}-PlannerDigest"].update(ScheduleExpression="rate(1 day)")),
        FAULT,
        "rate(1 day)",
        "make deploy",
    ),
    (
        "last_run",
        change(lambda s: s.invocations.pop("Nurture")),
        WARNING,
        "Nurture has not run for 30",
        "aws lambda invoke",
    ),
    (
        "last_run",
        change(lambda s: s.invocations.update(FeedIngest=0)),
        WARNING,
        "FeedIngest has not run",
        "dead-letters",
    ),
    (
        "queues",
        change(lambda s: s.ages.update(BatchQueue=9_000.0)),
        WARNING,
        "in batch has waited 2.5 hours",
        "does Sender run?",
    ),
    ("queues", change(lambda s: s.ages.update(TransactionalQueue=700.0)), WARNING, "has waited 12 min", "Sender"),
    ("clock", another_clock, FAULT, "600 seconds ahead", "timedatectl"),
    ("clock", half_a_minute, WARNING, "seconds behind", "timedatectl"),
    (
        "logs",
        change(lambda s: s.logs.update({f"/aws/lambda/{NAME}-Sender": None})),
        WARNING,
        "for ever",
        f"--retention-in-days 30 --log-group-name /aws/lambda/{NAME}-Sender",
    ),
    (
        "logs",
        change(lambda s: s.logs.update({f"/aws/lambda/{NAME}-Sender": 3653})),
        WARNING,
        "3653 days",
        "put-retention-policy",
    ),
]


def test_each_line_changes_when_its_thing_breaks(account: Account) -> None:
    wrong = []
    for key, act, state, said, mend in BREAKS:
        account.reset()
        act(account.stack)
        found = account.look(key)[key]
        if found.state is not state or said not in found.message or mend not in found.mend:
            wrong.append((key, said, found))
    assert wrong == []


DNS: list[tuple[str, dict[tuple[str, str], list[str] | None], State, str, str]] = [
    (
        "dkim",
        {("second._domainkey.{d}", "CNAME"): None},
        FAULT,
        "1 of 3 records",
        "second._domainkey.{d}. 3600 IN CNAME",
    ),
    (
        "mail_from",
        {("bounce.{d}", "MX"): None},
        FAULT,
        "has the mail server none",
        "bounce.{d}. 3600 IN MX 10 feedback",
    ),
    (
        "mail_from",
        {("bounce.{d}", "MX"): ["1 mx.other.example."]},
        FAULT,
        "mx.other.example",
        "feedback-smtp.eu-north-1",
    ),
    (
        "spf",
        {("bounce.{d}", "TXT"): None},
        FAULT,
        "no SPF record",
        'bounce.{d}. 3600 IN TXT "v=spf1 include:amazonses.com',
    ),
    ("spf", {("bounce.{d}", "TXT"): ['"v=spf1 -all"']}, FAULT, "does not let SES send", "include:amazonses.com"),
    ("spf", {("bounce.{d}", "TXT"): ['"v=spf1 include:amazonses.com +all"']}, WARNING, "everybody", "~all"),
    ("spf", {("bounce.{d}", "TXT"): ['"v=spf1 include:amazonses.com ~all"', '"v=spf1 -all"']}, FAULT, "2 SPF", "TXT"),
    ("dmarc", {("_dmarc.{d}", "TXT"): None}, FAULT, "no DMARC record", '_dmarc.{d}. 3600 IN TXT "v=DMARC1; p=none'),
    ("dmarc", {("_dmarc.{d}", "TXT"): ['"v=DMARC1; rua=mailto:x@{d}"']}, FAULT, "no policy", "p=none"),
    ("dmarc", {("_dmarc.{d}", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"']}, FAULT, "2 DMARC", "p=none"),
    ("mx", {("{d}", "MX"): None}, WARNING, "has no mail server", "{d}. 3600 IN MX 10"),
    ("mx", {("{d}", "MX"): ["0 ."]}, WARNING, "takes no mail", ""),
]


def test_each_record_that_is_missing_or_wrong_is_given_as_it_should_be(account: Account) -> None:
    wrong = []
    for key, records, state, said, mend in DNS:
        account.reset()
        domain = account.stack.domain
        for (name, kind), texts in records.items():
            at = (name.format(d=domain), kind)
            account.records.pop(at)
            if texts is not None:
                account.records[at] = [text.replace("{d}", domain) for text in texts]
        found = account.look(key)[key]
        if found.state is not state or said not in found.message or mend.format(d=domain) not in found.mend:
            wrong.append((key, said, found))
    assert wrong == []


def test_a_policy_of_the_domain_above_counts(account: Account) -> None:
    records = account.records
    records["_dmarc.example", "TXT"] = records.pop((f"_dmarc.{account.stack.domain}", "TXT"))
    assert account.look("dmarc")["dmarc"].state is FAULT, "a registry's own record is nobody's policy"


def test_strict_alignment_leaves_dkim_alone_to_speak_for_the_sender(account: Account) -> None:
    at = (f"_dmarc.{account.stack.domain}", "TXT")
    assert account.look("dmarc")["dmarc"].message.endswith("aligned by DKIM and SPF")
    account.records[at] = ['"v=DMARC1; p=reject; aspf=s"']
    strict = account.look("dmarc")["dmarc"]
    assert (strict.state, strict.message.endswith("(rua); aligned by DKIM")) == (State.FINE, True)
    assert account.stack.identity is not None
    account.stack.identity["DkimAttributes"]["Status"] = "FAILED"
    assert account.look("dmarc")["dmarc"].state is FAULT


def test_dns_that_does_not_answer_is_unknown(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.doctor.dns.resolver.LIFETIME", 0.3)
    for name, kind in list(account.records):
        account.records[name, kind] = ["SERVFAIL"]
    found = account.look("mail_from", "spf", "dmarc", "mx", "identity")
    assert found.pop("identity").state is State.FINE
    assert {each.state for each in found.values()} == {UNKNOWN}
    assert all("--resolver" in each.mend for each in found.values())


ACTIONS = {"sesv2": "ses", "apigatewayv2": "apigateway"}
SOMETIMES = {"dynamodb:DescribeTable", "ssm:GetParameterHistory", "dynamodb:Scan"}
"""Asked for only of a list of more than 200,000, of a pepper that is wrong or has no fingerprint."""


def action(service: str, operation: str) -> str:
    """The IAM action of an API call."""
    prefix = ACTIONS.get(service, service)
    return "apigateway:GET" if prefix == "apigateway" else f"{prefix}:{operation}"


@contextmanager
def noted(account: Account) -> Iterator[None]:
    """What the product's own clients ask is noted and denied like what the doctor's ask."""

    def note(model: Any, **_: Any) -> None:
        account.stack.note(model.service_model.service_name, model.name)

    clients: list[Any] = [aws.client(service) for service in aws.SERVICES]
    for client in clients:
        client.meta.events.register_first("before-call", note)
    try:
        yield
    finally:
        for client in clients:
            client.meta.events.unregister("before-call", note)


def test_each_check_names_the_rights_that_it_needs_and_is_unknown_without(account: Account) -> None:
    for check in OF_AWS:
        account.reset()
        with noted(account):
            account.look(check.key, readers=None, send=True)
            asked = {action(*each): each[1] for each in account.stack.asked}
            assert asked.keys() - set(check.rights) == set(), check.key
            assert set(check.rights) - asked.keys() - SOMETIMES == set(), check.key
            for right, operation in asked.items():
                account.reset()
                account.stack.denied = {operation}
                found = account.look(check.key, readers=None, send=True)[check.key]
                if check.key != "clock":  # a refusal has a date too
                    assert found.state is UNKNOWN, (check.key, operation, found)
                    assert operation in found.message, (check.key, operation, found)
                    assert right in found.mend, (check.key, operation, found)


def test_tables_are_told_by_what_they_lack(account: Account) -> None:
    dynamodb = account.cloud.client("dynamodb")
    table = os.environ["NEWSLETTER_CONTENT_TABLE"]
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    found = account.look("tables")["tables"]
    assert (found.state, "no point-in-time recovery" in found.message) == (FAULT, True)
    assert f"aws dynamodb update-continuous-backups --table-name {table}" in found.mend


def test_a_digest_that_left_no_decision_is_missed(account: Account) -> None:
    """The schedule was due since the stack was made, and the log of decisions has nothing of that time."""
    table, dynamodb = os.environ["NEWSLETTER_CONTENT_TABLE"], account.cloud.client("dynamodb")
    for item in dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "decisions"}},
    )["Items"]:
        dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    found = account.look("last_run")["last_run"]
    assert (found.state, "left no decision" in found.message) == (WARNING, True)
    assert f"newsletter decisions --stack {NAME}" in found.mend
