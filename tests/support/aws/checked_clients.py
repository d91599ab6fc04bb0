"""Clients of boto3 whose answers a test or moto gives; what is asked is checked against botocore's models and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from botocore import xform_name
from botocore.session import get_session
from botocore.validate import ParamValidator


@cache
def model(service: str) -> Any:
    """botocore's description of the service."""
    return get_session().get_service_model(service)


def _unknown(shape: Any, value: Any, path: str) -> Iterator[str]:
    """Members of an answer that the operation does not have."""
    match value:
        case dict() if shape.type_name == "structure":
            for name, each in value.items():
                if name in shape.members:
                    yield from _unknown(shape.members[name], each, f"{path}.{name}")
                elif name != "ResponseMetadata":
                    yield f"{path}.{name}"
        case dict() if shape.type_name == "map":
            for each in value.values():
                yield from _unknown(shape.value, each, path)
        case list():
            for each in value:
                yield from _unknown(shape.member, each, path)


class AccountClient:
    """Answers of the account, one page each."""

    def __init__(self, service: str, account: Any) -> None:
        self._service, self._account = service, account

    def __getattr__(self, method: str) -> Callable[..., Any]:
        operations = {xform_name(name): name for name in model(self._service).operation_names}
        operation = operations[method]

        def call(**request: Any) -> Any:
            shape = model(self._service).operation_model(operation).input_shape
            if shape is not None:
                report = ParamValidator().validate(request, shape)
                assert not report.has_errors(), report.generate_report()
            answer = self._account.answer(self._service, operation, request)
            unknown = list(_unknown(model(self._service).operation_model(operation).output_shape, answer, operation))
            assert unknown == [], "AWS gives no such members"
            return answer

        return call

    def get_paginator(self, method: str) -> Any:
        """Pages of what is one here."""
        return _Pages(getattr(self, method))


class _Pages:
    def __init__(self, call: Callable[..., Any]) -> None:
        self._call = call

    def paginate(self, **request: Any) -> list[Any]:
        return [self._call(**request)]


class MotoClient:
    """A client of moto's that notes what is asked."""

    def __init__(self, service: str, account: Any) -> None:
        self._service, self._account = service, account
        self._client = account.cloud.client(service)

    def __getattr__(self, method: str) -> Any:
        operations = {xform_name(name): name for name in model(self._service).operation_names}
        found = getattr(self._client, method)
        if method not in operations:
            return found

        def call(**request: Any) -> Any:
            self._account.note(self._service, operations[method])
            return found(**request)

        return call

    def get_paginator(self, method: str) -> Any:
        return _Pages(getattr(self, method))
