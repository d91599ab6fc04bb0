"""moto's CloudFormation, made to do what AWS does where this stack depends on it.

What moto leaves out, and what is done instead, stands here alone:

- Types it does not know are skipped in silence, and references to them come to nothing. Here each is a `StandIn`, which
  has a name, attributes and its resolved properties. `UNKNOWN` names them, and a test keeps the list from growing.
- It knows no outputs of nested stacks, though it keeps them, and in `Fn::Sub` no attribute with a dot.
- It updates a nested stack by deleting it and making another, loses resources whose type it cannot update, and replaces
  topics and rules. Here a resource stays unless a property has changed of which CloudFormation's own schema says that
  it is replaced then.
- Of deletion policies it knows `Retain`; `RetainExceptOnCreate` is the same once the stack was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from moto.awslambda.models import LambdaVersion
from moto.cloudformation import parsing
from moto.cloudformation.models import Stack as MotoStack
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.utils import get_stack_from_s3_url
from moto.core.common_models import CloudFormationModel

REGION = "eu-north-1"
ACCOUNT = "123456789012"
NESTED = "AWS::CloudFormation::Stack"
UNKNOWN = {
    "AWS::ApiGatewayV2::Api": "moto has the API of HTTP APIs, and no resource of them in CloudFormation",
    "AWS::ApiGatewayV2::ApiMapping": "as the API it belongs to",
    "AWS::ApiGatewayV2::DomainName": "as the API it belongs to",
    "AWS::ApiGatewayV2::Stage": "as the API it belongs to",
    "AWS::CloudFront::CachePolicy": "moto has no requests that pass CloudFront; tests/template/test_front.py",
    "AWS::CloudFront::Distribution": "as its cache policy",
    "AWS::CloudFront::Function": "as its cache policy",
    "AWS::CodeDeploy::Application": "moto shifts no traffic; tests/template/test_versions.py",
    "AWS::CodeDeploy::DeploymentGroup": "as the application it belongs to",
    "AWS::Cognito::UserPool": "only in a stack with a login; tests/template/test_front.py",
    "AWS::Cognito::UserPoolClient": "as the pool it belongs to",
    "AWS::Cognito::UserPoolDomain": "as the pool it belongs to",
    "AWS::Cognito::UserPoolGroup": "as the pool it belongs to",
    "AWS::Cognito::UserPoolResourceServer": "as the pool it belongs to",
    "AWS::Lambda::Alias": "only by its API; infra/rehearsal/lambda_/versions.py plays it",
    "AWS::CloudWatch::Alarm": "moto knows alarms under the name of an old type; tests/template/alarms.py plays them",
    "AWS::Logs::MetricFilter": "only by its API; tests/template/test_logs.py tries the patterns",
    "AWS::S3::BucketPolicy": "moto asks nobody for rights",
    "AWS::SES::ConfigurationSet": "only by its API; infra/rehearsal/ses plays it",
    "AWS::SES::ConfigurationSetEventDestination": "as the configuration set it belongs to",
    "AWS::SES::EmailIdentity": "only by its API; infra/rehearsal/ses plays it",
    "AWS::SES::ReceiptRule": "only by its API; infra/rehearsal/ses/receiving plays it",
    "AWS::SES::ReceiptRuleSet": "as the rule in it",
    "AWS::SNS::Subscription": "only by its API; infra/rehearsal/template/provision.py makes those",
    "AWS::SNS::TopicPolicy": "moto asks nobody for rights",
    "AWS::SQS::QueuePolicy": "only under the name of another class; moto asks nobody for rights",
    "AWS::SecretsManager::Secret": "only in a stack with a CDN; tests/template/test_front.py",
    "AWS::Scheduler::Schedule": "only by its API; infra/rehearsal/lambda_/scheduler.py runs them",
}
"""Types of the stack that moto's CloudFormation does not know, and why nothing is missing without them."""


class Refused(BaseException):
    """What CloudFormation refuses. No Exception: moto catches those of an update, tries again and forgets them."""


