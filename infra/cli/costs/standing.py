"""What of a stack costs while nothing happens, counted from template.yaml and its nested files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cli.costs import prices

METRIC = re.compile(r'\[("[^\[\]]+")\]')
"""One metric in the body of a dashboard, as the template writes it."""


@dataclass(frozen=True)
class Standing:
    """How many there are of each. `queues` says of each queue that Lambda polls whether it has a MaximumConcurrency."""

    alarms: int = 0
    keys: int = 0
    dashboards: int = 0
    free_dashboards: int = 0
    queues: tuple[bool, ...] = ()

    @property
    def polls(self) -> float:
        """Requests with which Lambda asks queues where nothing comes, in a month."""
        return sum(prices.POLLERS[limited] for limited in self.queues) * prices.MONTH_S / prices.IDLE_POLL_S


def of_the_template() -> Standing:
    """What the template has."""
    from cli.target import REPOSITORY
    from rehearsal.template.cloudformation import read_yaml

    files = (REPOSITORY / "template.yaml", *sorted((REPOSITORY / "infra").glob("*.yaml")))
    resources: list[dict[str, Any]] = [
        body for file in files for body in read_yaml(file, file.name)["Resources"].values()
    ]
    kinds = [each["Type"] for each in resources]
    dashboards = [each for each in resources if each["Type"] == "AWS::CloudWatch::Dashboard"]
    events = [event for each in resources for event in each.get("Properties", {}).get("Events", {}).values()]
    return Standing(
        alarms=kinds.count("AWS::CloudWatch::Alarm"),
        keys=kinds.count("AWS::KMS::Key"),
        dashboards=len(dashboards),
        free_dashboards=sum(
            len(set(METRIC.findall(str(each["Properties"])))) <= prices.MOST_METRICS_OF_A_FREE_DASHBOARD
            for each in dashboards
        ),
        queues=tuple("ScalingConfig" in event["Properties"] for event in events if event["Type"] == "SQS"),
    )
