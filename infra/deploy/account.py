"""What the account says before anything is built: who asks, how the stack is, what would stand in the way.

What the caller may not look at is not looked at: CloudFormation will say it, some minutes later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from botocore.exceptions import BotoCoreError, ClientError

from cli.faults import Fault
from deploy.failure import UNUSABLE
from deploy.receiving import rule_set_faults
from deploy.stage import Stage

KEPT = ("SubscribersTable", "ContentTable", "DeliveriesTable", "LeadsTable", "PicturesBucket")
"""Parameters by which a stack changes over to other data at once."""
EXECUTIONS_TO_RESERVE = 139
"""Of an account, for ReserveConcurrency: AWS leaves 100 of them unreserved, and the template reserves 39."""
REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")


@dataclass(frozen=True)
class Before:
    """The account, and the parameters that the stack has; none where there is no stack yet."""

    account: str
    given: Mapping[str, str] = field(default_factory=dict)
    exists: bool = False

    def changes(self, wanted: Mapping[str, str]) -> list[str]:
        """Each parameter that gets another value, in words."""
        if not self.exists:
            return []
        return [
            f"{name}: {self.given.get(name, 'none') or 'empty'} -> {value or 'empty'}"
            for name, value in wanted.items()
            if self.given.get(name) != value
        ]


def look(stage: Stage, wanted: Mapping[str, str], other_data: str = "") -> Before:
    """The account. Raises Fault with what is in the way, and the command or line that mends it.

    `other_data`: names of parameters in KEPT that may change in a stack that is there.
    """
    before = _stack(stage, _account(stage))
    faults = [*_other_data(before, wanted, other_data.replace(",", " ").split())]
    for name in KEPT[:-1]:
        if wanted.get(name):
            faults += _as_far_as_allowed(_table(stage, name, wanted[name]))
    if wanted.get("ManageIdentity") == "yes" and before.given.get("ManageIdentity") != "yes":
        faults += _as_far_as_allowed(_identity(stage, wanted["SenderDomain"]))
    faults += _as_far_as_allowed(rule_set_faults(stage, wanted, before.given))
    if wanted.get("ReserveConcurrency") == "yes":
        faults += _as_far_as_allowed(_executions(stage))
    if faults:
        raise Fault("\n".join(faults))
    return before


def _account(stage: Stage) -> str:
    how = "AWS_PROFILE, AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY, or a role of the machine"
    try:
        return str(stage.client("sts").get_caller_identity()["Account"])
    except BotoCoreError as error:
        raise Fault(f"AWS cannot be used ({error}): give credentials, by {how}") from error
    except ClientError as error:
        said = error.response["Error"]
        raise Fault(
            f"AWS refuses the credentials ({said['Code']}: {said['Message']}): give others, by {how}"
        ) from error


def _stack(stage: Stage, account: str) -> Before:
    try:
        about = stage.client("cloudformation").describe_stacks(StackName=stage.stack)["Stacks"][0]
    except ClientError as error:
        said = error.response["Error"]
        if said["Code"] == "ValidationError" and "does not exist" in said["Message"]:
            return Before(account)
        raise Fault(f"AWS refused {error.operation_name}: {said['Code']}: {said['Message']}") from error
    status = about["StackStatus"]
    if status == "REVIEW_IN_PROGRESS":  # somebody looked at what would be made (PLAN=1), and made nothing
        return Before(account)
    if status in UNUSABLE:
        raise Fault(f"the stack {stage.stack} is {status}: {UNUSABLE[status].format(stack=stage.stack)}")
    if status.endswith("_IN_PROGRESS"):
        doing = "deleting" if status.startswith("DELETE") else "deploying"
        raise Fault(
            f"the stack {stage.stack} is {status}: somebody is {doing} it; wait until that is done "
            f"(`aws cloudformation describe-stacks --stack-name {stage.stack}`), then `make deploy` again"
        )
    given = {each["ParameterKey"]: each.get("ParameterValue", "") for each in about.get("Parameters", [])}
    return Before(account, given, exists=True)


def _other_data(before: Before, wanted: Mapping[str, str], allowed: list[str]) -> Iterator[str]:
    if not before.exists:
        return
    for name in KEPT:
        has, gets = before.given.get(name, ""), wanted.get(name, "")
        if has != gets and name not in allowed:
            old = has or "the stack's own"
            yield (
                f"{name}: the stack uses {old}, and would use {gets or 'a new, empty one'} at once. If that is meant, "
                f"add OTHER_DATA={name} to `make deploy`; else put the former value into the file"
            )


def _table(stage: Stage, parameter: str, name: str) -> Iterator[str]:
    client = stage.client("dynamodb")
    try:
        client.describe_table(TableName=name)
    except client.exceptions.ResourceNotFoundException:
        yield f"{parameter}: there is no table {name} in {stage.region}; see `aws dynamodb list-tables`"


def _identity(stage: Stage, domain: str) -> Iterator[str]:
    client = stage.client("sesv2")
    try:
        client.get_email_identity(EmailIdentity=domain)
    except client.exceptions.NotFoundException:
        return
    yield (
        f'SES of {stage.region} knows {domain} already, so the stack cannot make it: ManageIdentity = "no" '
        '(docs/deploy.md, "A domain that SES knows")'
    )


def _executions(stage: Stage) -> Iterator[str]:
    most = stage.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if most < EXECUTIONS_TO_RESERVE:
        yield (
            f'ReserveConcurrency = "yes" needs an account of {EXECUTIONS_TO_RESERVE} concurrent executions, and this '
            f'one has {most}: ReserveConcurrency = "no" until AWS has raised "Concurrent executions" (Service Quotas)'
        )


def _as_far_as_allowed(faults: Iterator[str]) -> list[str]:
    try:
        return list(faults)
    except ClientError as error:
        if error.response["Error"]["Code"] in REFUSED:
            return []
        raise
