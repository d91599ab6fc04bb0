"""What may break in an account, and what the doctor's line says then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from cli.doctor.finding import State
from tests.support.doctor.deployed_ses import NAME
from tests.support.doctor.deployed_stack import Deployed

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


ANOTHER = {
    "StackName": "another",
    "Parameters": [
        {"ParameterKey": "MailsPerSecond", "ParameterValue": "200"},
        {"ParameterKey": "RateShare", "ParameterValue": "0.5"},
    ],
}
"""A second stack of this product in the account."""


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
    ("ses_quota", inside("account", "SendQuota", SentLast24Hours=0.0), WARNING, "look like spam", "[warm_up]"),
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
        "MailsPerSecond=200",
    ),
    (
        "senders",
        inside("account", "SendQuota", MaxSendRate=3_000.0),
        WARNING,
        "2 executions send up",
        "MailsPerSecond=5000",
    ),
    ("senders", change(lambda s: s.parameters.pop("MailsPerSecond")), UNKNOWN, "without this parameter", "make deploy"),
    ("rate_share", change(lambda s: s.others.append(ANOTHER)), WARNING, "another 0.5", "set RateShare in"),
    ("recursion", change(lambda s: s.loops.update(Planner="Terminate")), FAULT, "Planner", "--recursive-loop Allow"),
    ("recursion", change(lambda s: s.loops.update(Nurture="Allow")), WARNING, "Nurture", "--recursive-loop Terminate"),
    ("publication", parameter(TimeZone="Europe/Oslo"), FAULT, "Europe/Oslo", 'set TimeZone = "Europe/Helsinki"'),
    ("publication", parameter(SenderDomain="other.example"), FAULT, "other.example", "set SenderDomain ="),
    ("publication", rolled_back, FAULT, "is UPDATE_ROLLBACK_COMPLETE", "make deploy"),
    ("functions", change(lambda s: s.functions["Sender"].update(Timeout=3)), FAULT, "Timeout is 3", "make deploy"),
    (
        "functions",
        change(lambda s: s.live.update(Sender="Release of before")),
        UNKNOWN,
        "version 7 (Release of before) runs, and Release of today was deployed last",
        "make deploy",
    ),
    ("functions", change(lambda s: s.rights.update(Planner=[])), FAULT, "may not", "make deploy"),
    (
        "drift",
        change(lambda s: s.drift.update({f"{NAME}-Messaging-Plan": DRIFTED})),
        WARNING,
        "by hand",
        "describe-stack-resource-drifts",
    ),
    (
        "drift",
        change(lambda s: s.drift.update({NAME: {"StackDriftStatus": "NOT_CHECKED"}})),
        UNKNOWN,
        "nobody",
        "detect-",
    ),
    ("drift", change(lambda s: s.drift.update({f"{NAME}-Email": OLD})), UNKNOWN, "2020-01-01", "detect-stack-drift"),
    (
        "queue_readers",
        change(lambda s: s.mappings.update({f"{NAME}-SenderBatches".ljust(36, "0"): "Disabled"})),
        FAULT,
        "SenderBatches is Disabled: nobody reads its queue",
        f"newsletter work start --stack {NAME}",
    ),
    (
        "schedules",
        change(lambda s: s.schedules[f"{NAME}-NurtureTick"].update(State="DISABLED")),
        FAULT,
        "NurtureTick: State is DISABLED",
        "newsletter work start",
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
        "the oldest in batch has waited 2.5 hours",
        "aws logs tail /newsletter/newsletter-local/sender ",
    ),
    ("queues", change(lambda s: s.ages.update(TransactionalQueue=700.0)), WARNING, "has waited 12 min", "sender"),
    ("clock", another_clock, FAULT, "600 seconds ahead", "timedatectl"),
    ("clock", half_a_minute, WARNING, "seconds behind", "timedatectl"),
    (
        "logs",
        change(lambda s: s.logs.update({f"/newsletter/{NAME}/sender": None})),
        WARNING,
        "for ever",
        f"--retention-in-days 30 --log-group-name /newsletter/{NAME}/sender",
    ),
    (
        "logs",
        change(lambda s: s.logs.update({f"/newsletter/{NAME}/sender": 3653})),
        WARNING,
        "3653 days",
        "put-retention-policy",
    ),
]

BREAKS += [
    (
        "alarms",
        change(lambda s: s.ringing.extend((f"{NAME}-Alarms-1A-LeadWaitAlarm-2B", f"{NAME}-other-Alarms-1A-XAlarm-2B"))),
        WARNING,
        "LeadWaitAlarm rings",
        "docs/operate.md",
    ),
    ("publication", parameter(FeedUrl="https://x.example/feed"), WARNING, "instead of the feeds", 'set FeedUrl = ""'),
    ("publication", parameter(DigestSchedule="cron(30 3 ? * TUE *)"), WARNING, "between 2 and 5", "another hour"),
    (
        "last_run",
        change(lambda s: s.invocations.update(Planner=0)),
        WARNING,
        "Planner has not run for 45",
        '"only": "look after"',  # with the time alone it would send a digest
    ),
]
