"""`newsletter check --stack`: the deployed stack, compared with the publication and the templates of this repository.

What the caller's rights do not show is a warning and no fault.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from cli.checks.rights import rights_differences
from cli.checks.storage import Difference, names_in_stack, queue_differences, table_differences
from cli.target import LIVE, REPOSITORY
from newsletter.platform.aws.error_codes import NOT_ALLOWED, NOT_THERE
from newsletter.publication.publication import Publication
from rehearsal import environment
from rehearsal.template.model import Function, Stack
from rehearsal.template.stack import MAPPING, load_stack

DEPLOY = "`make deploy`; if that finds nothing to change, somebody changed it by hand, and it is to be put back so"
TABLE, QUEUE, BUCKET = "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::S3::Bucket"
Client = Callable[[str], Any]


@dataclass(frozen=True)
class DeployedStack:
    """A stack as CloudFormation describes it: its parameters, and the template of this repository with them."""

    name: str
    about: Mapping[str, Any]
    given: Mapping[str, str]
    wanted: Stack


def read_stack(name: str, client: Client) -> DeployedStack:
    """Ask CloudFormation for the stack. Raises botocore's errors."""
    about = client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in about.get("Parameters", [])}
    _, _, _, region, account, *_ = about["StackId"].split(":")
    wanted = load_stack(REPOSITORY, _without_table_names(given), region=region, account=account, stack_name=name)
    return DeployedStack(name, about, given, wanted)


def stack_differences(publication: Publication, stack: str, client: Client) -> Iterator[Difference]:
    """Everything in which the stack differs. Without its name (the local cloud) only tables and queues are compared."""
    if not stack:
        wanted = stack_of_environment(publication)
        yield from tables_differences(wanted, client, local=True)
        yield from queues_differences(wanted, client)
        return
    deployed = read_stack(stack, client)
    yield from parameter_differences(publication, deployed)
    yield from tables_differences(deployed.wanted, client, local=False)
    yield from queues_differences(deployed.wanted, client)
    yield from functions_differences(deployed.wanted, client)
    yield from _as_far_as_allowed("schedules", schedule_differences(deployed.wanted, client))
    domain = publication.sender.address.rpartition("@")[2]
    yield from _as_far_as_allowed(f"SES identity {domain}", _identity_differences(domain, client))


def functions_differences(wanted: Stack, client: Client) -> Iterator[Difference]:
    """In what each function differs: its settings, environment and rights."""
    for function in wanted.functions:
        yield from _as_far_as_allowed(
            f"function {function.logical_id}", _function_differences(function, wanted, client)
        )


def _as_far_as_allowed(where: str, look: Iterator[Difference]) -> Iterator[Difference]:
    """The differences; a warning where AWS refuses to show the resource, a fault where the resource is missing."""
    try:
        yield from look
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in NOT_ALLOWED:
            yield where, f"not looked at: AWS refused {error.operation_name}", False
        elif code in NOT_THERE:
            yield where, f"is not there ({error.operation_name}: {code}): `make deploy`", True
        else:
            raise


def parameter_differences(publication: Publication, deployed: DeployedStack) -> Iterator[Difference]:
    """The stack's state, and parameters that contradict the publication or are of an earlier template."""
    about, given, stack = deployed.about, deployed.given, deployed.name
    status = about["StackStatus"]
    if not status.endswith("_COMPLETE") or "ROLLBACK" in status:
        yield f"stack {stack}", f"is {status}: see its events in CloudFormation, then `make deploy`", True
    right = {
        "SenderDomain": (publication.sender.address.rpartition("@")[2], "sender.address"),
        "TimeZone": (publication.time_zone.key, "time_zone"),
        "ReplyDomain": (publication.replies.domain if publication.replies else "", "replies.domain"),
    }
    for name, (value, field) in right.items():
        if given.get(name, "") != value:
            message = (
                f"the stack has {given.get(name) or 'none'}, and {field} of publication.toml means "
                f"{value or 'none'}: set "
                f'{name} = "{value}" in deploy.<stage>.toml and run `make deploy`'
            )
            yield name, message, True
    for name in _parameters_of_template():
        if name not in given:
            yield name, "the deployed stack is of an earlier template, which has no such parameter: `make deploy`", True


