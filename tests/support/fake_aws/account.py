"""The account: CloudFormation of `change_sets.py`, S3, SSM, STS and DynamoDB of moto, the rest from the template."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, unquote
from xml.sax.saxutils import escape

import boto3
from moto import mock_aws
from werkzeug.wrappers import Request, Response

from rehearsal.environment import of_functions
from rehearsal.template.model import Stack as Template
from rehearsal.template.provision import QUEUE, TABLE, provision
from rehearsal.template.stack import load_stack
from tests.support.fake_aws.change_sets import ACCOUNT, REGION, CloudFormation, Refused, Stack
from tests.support.stack.loopback import served
from tests.template.stacks import ROOT

MANAGED = "aws-sam-cli-managed-default"
"""The stack in which the SAM CLI keeps its bucket."""
OF_MOTO = ("s3", "ssm", "sts", "dynamodb", "sqs")
"""Of SES, moto has the first API, which alone receives mail."""
PATHS = {
    "lambda": r"GET /2015-03-31/functions/(?P<FunctionName>[^/]+)/configuration|GET /2016-08-19/account-settings",
    "scheduler": r"GET /schedules/(?P<Name>[^/]+)",
    "ses": r"GET /v2/email/identities/(?P<EmailIdentity>[^/]+)",
}
REFUSALS = {"json": 400, "missing": 404}


@dataclass
class FakeAws:
    """`log` has each request as (service, operation); `denied` are operations that the caller has no right to."""

    log: list[tuple[str, str]] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)
    templates: dict[str, Template] = field(default_factory=dict)
    identities: dict[str, dict[str, Any]] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    executions: int = 1000

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self.cloudformation = CloudFormation(self._object, self._made)
        self._moto: Any = None

    def client(self, service: str) -> Any:
        """A client of moto in this process."""
        make: Any = boto3.client
        return make(service, region_name=REGION)

    def secrets(self) -> dict[str, str]:
        """The parameters of SSM by name."""
        found = self.client("ssm").describe_parameters()["Parameters"]
        return {
            each["Name"]: self.client("ssm").get_parameter(Name=each["Name"], WithDecryption=True)["Parameter"]["Value"]
            for each in found
        }

    def operations(self, service: str) -> list[str]:
        """What was asked of a service, in order."""
        return [operation for of, operation in self.log if of == service]

    # --- the door ----------------------------------------------------------------------------------------------------

    def application(self, environ: Any, start_response: Any) -> Any:
        """WSGI."""
        signed = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        service = signed[1] if signed else "unsigned"
        with self._lock:
            if service in OF_MOTO or (service == "ses" and not environ["PATH_INFO"].startswith("/v2/")):
                return self._to_moto(service, environ, start_response)
            return self._answer(service, Request(environ))(environ, start_response)

    def _to_moto(self, service: str, environ: Any, start_response: Any) -> Any:
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        self._moto = self._moto or DomainDispatcherApplication(create_backend_app)
        request = Request(environ)
        body = request.get_data()
        environ["wsgi.input"] = BytesIO(body)
        target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        form = parse_qs(body.decode("latin-1")) if service in ("sts", "ses") else {}
        operation = target or form.get("Action", [f"{request.method} {request.path}"])[0]
        self.log.append((service, operation))
        if operation in self.denied:
            return _json({"__type": "AccessDeniedException", "message": "no"}, 400)(environ, start_response)
        if service == "s3":
            environ |= {"SCRIPT_NAME": "", "RAW_URI": environ["PATH_INFO"]}
        return self._moto(environ, start_response)

    def _answer(self, service: str, request: Request) -> Response:
        if service == "cloudformation":
            return self._query(request)
        match = re.fullmatch(PATHS.get(service, "(?!)"), f"{request.method} {unquote(request.path)}")
        self.log.append((service, f"{request.method} {request.path}"))
        if match is None:
            return _json({"message": f"{service}: {request.method} {request.path} is not here"}, 501)
        if service in self.denied:
            return _json({"message": "no"}, 403, "AccessDeniedException")
        named = {name: unquote(value) for name, value in match.groupdict().items() if value}
        if service == "lambda":
            return self._lambda(named)
        if service == "scheduler":
            return self._schedule(named["Name"])
        found = self.identities.get(named["EmailIdentity"])
        return _json(found) if found else _json({"message": "Email identity does not exist."}, 404, "NotFoundException")

    # --- CloudFormation ----------------------------------------------------------------------------------------------

    def _query(self, request: Request) -> Response:
        form = {
            name: values[0] for name, values in parse_qs(request.get_data(as_text=True), keep_blank_values=True).items()
        }
        operation = form["Action"]
        self.log.append(("cloudformation", operation))
        try:
            self._may(operation)
            found = self._of_cloudformation(operation, _nested(form))
        except Refused as error:
            inner = f"<Type>Sender</Type><Code>{error.code}</Code><Message>{escape(str(error))}</Message>"
            return Response(f"<ErrorResponse><Error>{inner}</Error></ErrorResponse>", 400, mimetype="text/xml")
        result = f"<{operation}Result>{_xml(found)}</{operation}Result>"
        return Response(f"<{operation}Response>{result}</{operation}Response>", mimetype="text/xml")

    def _may(self, operation: str) -> None:
        if operation in self.denied:
            user = f"User: arn:aws:iam::{ACCOUNT}:user/ci"
            raise Refused("AccessDenied", f"{user} is not authorized to perform: cloudformation:{operation}")

    def _of_cloudformation(self, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        cloudformation, name = self.cloudformation, asked.get("StackName", "")
        match operation:
            case "DescribeStacks":
                return {"Stacks": [cloudformation.describe(name)]}
            case "CreateChangeSet":
                return cloudformation.create_change_set(asked)
            case "DescribeChangeSet":
                found = cloudformation.change_set(name, asked["ChangeSetName"])
                return {key: value for key, value in found.items() if key[0].isupper()}
            case "ExecuteChangeSet":
                cloudformation.execute_change_set(name, asked["ChangeSetName"])
                return {}
            case "DescribeStackEvents":
                return {"StackEvents": cloudformation.stack(name).events}
            case "GetTemplateSummary":
                names = cloudformation.stack(name).parameters
                return {"Parameters": [{"ParameterKey": each} for each in names]}
            case "DescribeStackResource":
                logical_id = asked["LogicalResourceId"]
                detail = {"LogicalResourceId": logical_id, "PhysicalResourceId": f"{name}-{logical_id}"}
                return {"StackResourceDetail": detail | {"StackName": name, "ResourceType": "AWS::Lambda::Function"}}
            case _:
                raise Refused("InvalidAction", f"{operation} is not here")

    def _object(self, url: str) -> bytes:
        match = re.fullmatch(r"s3://([^/]+)/(.+)|https?://[^/]+/([^/]+)/(.+)", url)
        assert match, url
        bucket, key = match[1] or match[3], match[2] or match[4]
        body: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return body

    def _made(self, stack: Stack) -> None:
        if stack.name == MANAGED:
            self.client("s3").create_bucket(
                Bucket="sam-uploads", CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            stack.outputs = {"SourceBucket": "sam-uploads"}
            return
        template = load_stack(ROOT, stack.parameters, region=REGION, account=ACCOUNT, stack_name=stack.name)
        if stack.name not in self.templates:
            provision(template, self.client, only=(TABLE, QUEUE))
        self.templates[stack.name] = template
        stack.outputs = {name: str(value) for name, value in template.outputs.items()}
        for identity in template.of_type("AWS::SES::EmailIdentity"):
            self.identities[identity.physical_id] = {
                "VerifiedForSendingStatus": False,
                "VerificationStatus": "PENDING",
                "DkimAttributes": {
                    "SigningEnabled": True,
                    "Status": "PENDING",
                    "SigningAttributesOrigin": "AWS_SES",
                    "Tokens": [f"{each}{'x' * 31}" for each in "abc"],
                },
                "MailFromAttributes": {
                    "MailFromDomain": identity.properties["MailFromAttributes"]["MailFromDomain"],
                    "MailFromDomainStatus": "PENDING",
                },
            }

    # --- what the template says of functions and schedules -----------------------------------------------------------

    def _lambda(self, named: dict[str, str]) -> Response:
        if not named:
            limit = {"ConcurrentExecutions": self.executions, "UnreservedConcurrentExecutions": self.executions}
            return _json({"AccountLimit": limit})
        stack = named["FunctionName"].rpartition("-")[0]
        variables = of_functions(self.templates[stack])
        return _json({"FunctionName": named["FunctionName"], "Environment": {"Variables": variables}})

    def _schedule(self, name: str) -> Response:
        for stack, template in self.templates.items():
            for function in template.of_type("AWS::Serverless::Function"):
                for event, body in function.properties["Events"].items():
                    if body["Type"] == "ScheduleV2" and name == f"{stack}-{function.logical_id}{event}":
                        says = body["Properties"]
                        return _json(
                            {
                                "Name": name,
                                "ScheduleExpression": says["ScheduleExpression"],
                                "ScheduleExpressionTimezone": says.get("ScheduleExpressionTimezone", "UTC"),
                                "State": "DISABLED" if name in self.disabled else "ENABLED",
                            }
                        )
        return _json({"Message": f"Schedule {name} does not exist."}, 404, "ResourceNotFoundException")


@contextmanager
def fake_aws() -> Iterator[tuple[FakeAws, dict[str, str]]]:
    """The account, and the variables with which a program talks to it and to nothing else."""
    with mock_aws():
        account = FakeAws()
        with served(account.application) as url:
            _warm(url)
            account.log.clear()
            yield (
                account,
                {
                    "AWS_ENDPOINT_URL": url,
                    "AWS_ACCESS_KEY_ID": "AKIAFAKE",
                    "AWS_SECRET_ACCESS_KEY": "fake",
                    "AWS_EC2_METADATA_DISABLED": "true",
                    "AWS_CONFIG_FILE": "/dev/null",
                    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                    "AWS_MAX_ATTEMPTS": "1",
                    "SAM_CLI_POLL_DELAY": "0.05",
                },
            )


def _warm(url: str) -> None:
    """Have moto import what it needs for each service: seconds, for which a client of the product does not wait."""
    make: Any = boto3.client
    for service, call in (("ssm", "describe_parameters"), ("dynamodb", "list_tables"), ("s3", "list_buckets")):
        getattr(make(service, region_name=REGION, endpoint_url=url), call)()


def _json(document: Any, status: int = 200, error: str = "") -> Response:
    headers = {"x-amzn-ErrorType": error} if error else {}
    return Response(json.dumps(document), status, headers, mimetype="application/json")


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(each)}</{name}>" for name, each in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(each)}</member>" for each in value)
    return escape(str(value))


def _nested(form: dict[str, str]) -> dict[str, Any]:
    """`Parameters.member.1.ParameterKey=A` as {"Parameters": [{"ParameterKey": "A"}]}."""
    found: dict[str, Any] = {}
    for name, value in form.items():
        first, *rest = name.split(".")
        if not rest:
            found[first] = value
            continue
        number = int(rest[1]) - 1
        members = found.setdefault(first, [])
        members += [{} for _ in range(number + 1 - len(members))]
        if len(rest) == 2:
            members[number] = value
        else:
            members[number][rest[2]] = value
    return found
