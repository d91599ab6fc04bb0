"""What DynamoDB answers with status 400, and what this double does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Item = dict[str, Any]
"""An item as the API has it: {"name": {"S": "value"}}."""


class AwsError(Exception):
    """An error of the API. `item`: what stood in the way of a conditional write that asked to be told."""

    def __init__(self, code: str, message: str, item: Item | None = None, **more: Any) -> None:
        super().__init__(message)
        self.code = code
        self.item = item
        self._more: Mapping[str, Any] = more

    @property
    def body(self) -> dict[str, Any]:
        """The answer as it goes over the wire."""
        service = (
            "com.amazon.coral.validate" if self.code == "ValidationException" else "com.amazonaws.dynamodb.v20120810"
        )
        said: dict[str, Any] = {"__type": f"{service}#{self.code}", "message": str(self), **self._more}
        return said if self.item is None else {**said, "Item": self.item}

    @property
    def response(self) -> dict[str, Any]:
        """The answer as boto3 hands it on."""
        return {} if self.item is None else {"Item": self.item}


class Unsupported(Exception):
    """The double does not do this; it says so instead of guessing what DynamoDB would do."""


def invalid(message: str) -> AwsError:
    """The request is not one that DynamoDB takes."""
    return AwsError("ValidationException", message)


def invalid_parameter(message: str) -> AwsError:
    """The same, with the words that DynamoDB begins most of these with."""
    return invalid(f"One or more parameter values were invalid: {message}")


def not_found(table: str = "") -> AwsError:
    """There is no such table; calls about the table itself name it, calls about its items do not."""
    named = f": Table: {table} not found" if table else ""
    return AwsError("ResourceNotFoundException", f"Requested resource not found{named}")


def throttled(resource: str, arn: str, kind: str) -> AwsError:
    """A partition has had its second's share (AWS: "Diagnosing throttling", reasons ending in KeyRangeThroughput).

    `resource` is "Table" or "Index", `kind` "Write" or "Read".
    """
    reasons: Sequence[Mapping[str, str]] = [{"reason": f"{resource}{kind}KeyRangeThroughputExceeded", "resource": arn}]
    message = (
        "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically scaling your table "
        "or index so please try again shortly. If exceptions persist, check if you have a hot key"
    )
    return AwsError("ThrottlingException", message, throttlingReasons=reasons)


def empty_key(name: str) -> AwsError:
    """A key attribute is an empty text."""
    return invalid(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty "
        f"string value. Key: {name}"
    )


def known(request: Mapping[str, Any], operation: str, *parameters: str) -> None:
    """Raise Unsupported for a parameter that the double would otherwise pass over in silence."""
    for name in request:
        if name not in parameters:
            raise Unsupported(f"{operation} with {name}")