class NameIsTaken(Refused):
    """Two resources of a type ask for the same name in one account and region."""


class TooManyIndexes(Refused):
    """DynamoDB makes or removes one global index of a table in an update."""


class NoSuchAttribute(Refused):
    """A template asks for an attribute or output that there is not."""


class StandIn(CloudFormationModel):
    """A resource of a type that moto does not know."""

    kind = ""
    there: dict[tuple[str, str], StandIn] = {}  # noqa: RUF012 (the account's, emptied by `patched`)

    def __init__(self, name: str, properties: Mapping[str, Any]) -> None:
        self.physical_resource_id, self.properties = name, properties

    @staticmethod
    def is_created() -> bool:
        """At once."""
        return True

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        """As the schema of the type says."""
        return f"/properties/{attr.replace('.', '/')}" in _schema(cls.kind).get("readOnlyProperties", [])

    def get_cfn_attribute(self, attribute: str) -> str:
        """Something that names resource and attribute. Raises NoSuchAttribute."""
        if not self.has_cfn_attr(attribute):
            raise NoSuchAttribute(f"{self.kind} has no attribute {attribute}")
        return f"{self.physical_resource_id}/{attribute}"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Mapping[str, Any], *_: str, **__: Any
    ) -> StandIn:
        """Raises NameIsTaken."""
        if (cls.kind, resource_name) in cls.there:
            raise NameIsTaken(f"{cls.kind} {resource_name}")
        made = cls(resource_name, cloudformation_json.get("Properties", {}))
        cls.there[cls.kind, resource_name] = made
        return made

    def delete(self, *_: str) -> None:
        """Gone."""
        del self.there[self.kind, self.physical_resource_id]


def for_moto(value: Any) -> Any:
    """A template in the forms that moto reads: attributes as lists, in `Fn::Sub` among the values beside the text."""
    match value:
        case {"Fn::GetAtt": str(attribute)}:
            return {"Fn::GetAtt": attribute.split(".", 1)}
        case {"Fn::Sub": str(text)} if dotted := set(re.findall(r"\$\{(\w+\.\w+\.\w+)\}", text)):
            values = {name.replace(".", ""): {"Fn::GetAtt": name.split(".", 1)} for name in dotted}
            for name in dotted:
                text = text.replace(name, name.replace(".", ""))
            return {"Fn::Sub": [text, values]}
        case dict():
            there = {key: for_moto(each) for key, each in value.items()}
            if "Type" in there and isinstance(there.get("Default"), int):
                there["Default"] = str(there["Default"])  # conditions compare texts
            if there.get("DeletionPolicy") == "RetainExceptOnCreate":
                there["DeletionPolicy"] = "Retain"
            return there
        case list():
            return [for_moto(each) for each in value]
    return value


def unknown(types: set[str]) -> set[str]:
    """Those of the types that moto's CloudFormation does not know."""
    return types - set(parsing.get_model_map())