def tables_differences(wanted: Stack, client: Client, *, local: bool) -> Iterator[Difference]:
    """In what each table differs from the template: keys, indexes, expiry, backups."""
    actual = names_in_stack(environment.of_functions(wanted), os.environ)
    for table in wanted.of_type(TABLE):
        if name := actual(table.physical_id):
            yield from _as_far_as_allowed(
                f"table {name}", table_differences(table, name, client("dynamodb"), local=local)
            )


def queues_differences(wanted: Stack, client: Client) -> Iterator[Difference]:
    """In what each queue differs from the template."""
    actual = names_in_stack(environment.of_functions(wanted), os.environ)
    for queue in wanted.of_type(QUEUE):
        account = wanted.account
        if url := actual(f"https://sqs.{account.region}.amazonaws.com/{account.account_id}/{queue.physical_id}"):
            yield from _as_far_as_allowed(f"queue {url}", queue_differences(queue, url, client("sqs")))


def _function_differences(function: Function, wanted: Stack, client: Client) -> Iterator[Difference]:
    where = f"function {function.logical_id}"
    name = physical_id(wanted.account.stack_name, function.logical_id, client)
    found = client("lambda").get_function_configuration(FunctionName=name, Qualifier=LIVE)
    last = client("lambda").get_function_configuration(FunctionName=name)
    if found.get("Description") != last.get("Description"):
        runs = f"version {found.get('Version')} ({found.get('Description')}) runs"
        message = (
            f"{runs}, and {last.get('Description')} was deployed last: see docs/deploy.md, What happens during a "
            "deployment; run `make deploy`, unless it was rolled back on purpose"
        )
        yield where, message, False
    properties = next(
        each.properties
        for each in wanted.of_type("AWS::Serverless::Function")
        if each.logical_id == function.logical_id
    )
    for field in ("Handler", "Runtime", "Timeout", "MemorySize"):
        if found.get(field) != properties[field]:
            yield where, f"{field} is {found.get(field)}, and should be {properties[field]}: {DEPLOY}", True
    yield from _environment_differences(where, function, found.get("Environment", {}).get("Variables", {}), wanted)
    role = found["Role"].rpartition("/")[2]
    actual = names_in_stack(environment.of_functions(wanted), os.environ)
    yield from _as_far_as_allowed(
        f"rights of {function.logical_id}", rights_differences(properties, role, wanted, actual, client)
    )


def _environment_differences(
    where: str, function: Function, found: Mapping[str, str], wanted: Stack
) -> Iterator[Difference]:
    """CloudFormation names tables, buckets and queues, alike for all functions; the template has all other values."""
    made = {each.physical_id for each in wanted.of_type(TABLE, BUCKET)}
    for name, value in function.environment.items():
        should = os.environ.get(name, "") if value in made or value.startswith("https://sqs.") else value
        if found.get(name, "") != should:
            yield where, f"{name} is {found.get(name) or 'not set'}, and should be {should}: {DEPLOY}", True


def schedule_differences(wanted: Stack, client: Client, *, stopped: bool = False) -> Iterator[Difference]:
    """In what each schedule differs: its expression, time zone, and whether it is enabled, or not where `stopped`."""
    for name, say, found in _schedules(wanted, client):
        right = {
            "ScheduleExpression": (say["ScheduleExpression"], DEPLOY),
            "ScheduleExpressionTimezone": (say.get("ScheduleExpressionTimezone", "UTC"), DEPLOY),
            "State": (
                "DISABLED" if stopped else say.get("State", "ENABLED"),
                f"`newsletter work start --stack {wanted.account.stack_name}`",
            ),
        }
        for field, (should, mend) in right.items():
            if found.get(field) != should:
                yield f"schedule {name}", f"{field} is {found.get(field)}, and should be {should}: {mend}", True


