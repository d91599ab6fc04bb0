"""CloudFormation templates as plain values: short tags read, intrinsic functions resolved or named as unknown."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import yaml

from rehearsal.template.names import ATTRIBUTES, NAME_PROPERTY, REF
from rehearsal.template.parameters import faults, value_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


class TemplateError(ValueError):
    """A template says something that cannot be built here; the message is one line: file, place, what."""


@dataclass(frozen=True)
class Resource:
    """One resource of the stack, its properties resolved.

    `physical_id` is the name it gets locally, `file` the template that declares it (relative to the root). Where that
    template is one of those that may be nested several times (AWS::CloudFormation::Stack), `logical_id` begins with
    that of the nested stack: `PlanQueue`."""

    logical_id: str
    type: str
    file: str
    physical_id: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Account:
    """Where the stack lives: what the pseudo parameters (`AWS::Region` ...) stand for."""

    stack_name: str
    region: str
    account_id: str

    def arn(self, service: str, name: str) -> str:
        """The ARN of `name` in this account and region."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{name}"

    def pseudo_parameters(self) -> dict[str, Any]:
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html."""
        return {
            "AWS::StackName": self.stack_name,
            "AWS::StackId": self.arn("cloudformation", f"stack/{self.stack_name}/local"),
            "AWS::Region": self.region,
            "AWS::AccountId": self.account_id,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NO_VALUE,
        }


class _NoValue:
    """`AWS::NoValue`: the property that has it is left out."""


NO_VALUE = _NoValue()

# How a template nests another, to the property that names its file.
SEVERAL_TIMES = "AWS::CloudFormation::Stack"
NESTED = {"AWS::Serverless::Application": "Location", SEVERAL_TIMES: "TemplateURL"}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML with the short tags of CloudFormation as the long form: `!Ref X` is `{"Ref": "X"}`."""


def _short_tag(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_tag)


def read_yaml(path: Path, name: str) -> dict[str, Any]:
    """The template at `path`, tags in long form. `TemplateError`, which says `name`, when it is missing or not YAML."""
    try:
        document = pickle.loads(_pickled(path.read_text(encoding="utf-8")))  # noqa: S301 (our own)
    except OSError as error:
        raise TemplateError(f"{name}: cannot be read ({error.strerror})") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise TemplateError(f"{name}:{line} not valid YAML ({getattr(error, 'problem', error)})") from None
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError(f"{name}: has no Resources, so it is not a CloudFormation template")
    return document


@cache
def _pickled(text: str) -> bytes:
    """The document of a template, from which each reader makes one of its own: YAML takes twenty times as long."""
    return pickle.dumps(yaml.load(text, _Loader))  # noqa: S506 (a SafeLoader)


