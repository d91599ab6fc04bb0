"""`newsletter cost`: what a list and its digests will cost a month at AWS, service by service."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cli import output
from cli.costs import prices, usage

PEOPLE = 0.1
"""The share of readers who open a link of a mail themselves, once (assumed)."""
NAMES = {
    "ses": "SES, mails",
    "http_api": "API Gateway",
    "lambda_requests": "Lambda, requests",
    "lambda_gb_seconds": "Lambda, compute",
    "sqs": "SQS",
    "sns": "SNS",
    "dynamodb_writes": "DynamoDB, writes",
    "dynamodb_reads": "DynamoDB, reads",
    "logs_bytes": "CloudWatch, logs",
}


@dataclass(frozen=True)
class Asked:
    """`scanned` is the share of readers behind mail scanners, which open each of the `links` of a mail."""

    readers: int
    digests_per_month: float
    scanned: float
    links: int


@dataclass(frozen=True)
class Bill:
    """USD a month. `services` are for mails alone, `visits` is one line for all that opening links costs."""

    mails: float
    visited: float
    services: dict[str, float]
    visits: float
    standing: dict[str, float]

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.services.values()) + self.visits + sum(self.standing.values())


def bill(asked: Asked, alarms: int, keys: int, dashboards: int = 0, queues: int = 0) -> Bill:
    """The bill; `alarms`, `keys`, `dashboards`, and `queues` that Lambda polls, are how many the stack has."""
    mails = asked.readers * asked.digests_per_month
    visited = mails * (asked.scanned * asked.links + PEOPLE)
    logged_gb = (usage.MAIL.logs_bytes * mails + usage.VISIT.logs_bytes * visited) / 1e9
    polls = queues * prices.IDLE_POLLERS * prices.MONTH_S / prices.IDLE_POLL_S
    return Bill(
        mails=mails,
        visited=visited,
        services=usage.MAIL.times(mails).usd(),
        visits=sum(usage.VISIT.times(visited).usd().values()),
        standing={
            "CloudWatch, alarms": alarms * prices.ALARM_MONTH,
            "CloudWatch, dashboard": dashboards * prices.DASHBOARD_MONTH,
            "CloudWatch, logs kept for a month": logged_gb * prices.LOGS_COMPRESSED * prices.LOGS_GB_MONTH,
            "KMS, key": keys * prices.KEY_MONTH,
            "SQS, polling of idle queues": polls * prices.SQS_REQUEST,
        },
    )


def of_the_template() -> dict[str, int]:
    """How many of what costs by itself template.yaml and its nested files make, by the parameters of `bill`."""
    from cli.target import REPOSITORY
    from rehearsal.template.cloudformation import read_yaml

    resources = [
        body["Type"]
        for file in (REPOSITORY / "template.yaml", *sorted((REPOSITORY / "infra").glob("*.yaml")))
        for body in read_yaml(file, file.name)["Resources"].values()
    ]
    polled = [
        event
        for body in read_yaml(REPOSITORY / "template.yaml", "template.yaml")["Resources"].values()
        for event in body["Properties"].get("Events", {}).values()
        if event["Type"] == "SQS"
    ]
    return {
        "alarms": resources.count("AWS::CloudWatch::Alarm"),
        "keys": resources.count("AWS::KMS::Key"),
        "dashboards": resources.count("AWS::CloudWatch::Dashboard"),
        "queues": len(polled),
    }


def show(asked: Asked, *, as_json: bool) -> int:
    """Print the bill."""
    made = bill(asked, **of_the_template())
    if as_json:
        print(json.dumps(_as_json(asked, made)))
        return 0
    lines = [(NAMES[name], cost) for name, cost in made.services.items() if cost]
    lines += [(f"visits ({made.visited:,.0f} a month)", made.visits), *made.standing.items()]
    output.table(
        ("service", "USD a month"),
        [(name, f"{cost:,.2f}") for name, cost in (*lines, ("together", made.total))],
        numbers=("USD a month",),
    )
    output.say()
    output.say(
        f"{made.mails:,.0f} mails a month, {asked.scanned:.0%} of them opened by mail scanners with all {asked.links} "
        f"links. Prices of {prices.REGION} of {prices.AS_OF}, without VAT, free tiers and discounts; what a mail and a "
        f"visit use was measured in {usage.AS_OF}. Campaigns cost what digests do: count them in."
    )
    return 0


def _as_json(asked: Asked, made: Bill) -> dict[str, object]:
    return {
        "readers": asked.readers,
        "digests_per_month": asked.digests_per_month,
        "scanned": asked.scanned,
        "links": asked.links,
        "mails": round(made.mails),
        "visits": round(made.visited),
        "usd": {
            **{name: round(cost, 4) for name, cost in made.services.items() if cost},
            "visits": round(made.visits, 4),
            "alarms": made.standing["CloudWatch, alarms"],
            "dashboard": made.standing["CloudWatch, dashboard"],
            "logs_kept": round(made.standing["CloudWatch, logs kept for a month"], 4),
            "key": made.standing["KMS, key"],
            "idle_polling": round(made.standing["SQS, polling of idle queues"], 4),
        },
        "usd_per_month": round(made.total, 2),
        "prices": {"as_of": prices.AS_OF, "region": prices.REGION, "measured": usage.AS_OF},
    }
