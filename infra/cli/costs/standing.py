"""What of a stack costs while nothing happens, counted from template.yaml and its nested files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cli.checks.stack import any_stack
from cli.costs import prices

if TYPE_CHECKING:
    from rehearsal.template.cloudformation import Resource

METRIC = re.compile(r'\[("[^\[\]]+")\]')
"""One metric in the body of a dashboard, as the template writes it."""


@dataclass(frozen=True)
class Standing:
    """How many there are of each.

    `alarms` are the metrics that alarms look at. `queues` says of each queue that Lambda polls whether it has a
    MaximumConcurrency.
    """

    alarms: int = 0
    keys: int = 0
    dashboards: int = 0
    free_dashboards: int = 0
    queues: tuple[bool, ...] = ()

    @property
    def polls(self) -> float:
        """Requests with which Lambda asks queues where nothing comes, in a month."""
        return sum(prices.POLLERS[limited] for limited in self.queues) * prices.MONTH_S / prices.IDLE_POLL_S


@cache
def of_the_template() -> Standing:
    """What a stack has whose parameters are the defaults."""
    stack = any_stack()
    dashboards = [str(each.properties) for each in stack.of_type("AWS::CloudWatch::Dashboard")]
    return Standing(
        alarms=sum(map(_metrics_of, stack.of_type("AWS::CloudWatch::Alarm"))),
        keys=len(list(stack.of_type("AWS::KMS::Key"))),
        dashboards=len(dashboards),
        free_dashboards=sum(
            len(set(METRIC.findall(each))) <= prices.MOST_METRICS_OF_A_FREE_DASHBOARD for each in dashboards
        ),
        queues=tuple(queue.limited for function in stack.functions for queue in function.queues),
    )


def _metrics_of(alarm: Resource) -> int:
    """Metrics that the alarm looks at, each of which is paid for."""
    return sum("MetricStat" in each for each in alarm.properties.get("Metrics", [])) or 1