class Template:
    """One template file with the parameters it was given; values are resolved when asked for.

    `prefix` tells several uses of one file apart (`Resource`)."""

    def __init__(
        self, root: Path, file: str, parameters: Mapping[str, str], account: Account, prefix: str = ""
    ) -> None:
        self.root, self.file, self.account, self.prefix = root, file, account, prefix
        self.document = read_yaml(root / file, file)
        self.parameters = self._parameters(parameters)
        self._nested: dict[str, Template] = {}
        self._open: list[str] = []
        self._functions: dict[str, Callable[[Any, str], Any]] = {
            "Ref": self._ref,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": lambda value, where: self.resolve(value[1], where).split(value[0]),
            "Fn::If": lambda value, where: self.resolve(value[1 if self.condition(value[0], where) else 2], where),
        }

    def fail(self, where: str, what: str) -> TemplateError:
        """The error to raise: one line with this file, the logical id and what is wrong."""
        return TemplateError(f"{self.file}: {where}: {what}")

    def active(self) -> dict[str, dict[str, Any]]:
        """The resources whose `Condition` holds, by logical id, as written."""
        return {
            logical_id: body
            for logical_id, body in self.document["Resources"].items()
            if "Condition" not in body or self.condition(body["Condition"], logical_id)
        }

    def resource(self, logical_id: str, properties: Mapping[str, Any] | None = None) -> Resource:
        """The resource with its properties resolved; `properties` replaces the written ones (SAM Globals merged in)."""
        body = self.document["Resources"][logical_id]
        written = body.get("Properties", {}) if properties is None else properties
        resolved = self.resolve(written, logical_id)
        return Resource(f"{self.prefix}{logical_id}", body["Type"], self.file, self.physical_id(logical_id), resolved)

    def physical_id(self, logical_id: str) -> str:
        """The local name of the resource: the one the template gives, else `<stack>-<logical id>`."""
        body = self.document["Resources"][logical_id]
        named = body.get("Properties", {}).get(NAME_PROPERTY.get(body["Type"], ""))
        made = str(self.resolve(named, logical_id)) if named else f"{self.account.stack_name}-{self.prefix}{logical_id}"
        return made.lower() if body["Type"] == "AWS::S3::Bucket" else made  # buckets have no capitals

    def nested(self, logical_id: str) -> Template:
        """The template of a nested stack, with the parameters this one gives it."""
        if logical_id not in self._nested:
            properties = self.document["Resources"][logical_id].get("Properties", {})
            given = self._guarded(logical_id, lambda: self.resolve(properties.get("Parameters", {}), logical_id))
            body = self.document["Resources"][logical_id]
            prefix = f"{self.prefix}{logical_id}" if body["Type"] == SEVERAL_TIMES else self.prefix
            location = "/".join(filter(None, (self.file.rpartition("/")[0], properties[NESTED[body["Type"]]])))
            self._nested[logical_id] = Template(self.root, location, given, self.account, prefix)
        return self._nested[logical_id]

    def output(self, name: str) -> Any:
        """The value of an output of this template."""
        outputs = self.document.get("Outputs", {})
        if name not in outputs:
            raise self.fail("Outputs", f"{name} is asked for but not declared")
        return self._guarded(f"Outputs.{name}", lambda: self.resolve(outputs[name]["Value"], f"Outputs.{name}"))

    def condition(self, value: Any, where: str) -> bool:
        """Whether a condition holds: a name from `Conditions`, or a condition function."""
        if isinstance(value, str):
            conditions = self.document.get("Conditions", {})
            if value not in conditions:
                raise self.fail(where, f"condition {value} is not declared")
            return self.condition(conditions[value], value)
        if isinstance(value, dict) and len(value) == 1:
            (name, arguments), *_ = value.items()
            if name == "Condition":
                return self.condition(arguments, where)
            if name == "Fn::Equals":
                left, right = (self.resolve(argument, where) for argument in arguments)
                return str(left) == str(right)  # both are texts to CloudFormation
            if name == "Fn::Not":
                return not self.condition(arguments[0], where)
            if name in {"Fn::And", "Fn::Or"}:
                results = [self.condition(argument, where) for argument in arguments]
                return all(results) if name == "Fn::And" else any(results)
        raise self.fail(where, f"unknown condition {value!r}")

    def resolve(self, value: Any, where: str) -> Any:
        """`value` without intrinsic functions; `where` (a logical id) is said in errors."""
        if isinstance(value, list):
            resolved = [self.resolve(item, where) for item in value]
            return [item for item in resolved if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, arguments),) = value.items()
            if name in self._functions:
                return self._functions[name](arguments, where)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise self.fail(where, f"{name} is not known to the local cloud")
        resolved_items = ((key, self.resolve(item, where)) for key, item in value.items())
        return {key: item for key, item in resolved_items if item is not NO_VALUE}

    def _parameters(self, given: Mapping[str, str]) -> dict[str, Any]:
        declared = self.document.get("Parameters", {})
        for fault in faults(self.document, {name: str(value) for name, value in given.items()}):
            raise self.fail("Parameters", str(fault))
        return {
            name: value_of(declaration, str(given.get(name, declaration.get("Default"))))
            for name, declaration in declared.items()
        }

    def _ref(self, name: Any, where: str) -> Any:
        values = self.account.pseudo_parameters() | self.parameters
        if name in values:
            return values[name]
        name = name.removesuffix(".Alias")  # of a function, as SAM names it: here a function stands for its alias
        if name not in self.document["Resources"]:
            raise self.fail(where, f"Ref {name}: no such parameter or resource")
        return self._filled(REF.get(self.document["Resources"][name]["Type"], "{name}"), name)

    def _get_att(self, value: Any, where: str) -> Any:
        name, attribute = value.split(".", 1) if isinstance(value, str) else (value[0], ".".join(value[1:]))
        body = self.document["Resources"].get(name)
        if body is None:
            raise self.fail(where, f"GetAtt {name}.{attribute}: no resource {name}")
        if body["Type"] in NESTED and attribute.startswith("Outputs."):
            return self.nested(name).output(attribute.removeprefix("Outputs."))
        form = ATTRIBUTES.get((body["Type"], attribute))
        if form is None:
            raise self.fail(
                where, f"GetAtt {name}.{attribute}: the local cloud does not know {attribute} of {body['Type']}"
            )
        return self._filled(form, name)

    def _filled(self, form: str, logical_id: str) -> str:
        name = self.physical_id(logical_id)
        return form.format(name=name, region=self.account.region, account=self.account.account_id)

    def _sub(self, value: Any, where: str) -> str:
        text, local = (value, {}) if isinstance(value, str) else value

        def one(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in local:
                return str(self.resolve(local[name], where))
            return str(self._get_att(name, where) if "." in name else self._ref(name, where))

        return re.sub(r"\$\{([^}]+)\}", one, text)

    def _join(self, value: Any, where: str) -> str:
        return str(value[0]).join(str(item) for item in self.resolve(value[1], where))

    def _select(self, value: Any, where: str) -> Any:
        items, index = self.resolve(value[1], where), int(self.resolve(value[0], where))
        if not 0 <= index < len(items):
            raise self.fail(where, f"Select {index} of {len(items)} values")
        return items[index]

    def _guarded(self, name: str, resolve: Callable[[], Any]) -> Any:
        if name in self._open:
            raise self.fail(name, f"depends on itself ({' -> '.join([*self._open, name])})")
        self._open.append(name)
        try:
            return resolve()
        finally:
            self._open.pop()