def is_stopped(wanted: Stack, client: Client) -> bool:
    """Whether every schedule is off, as `newsletter work stop` leaves them."""
    return all(found.get("State") == "DISABLED" for _, _, found in _schedules(wanted, client))


def _schedules(wanted: Stack, client: Client) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Logical id of each schedule, what the template says of it, and what EventBridge Scheduler has."""
    for function in wanted.of_type("AWS::Serverless::Function"):
        for event, body in function.properties["Events"].items():
            if body["Type"] == "ScheduleV2":
                logical_id = f"{function.logical_id}{event}"
                name = physical_id(wanted.account.stack_name, logical_id, client)
                yield logical_id, body["Properties"], client("scheduler").get_schedule(Name=name)


def _identity_differences(domain: str, client: Client) -> Iterator[Difference]:
    found = client("sesv2").get_email_identity(EmailIdentity=domain)
    where = f"SES identity {domain}"
    if not found.get("VerifiedForSendingStatus"):
        yield where, "is not verified, so SES takes no mail from it: publish its DKIM records (docs/deploy.md)", True
    status = found.get("MailFromAttributes", {}).get("MailFromDomainStatus")
    if status != "SUCCESS":
        message = (
            f"its MAIL FROM domain is {status or 'not set'}: publish MX and TXT of bounce.{domain} (docs/deploy.md)"
        )
        yield where, message, True


def physical_id(stack: str, logical_id: str, client: Client) -> str:
    """The name that CloudFormation gave to a resource of the stack."""
    detail = client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])


def events(wanted: Stack, kind: str, client: Client) -> Iterator[tuple[str, str]]:
    """The logical id, and the name or UUID that CloudFormation gave, of each event of the type.

    SAM makes a resource of each; a reader of a queue that is there under a condition is one of the template. Lambda is
    not asked which readers of queues a function has: AWS does not say whether those of an alias are listed by the
    function's name.
    """
    own = [each.logical_id for each in wanted.of_type(MAPPING)] if kind == "SQS" else []
    for logical_id in own:
        yield logical_id, physical_id(wanted.account.stack_name, logical_id, client)
    for function in wanted.of_type("AWS::Serverless::Function"):
        for event, body in function.properties["Events"].items():
            if body["Type"] == kind:
                logical_id = f"{function.logical_id}{event}"
                yield logical_id, physical_id(wanted.account.stack_name, logical_id, client)


@cache
def _parameters_of_template() -> Mapping[str, Any]:
    from rehearsal.template.cloudformation import read_yaml

    parameters: Mapping[str, Any] = read_yaml(REPOSITORY / "template.yaml", "template.yaml")["Parameters"]
    return parameters


def _without_table_names(given: Mapping[str, str]) -> dict[str, str]:
    """The parameters without tables used by name, which are compared with those that the template would make."""
    by_name = ("SubscribersTable", "ContentTable", "DeliveriesTable", "LeadsTable")
    return {name: value for name, value in given.items() if name in _parameters_of_template() and name not in by_name}


def any_stack(sender_domain: str = "example.com", reply_domain: str = "") -> Stack:
    """A stack of the template, whose parameters have their defaults, and any value where there is none."""
    needed = {name: "https://x" for name, said in _parameters_of_template().items() if "Default" not in said}
    needed |= {"OidcIssuer": "https://x", "OidcAudience": "x"}
    return load_stack(REPOSITORY, {**needed, "SenderDomain": sender_domain, "ReplyDomain": reply_domain})


def stack_of_environment(publication: Publication) -> Stack:
    """The stack of the NEWSLETTER_* variables. Only tables and queues are compared: parameters do not matter."""
    replies = publication.replies.domain if publication.replies else ""
    return any_stack(publication.sender.address.rpartition("@")[2], replies)
