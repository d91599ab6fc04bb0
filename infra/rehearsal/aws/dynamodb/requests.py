"""What requests have in common: expressions with their names and values, and what an answer shows of an item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rehearsal.aws.dynamodb.errors import AwsError, Item, invalid
from rehearsal.aws.dynamodb.expressions.conditions import Names, Values, condition
from rehearsal.aws.dynamodb.expressions.syntax import SyntaxFault, check_context, operands
from rehearsal.aws.dynamodb.expressions.updates import projected, updated
from rehearsal.aws.dynamodb.values import check_values

Request = Mapping[str, Any]
NONE: Mapping[str, Any] = {}
EXPRESSIONS = (
    "UpdateExpression",
    "ConditionExpression",
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
)
NOT_DEFINED = (
    "An expression attribute name used in the document path is not defined; attribute name: ",
    "An expression attribute value used in expression is not defined; attribute value: ",
)
CONTEXT = ("ExpressionAttributeNames", "ExpressionAttributeValues")


class Expressions:
    """The expressions of a request. Raises AwsError for names and values that do not fit them."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self.names: Names = request.get("ExpressionAttributeNames") or NONE
        self.values: Values = request.get("ExpressionAttributeValues") or NONE
        for parameter in EXPRESSIONS:
            if parameter in request:
                self._check_defined(parameter, request[parameter])
        if "ExpressionAttributeNames" in request or "ExpressionAttributeValues" in request:
            used = [token for name in EXPRESSIONS if name in request for token in operands(request[name])]
            check_context(request, frozenset(used))
            check_values(self.values)

    def _check_defined(self, parameter: str, text: str) -> None:
        """Raise AwsError for a name or value that is not defined, whether or not it would be looked at."""
        for operand in operands(text):
            if operand.startswith("#") and operand not in self.names:
                raise bad(parameter, SyntaxFault(f"{NOT_DEFINED[0]}{operand}"))
            if operand.startswith(":") and operand not in self.values:
                raise bad(parameter, SyntaxFault(f"{NOT_DEFINED[1]}{operand}"))

    def holds(self, parameter: str, item: Item | None) -> bool:
        """Whether the condition or filter of this name holds for an item; True where the request has none."""
        text = self._request.get(parameter)
        if text is None:
            return True
        try:
            return condition(text)(item or {}, self.names, self.values)
        except SyntaxFault as fault:
            raise bad(parameter, fault) from None

    def updated(self, item: Item) -> Item:
        """The item after the update."""
        text = self._request.get("UpdateExpression")
        if text is None:
            return dict(item)
        try:
            return updated(text, item, self.names, self.values)
        except SyntaxFault as fault:
            raise bad("UpdateExpression", fault) from None

    def shown(self, item: Item) -> Item:
        """What the projection expression shows of an item."""
        try:
            return projected(item, self._request.get("ProjectionExpression"), self.names)
        except SyntaxFault as fault:
            raise bad("ProjectionExpression", fault) from None


def bad(parameter: str, fault: SyntaxFault) -> AwsError:
    """The error of an expression with a fault."""
    return invalid(f"Invalid {parameter}: {fault}")
