"""Structured logs and metrics without mail addresses, and the decorator of every handler that writes them out."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from newsletter.platform.redaction import redacted, redacted_all
from newsletter.platform.settings import running_version

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

Handler = Callable[[dict[str, Any], Any], Any]


@cache
def logger() -> Logger:
    """The logger of this process. Log ids, never addresses or names."""
    from aws_lambda_powertools import Logger

    return Logger(service="newsletter", json_serializer=_without_addresses)


@cache
def metrics() -> Metrics:
    """The metrics of this process (CloudWatch embedded metric format)."""
    from aws_lambda_powertools import Metrics

    return Metrics(service="newsletter")


def count(name: str, number: int = 1) -> None:
    """Add to the metric of that name. Names tell what happened, such as `BatchesSent`."""
    from aws_lambda_powertools.metrics import MetricUnit

    if number:
        metrics().add_metric(name=name, unit=MetricUnit.Count, value=number)


def count_of_version(name: str) -> None:
    """Add 1 to the metric of that name for this version of this function alone: a deployment looks at its own version.

    Not `count`, whose dimensions are the same for all functions and versions.
    """
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    function, version = running_version()
    with single_metric(name=name, unit=MetricUnit.Count, value=1) as metric:
        metric.add_dimension("function", function)
        metric.add_dimension("version", version)


def waited(name: str, seconds: float) -> None:
    """Report, at every try, how long something has waited so far; names are such as `LeadWaitSeconds`.

    Ours, because SQS leaves a message that was received three times or more out of `ApproximateAgeOfOldestMessage`
    (AWS: Available CloudWatch metrics for Amazon SQS).
    """
    from aws_lambda_powertools.metrics import MetricUnit

    metrics().add_metric(name=name, unit=MetricUnit.Seconds, value=max(0.0, round(seconds, 3)))


def observed(function: str) -> Callable[[Handler], Handler]:
    """Decorates a handler: every log line names the function, what it raises is logged, and metrics are written."""

    def decorate(handle: Handler) -> Handler:
        @wraps(handle)
        def wrapper(event: dict[str, Any], context: Any) -> Any:
            log = logger()
            log.append_keys(function=function, request=getattr(context, "aws_request_id", ""))
            try:
                return handle(event, context)
            except Exception:
                log.exception("unhandled error")
                raise
            finally:
                if metrics().metric_set:
                    metrics().flush_metrics()

        return wrapper

    return decorate


def _without_addresses(log: Any) -> str:
    """A log line as JSON: errors of AWS, with their causes and tracebacks, may quote an address."""
    return json.dumps(redacted_all(log), default=lambda value: redacted(str(value)), ensure_ascii=False)
