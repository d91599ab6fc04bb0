"""Parameters of a template: values held against what it declares of them, as CloudFormation does before it begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class ParameterFault:
    """A parameter that CloudFormation would not take; `what` is what is wrong and what would be right."""

    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.name} {self.what}"


def faults(document: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[ParameterFault]:
    """All faults of the values in `given` and of what is left out; of values that fit alone, also those by Rules."""
    declared = document.get("Parameters", {})
    alone = list(_faults_alone(declared, given))
    yield from alone
    if not alone:
        values = {name: str(given.get(name, declaration.get("Default"))) for name, declaration in declared.items()}
        yield from _faults_together(document.get("Rules", {}), values)


def _faults_alone(declared: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[ParameterFault]:
    for name in given:
        if name not in declared:
            yield ParameterFault(name, "is given but not declared")
    for name, declaration in declared.items():
        if name not in given and "Default" not in declaration:
            yield ParameterFault(name, f"needs a value{_right(declaration, ': ')}")
        elif what := _fault(str(given.get(name, declaration.get("Default"))), declaration):
            yield ParameterFault(name, what)


def _faults_together(rules: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[ParameterFault]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html."""
    for rule in rules.values():
        if "RuleCondition" not in rule or _holds(rule["RuleCondition"], values):
            for assertion in rule["Assertions"]:
                if not _holds(assertion["Assert"], values):
                    name, _, what = assertion["AssertDescription"].partition(" ")
                    yield ParameterFault(name, what)


def _holds(what: Any, values: Mapping[str, str]) -> bool:
    """Whether a condition of a rule holds. Raises KeyError for a function that is not known here."""
    ((name, arguments),) = what.items()
    if name == "Fn::Equals":
        left, right = (values[each["Ref"]] if isinstance(each, dict) else str(each) for each in arguments)
        return bool(left == right)
    return {"Fn::Not": lambda found: not found[0], "Fn::And": all, "Fn::Or": any}[name](
        [_holds(each, values) for each in arguments]
    )


def value_of(declaration: Mapping[str, Any], value: str) -> str | int | float:
    """What `Ref` gives: CloudFormation puts a parameter of the type Number into numbers of a resource as one."""
    if declaration["Type"] != "Number":
        return value
    return float(value) if "." in value else int(value)


def _fault(value: str, declaration: Mapping[str, Any]) -> str:
    """What is wrong with a value, or nothing."""
    right = _right(declaration, " and must be ")
    pattern, allowed = declaration.get("AllowedPattern"), declaration.get("AllowedValues")
    if allowed and value not in map(str, allowed):
        return f"is {value!r} and must be one of {allowed}"
    if pattern and not re.fullmatch(pattern, value):
        return f"is {value!r}{right or f' and must match {pattern}'}"
    length = len(value)
    if not int(declaration.get("MinLength", 0)) <= length <= int(declaration.get("MaxLength", length)):
        return f"is {value!r}{right or f' and has {length} characters'}"
    if declaration["Type"] == "Number":
        least, most = declaration.get("MinValue"), declaration.get("MaxValue")
        if not NUMBER.fullmatch(value):
            return f"is {value!r} and must be a number"
        if (least is not None and float(value) < least) or (most is not None and float(value) > most):
            return f"is {value}{right or f' and must be from {least} to {most}'}"
    return ""


def _right(declaration: Mapping[str, Any], before: str) -> str:
    """What the template says would be right, or nothing."""
    said = declaration.get("ConstraintDescription", "")
    return f"{before}{said}" if said else ""
