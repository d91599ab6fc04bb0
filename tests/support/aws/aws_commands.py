"""Commands of the AWS CLI as a page shows them, read as the requests they make and held against botocore's models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from botocore import xform_name
from botocore.validate import ParamValidator

from tests.support.aws.checked_clients import model

OF_THE_CLI = ("--query", "--output")
"""Options that shape what is printed; every service has them."""


def request_of(words: Sequence[str]) -> tuple[str, str, dict[str, Any]]:
    """Service, operation as boto3 names it, and parameters, of what follows `aws`. Fails where AWS would refuse it."""
    service, command, *options = words
    names = {xform_name(name, "-"): name for name in model(service).operation_names}
    shape = model(service).operation_model(names[command]).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in shape.members}
    request: dict[str, Any] = {}
    while options:
        option = options.pop(0)
        if option in OF_THE_CLI:
            options.pop(0)
            continue
        name = members[option]
        kind = shape.members[name]
        request[name] = True if kind.type_name == "boolean" else value_of(options.pop(0), kind)
    report = ParamValidator().validate(request, shape)
    assert not report.has_errors(), report.generate_report()
    return service, xform_name(names[command]), request


def value_of(text: str, shape: Any) -> Any:
    """As the CLI reads it: `Key=value,...` of structures, moments, and texts."""
    if shape.type_name == "structure":
        pairs = (pair.split("=", 1) for pair in text.split(","))
        return {name: value == "true" if value in ("true", "false") else value for name, value in pairs}
    return datetime.fromisoformat(text) if shape.type_name == "timestamp" else text