def replaced_by(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The properties that differ and of which the schema of the type says that another resource is made then."""
    schema = _schema(kind)
    names = {
        path.removeprefix("/properties/").partition("/")[0]
        for which in ("createOnlyProperties", "conditionalCreateOnlyProperties")
        for path in schema.get(which) or ()
    }
    return {name for name in names if before.get(name) != after.get(name)}


@contextmanager
def patched(types: set[str]) -> Iterator[None]:
    """Meanwhile moto's CloudFormation knows these types too, and updates in place."""
    stand_ins = {kind: _stand_in(kind) for kind in unknown(types)}
    names = {kind: stand_in.cloudformation_name_type() for kind, stand_in in stand_ins.items()}
    with ExitStack() as stack:
        stack.callback(StandIn.there.clear)
        stack.enter_context(patch.dict(parsing.get_model_map(), stand_ins))
        stack.enter_context(patch.dict(parsing.get_name_type_map(), names))
        stack.enter_context(patch.object(parsing, "clean_json", _cleaned))
        stack.enter_context(patch.object(parsing, "parse_and_create_resource", _create))
        stack.enter_context(patch.object(parsing, "parse_and_update_resource", _update))
        stack.enter_context(patch.object(MotoStack, "get_cfn_attribute", _output, create=True))
        stack.enter_context(patch.object(LambdaVersion, "get_cfn_attribute", _of_version, create=True))
        yield


def _of_version(version: LambdaVersion, attribute: str) -> str:
    if attribute != "Version":
        raise NoSuchAttribute(f"a version of a function has no {attribute}")
    return str(version.version)


def _output(nested: MotoStack, attribute: str) -> str:
    kind, _, name = attribute.partition(".")
    found = {each["OutputKey"]: each["OutputValue"] for each in nested.outputs or ()}
    if kind != "Outputs" or name not in found:
        raise NoSuchAttribute(f"{nested.name} has no {attribute}, but outputs {', '.join(sorted(found))}")
    return str(found[name])


_moto_cleans = parsing.clean_json


def _cleaned(value: Any, resources_map: Any) -> Any:
    """Without AWS::NoValue in lists, which CloudFormation leaves out there as in objects."""
    found = _moto_cleans(value, resources_map)
    return [each for each in found if each is not None] if isinstance(found, list) else found


_moto_creates = parsing.parse_and_create_resource


def _create(logical_id: str, resource_json: Any, resources_map: Any, **where: str) -> Any:
    made: Any = _moto_creates(logical_id, resource_json, resources_map, **where)
    if made is not None:
        if not hasattr(made, "physical_resource_id"):
            made.physical_resource_id = getattr(made, "arn", f"{resources_map['AWS::StackName']}-{logical_id}")
        made.resolved = parsing.clean_json(resource_json, resources_map).get("Properties", {})
    return made


def _update(logical_id: str, resource_json: Any, resources_map: Any, **where: str) -> Any:
    """Leaves a resource where it is, or makes another in its place, as CloudFormation does."""
    before = resources_map._parsed_resources.get(logical_id)  # noqa: SLF001
    condition = resource_json.get("Condition")
    if before is None or (condition and not resources_map.lazy_condition_map[condition]):
        return _create(logical_id, resource_json, resources_map, **where) if before is None else None
    properties = parsing.clean_json(resource_json, resources_map).get("Properties", {})
    changed = _indexes(before.resolved) ^ _indexes(properties)
    if len(changed) > 1:
        raise TooManyIndexes(f"{logical_id}: {', '.join(sorted(changed))}")
    if resource_json["Type"] == NESTED:
        body = get_stack_from_s3_url(properties["TemplateURL"], account_id=ACCOUNT, partition="aws")
        before.update(body, parameters=properties.get("Parameters", {}))
    elif replaced_by(resource_json["Type"], before.resolved, properties):
        made = _create(logical_id, resource_json, resources_map, **where)
        resources_map._delete_resource(before, resource_json)  # noqa: SLF001
        return made
    before.resolved = properties
    return before


def _indexes(properties: Mapping[str, Any]) -> set[str]:
    return {index["IndexName"] for index in properties.get("GlobalSecondaryIndexes", ())}


def _stand_in(kind: str) -> type[StandIn]:
    identifier = {path.removeprefix("/properties/") for path in _schema(kind).get("primaryIdentifier", ())}
    writable = identifier & {"Name", "EmailIdentity", "RuleSetName"} & set(_schema(kind)["properties"])
    name = next(iter(writable), "")
    return type(
        kind.replace(":", ""),
        (StandIn,),
        {
            "kind": kind,
            "cloudformation_type": staticmethod(lambda: kind),
            "cloudformation_name_type": staticmethod(lambda: name),
        },
    )


def _schema(kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return found


def moto_stacks() -> dict[str, MotoStack]:
    """The stacks that there are, nested ones too, by name."""
    return {each.name: each for each in cloudformation_backends[ACCOUNT][REGION].stacks.values()}
