"""`newsletter check --stack`: the stack as it is, held against the publication and the templates that are here.

Only what can be seen is compared: what the caller's rights do not show is said, and is no fault.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cli.checks.rights import of_rights
from cli.checks.storage import Difference, named_in, of_queue, of_table
from cli.target import REPOSITORY
from newsletter.publication.publication import Publication
from rehearsal import environment
from rehearsal.template.model import Function, Stack
from rehearsal.template.stack import load_stack

DEPLOY = "`make deploy`; if that finds nothing to change, somebody changed it by hand, and it is to be put back so"
TABLE, QUEUE = "AWS::DynamoDB::Table", "AWS::SQS::Queue"
REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError")
GONE = (
    *("ResourceNotFoundException", "NotFoundException", "ValidationError", "NoSuchEntity", "NoSuchEntityException"),
    *("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
)
Client = Callable[[str], Any]


def stack_differences(publication: Publication, stack: str, client: Client) -> Iterator[Difference]:
    """Everything in which the stack is not what it should be. Without its name, only tables and queues can be seen."""
    if not stack:
        yield from _of_storage(_rehearsed(publication), client, rehearsed=True)
        return
    about = client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    given = {each["ParameterKey"]: each["ParameterValue"] for each in about.get("Parameters", [])}
    yield from _of_parameters(publication, stack, about, given)
    _, _, _, region, account, *_ = about["StackId"].split(":")
    wanted = load_stack(REPOSITORY, _declared(given), region=region, account=account, stack_name=stack)
    yield from _of_storage(wanted, client, rehearsed=False)
    for function in wanted.functions:
        yield from _looked(f"function {function.logical_id}", _of_function(function, wanted, client))
    yield from _looked("schedules", _of_schedules(wanted, client))
    domain = publication.sender.address.rpartition("@")[2]
    yield from _looked(f"SES identity {domain}", _of_identity(domain, client))


def _looked(where: str, look: Iterator[Difference]) -> Iterator[Difference]:
    """What a look finds; where AWS does not let us look, that."""
    try:
        yield from look
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in REFUSED:
            yield where, f"not looked at: AWS refused {error.operation_name}", False
        elif code in GONE:
            yield where, f"is not there ({error.operation_name}: {code}): `make deploy`", True
        else:
            raise


def _of_parameters(
    publication: Publication, stack: str, about: Mapping[str, Any], given: Mapping[str, str]
) -> Iterator[Difference]:
    status = about["StackStatus"]
    if not status.endswith("_COMPLETE") or "ROLLBACK" in status:
        yield f"stack {stack}", f"is {status}: see its events in CloudFormation, then `make deploy`", True
    right = {
        "SenderDomain": (publication.sender.address.rpartition("@")[2], "sender.address"),
        "TimeZone": (publication.time_zone.key, "time_zone"),
    }
    for name, (value, field) in right.items():
        if given.get(name) != value:
            message = (
                f"the stack has {given.get(name) or 'none'}, and {field} of publication.toml means {value}: set "
                f'{name} = "{value}" in samconfig.toml and run `make deploy`'
            )
            yield name, message, True
    for name in _template_parameters():
        if name not in given:
            yield name, "the deployed stack is of an earlier template, which has no such parameter: `make deploy`", True


def _of_storage(wanted: Stack, client: Client, *, rehearsed: bool) -> Iterator[Difference]:
    actual = named_in(environment.of_functions(wanted), os.environ)
    for table in wanted.of_type(TABLE):
        if name := actual(table.physical_id):
            yield from _looked(f"table {name}", of_table(table, name, client("dynamodb"), rehearsed=rehearsed))
    for queue in wanted.of_type(QUEUE):
        account = wanted.account
        if url := actual(f"https://sqs.{account.region}.amazonaws.com/{account.account_id}/{queue.physical_id}"):
            yield from _looked(f"queue {url}", of_queue(queue, url, client("sqs")))


def _of_function(function: Function, wanted: Stack, client: Client) -> Iterator[Difference]:
    where = f"function {function.logical_id}"
    name = _physical(wanted.account.stack_name, function.logical_id, client)
    found = client("lambda").get_function_configuration(FunctionName=name)
    properties = next(
        each.properties
        for each in wanted.of_type("AWS::Serverless::Function")
        if each.logical_id == function.logical_id
    )
    for field in ("Handler", "Runtime", "Timeout", "MemorySize"):
        if found.get(field) != properties[field]:
            yield where, f"{field} is {found.get(field)}, and should be {properties[field]}: {DEPLOY}", True
    yield from _of_environment(where, function, found.get("Environment", {}).get("Variables", {}), wanted)
    role = found["Role"].rpartition("/")[2]
    actual = named_in(environment.of_functions(wanted), os.environ)
    yield from _looked(f"rights of {function.logical_id}", of_rights(properties, role, wanted, actual, client))


def _of_environment(where: str, function: Function, found: Mapping[str, str], wanted: Stack) -> Iterator[Difference]:
    """Names of tables and queues are CloudFormation's, and must be the same in all functions; the rest is known."""
    made = {each.physical_id for each in wanted.of_type(TABLE)}
    for name, value in function.environment.items():
        should = os.environ.get(name, "") if value in made or value.startswith("https://sqs.") else value
        if found.get(name, "") != should:
            yield where, f"{name} is {found.get(name) or 'not set'}, and should be {should}: {DEPLOY}", True


def _of_schedules(wanted: Stack, client: Client) -> Iterator[Difference]:
    for function in wanted.of_type("AWS::Serverless::Function"):
        for event, body in function.properties["Events"].items():
            if body["Type"] != "ScheduleV2":
                continue
            where, say = f"schedule {function.logical_id}{event}", body["Properties"]
            name = _physical(wanted.account.stack_name, f"{function.logical_id}{event}", client)
            found = client("scheduler").get_schedule(Name=name)
            right = {
                "ScheduleExpression": say["ScheduleExpression"],
                "ScheduleExpressionTimezone": say.get("ScheduleExpressionTimezone", "UTC"),
                "State": say.get("State", "ENABLED"),
            }
            for field, should in right.items():
                if found.get(field) != should:
                    yield where, f"{field} is {found.get(field)}, and should be {should}: {DEPLOY}", True


def _of_identity(domain: str, client: Client) -> Iterator[Difference]:
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


def _physical(stack: str, logical_id: str, client: Client) -> str:
    detail = client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return str(detail["StackResourceDetail"]["PhysicalResourceId"])


def _template_parameters() -> Mapping[str, Any]:
    from rehearsal.template.cloudformation import read_yaml

    parameters: Mapping[str, Any] = read_yaml(REPOSITORY / "template.yaml", "template.yaml")["Parameters"]
    return parameters


def _declared(given: Mapping[str, str]) -> dict[str, str]:
    """The stack's parameters but for tables used by name, which are held against what the template would have made."""
    by_name = ("SubscribersTable", "ContentTable", "DeliveriesTable", "LeadsTable")
    return {name: value for name, value in given.items() if name in _template_parameters() and name not in by_name}


def _rehearsed(publication: Publication) -> Stack:
    """The stack of the NEWSLETTER_* variables, of which nothing but tables and queues is compared."""
    needed = {name: "https://x" for name, said in _template_parameters().items() if "Default" not in said}
    return load_stack(REPOSITORY, {**needed, "SenderDomain": publication.sender.address.rpartition("@")[2]})
