"""Reads template.yaml and its nested files into one `Stack`, and refuses what the local cloud does not know."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rehearsal.template.cloudformation import NESTED, Account, Resource, Template
from rehearsal.template.model import Function, QueueSource, Route, Schedule, Stack
from rehearsal.template.provision import PROVISIONED, RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FUNCTION = "AWS::Serverless::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"

# Types that the local cloud does not create, and why nothing is missing without them. Any other type is an error.
NO_EMULATION = {
    FUNCTION: "run in this process",
    MAPPING: "the pollers of the local cloud feed the function",
    "AWS::Serverless::HttpApi": "the local server is the API",
    "AWS::Serverless::LayerVersion": "its folder is read in place",
    "AWS::SES::EmailIdentity": "settings of the SES fake",
    "AWS::SES::ConfigurationSet": "settings of the SES fake",
    "AWS::SES::ConfigurationSetEventDestination": "settings of the SES fake",
    "AWS::SES::ReceiptRuleSet": "the one that is active",
    "AWS::SES::ReceiptRule": "settings of the receiver (ses/receiving/)",
    "AWS::CloudWatch::Alarm": "nobody is woken by a rehearsal",
    "AWS::CloudWatch::Dashboard": "the start page shows what runs",
    "AWS::Logs::LogGroup": "the last lines are kept in memory (lambda_/log_groups.py)",
    "AWS::Logs::MetricFilter": "nobody is woken by a rehearsal",
    "AWS::KMS::Key": "the emulators encrypt nothing",
    **dict.fromkeys(
        (
            *("AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping", "AWS::CloudFront::CachePolicy"),
            *("AWS::CloudFront::Distribution", "AWS::CloudFront::Function", "AWS::SecretsManager::Secret"),
        ),
        "the local server is asked directly",
    ),
    **dict.fromkeys(
        (
            *("AWS::Cognito::UserPool", "AWS::Cognito::UserPoolGroup", "AWS::Cognito::UserPoolResourceServer"),
            *("AWS::Cognito::UserPoolClient", "AWS::Cognito::UserPoolDomain"),
        ),
        "the local cloud has an issuer of its own",
    ),
    "AWS::S3::BucketPolicy": "the emulators ask nobody for rights",
    "AWS::SNS::TopicPolicy": "the emulators ask nobody for rights",
    "AWS::SQS::QueuePolicy": "the emulators ask nobody for rights",
}

# Event properties that change nothing here (retries and dead letters of the scheduler, names), beside those we read.
_QUEUE_PROPERTIES = {
    "Queue",
    "BatchSize",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "ScalingConfig",
    "Enabled",
}
_SCHEDULE_PROPERTIES = {
    "ScheduleExpression", "ScheduleExpressionTimezone", "Input", "State",
    "DeadLetterConfig", "RetryPolicy", "FlexibleTimeWindow", "Name", "OmitName", "Description", "RoleArn",
}  # fmt: skip
_ROUTE_PROPERTIES = {"ApiId", "Path", "Method", "PayloadFormatVersion", "TimeoutInMillis", "RouteSettings", "Auth"}
# What a target of a rule may say. What changes its input is not done here; where it ends up when it fails, and with
# which rights, changes nothing.
_TARGET_PROPERTIES = {"Id", "Arn", "DeadLetterConfig", "RetryPolicy", "RoleArn"}


def load_stack(
    root: Path,
    parameters: Mapping[str, str],
    *,
    region: str = "eu-north-1",
    account: str = "123456789012",
    stack_name: str = "newsletter-local",
) -> Stack:
    """The stack of `root`/template.yaml with these parameters. Needs no emulator: names are `<stack>-<logical id>`.

    Raises `TemplateError` (one line: file, logical id, what) on anything the local cloud does not know."""
    top = Template(root, "template.yaml", parameters, Account(stack_name, region, account))
    functions: dict[str, Function] = {}
    mappings: list[Resource] = []
    resources: dict[str, dict[str, Resource]] = {}
    for template in _with_nested(top):
        here = resources.setdefault(template.file, {})
        for logical_id, body in template.active().items():
            if body["Type"] in NESTED:
                continue
            if body["Type"] not in PROVISIONED and body["Type"] not in NO_EMULATION:
                raise template.fail(logical_id, f"the local cloud does not know the type {body['Type']}")
            if body["Type"] == FUNCTION:
                resource = template.resource(logical_id, _with_globals(template, body.get("Properties", {})))
                functions[resource.physical_id] = _function(template, resource)
            else:
                resource = template.resource(logical_id)
            for number, target in enumerate(resource.properties["Targets"] if resource.type == RULE else ()):
                _known(template, f"{logical_id}.Targets.{number}", target, _TARGET_PROPERTIES)
            if resource.type == MAPPING:
                _known(
                    template, logical_id, resource.properties, {"FunctionName", "EventSourceArn"} | _QUEUE_PROPERTIES
                )
                mappings.append(resource)
            here[resource.logical_id] = resource
    for mapping in mappings:
        _add_source(functions, mapping.properties)
    _names_are_unique(top, resources)
    outputs = {
        name: top.output(name)
        for name, body in top.document.get("Outputs", {}).items()
        if "Condition" not in body or top.condition(body["Condition"], f"Outputs.{name}")
    }
    return Stack(top.account, tuple(functions.values()), resources, outputs, dict(top.parameters))


def _add_source(functions: dict[str, Function], mapping: Mapping[str, Any]) -> None:
    function = functions[mapping["FunctionName"]]
    source = _queue_source({**mapping, "Queue": mapping["EventSourceArn"]})
    functions[mapping["FunctionName"]] = replace(function, queues=(*function.queues, source))


def _with_nested(template: Template) -> Iterator[Template]:
    yield template
    for logical_id, body in template.active().items():
        if body["Type"] in NESTED:
            yield from _with_nested(template.nested(logical_id))


def _names_are_unique(top: Template, resources: Mapping[str, Mapping[str, Resource]]) -> None:
    names = Counter((each.type, each.physical_id) for file in resources.values() for each in file.values())
    for (kind, name), count in names.items():
        if count > 1 and kind in PROVISIONED:
            raise top.fail(name, f"{count} nested files declare a {kind} of this name; local names need one each")


def _with_globals(template: Template, properties: Mapping[str, Any]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
    (maps are merged, lists are joined, the function's own values win)."""
    common = template.document.get("Globals", {}).get("Function", {})
    return _merged(common, properties)


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(common)
    for key, value in own.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = _merged(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = before + value
        else:
            merged[key] = value
    return merged


def _function(template: Template, resource: Resource) -> Function:
    properties = resource.properties
    handler = properties.get("Handler")
    if not isinstance(handler, str) or handler.count(".") < 1:
        raise template.fail(resource.logical_id, f"Handler is {handler!r} and must be like folder.handler.handle")
    routes: list[Route] = []
    queues: list[QueueSource] = []
    schedules: list[Schedule] = []
    for name, event in properties.get("Events", {}).items():
        where = f"{resource.logical_id}.Events.{name}"
        settings = event.get("Properties", {})
        if event["Type"] == "HttpApi":
            _known(template, where, settings, _ROUTE_PROPERTIES)
            routes.append(Route(settings.get("Path", "$default"), settings.get("Method", "ANY").upper()))
        elif event["Type"] == "SQS":
            _known(template, where, settings, _QUEUE_PROPERTIES)
            if settings.get("Enabled", True):
                queues.append(_queue_source(settings))
        elif event["Type"] == "ScheduleV2":
            _known(template, where, settings, _SCHEDULE_PROPERTIES)
            schedules.append(_schedule(settings))
        else:
            raise template.fail(where, f"the local cloud does not know the event type {event['Type']}")
    return Function(
        logical_id=resource.logical_id,
        handler=handler,
        folder=handler.partition(".")[0],
        timeout=int(properties.get("Timeout", 3)),
        environment={key: str(value) for key, value in properties.get("Environment", {}).get("Variables", {}).items()},
        routes=tuple(routes),
        queues=tuple(queues),
        schedules=tuple(schedules),
        may_loop=_may_loop(template, resource),
        alias=str(properties.get("AutoPublishAlias", "")),
    )


def _may_loop(template: Template, resource: Resource) -> bool:
    said = resource.properties.get("RecursiveLoop", "Terminate")
    if said not in ("Allow", "Terminate"):
        raise template.fail(resource.logical_id, f"RecursiveLoop is {said!r} and must be Allow or Terminate")
    return bool(said == "Allow")


def _known(template: Template, where: str, settings: Mapping[str, Any], known: set[str]) -> None:
    for name in settings:
        if name not in known:
            raise template.fail(where, f"the local cloud does not know {name}")


def _queue_source(settings: Mapping[str, Any]) -> QueueSource:
    return QueueSource(
        queue_arn=settings["Queue"],
        batch_size=int(settings.get("BatchSize", 10)),
        # Lambda itself starts with five pollers when nothing is said.
        max_concurrency=int(settings.get("ScalingConfig", {}).get("MaximumConcurrency", 5)),
        reports_failures="ReportBatchItemFailures" in settings.get("FunctionResponseTypes", []),
        window=float(settings.get("MaximumBatchingWindowInSeconds", 0)),
        limited="MaximumConcurrency" in settings.get("ScalingConfig", {}),
    )


def _schedule(settings: Mapping[str, Any]) -> Schedule:
    return Schedule(
        expression=settings["ScheduleExpression"],
        time_zone=settings.get("ScheduleExpressionTimezone", "UTC"),
        input=settings.get("Input", "{}"),
        state=settings.get("State", "ENABLED"),
    )
