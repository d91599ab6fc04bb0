"""`newsletter cost`: what a list and its digests will cost a month at AWS, service by service."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace

from cli import output
from cli.costs import prices, usage
from cli.costs.standing import Standing, of_the_template

PEOPLE = 0.1
"""The share of readers who open a link of a mail themselves, once (assumed)."""
NAMES = {
    "ses": "SES, mails",
    "http_api": "API Gateway",
    "lambda_requests": "Lambda, requests",
    "lambda_gb_seconds": "Lambda, compute",
    "sqs": "SQS",
    "sns": "SNS",
    "answers": "answers received and forwarded",
    "dynamodb_writes": "DynamoDB, writes",
    "dynamodb_reads": "DynamoDB, reads",
    "logs_bytes": "CloudWatch, logs",
    "alarms": "CloudWatch, alarms",
    "dashboard": "CloudWatch, dashboard",
    "metrics": "CloudWatch, metrics of our own",
    "logs_kept": "CloudWatch, logs kept for a month",
    "key": "KMS, key",
    "idle_polling": "SQS, polling of idle queues",
    "ticks": "the tick, every five minutes",
}


@dataclass(frozen=True)
class Asked:
    """`scanned` is the share of readers behind mail scanners, which open each of the `links` of a mail; `clicks` is
    that of readers who open one themselves. `plan` is a key of prices.PLANS. `answers` are mails that readers send to
    us in a month, where they are received."""

    readers: int
    digests_per_month: float
    scanned: float
    links: int
    clicks: float = PEOPLE
    plan: str = "none"
    answers: float = 0.0


@dataclass(frozen=True)
class Bill:
    """USD a month at list prices. `services` are for mails alone, `visits` is one line for all that opening links
    costs, `standing` is what does not depend on mails. `free` is what AWS does not charge of it.
    """

    mails: float
    visited: float
    services: dict[str, float]
    visits: float
    standing: dict[str, float]
    free: dict[str, float]

    @property
    def total(self) -> float:
        """All of it, at list prices."""
        return sum(self.services.values()) + self.visits + sum(self.standing.values())

    @property
    def after_free(self) -> float:
        """What is left of it where nothing else in the account uses what AWS gives every account."""
        return self.total - sum(self.free.values())


def bill(asked: Asked, standing: Standing) -> Bill:
    """The bill of a stack that has so much standing in it."""
    mails = asked.readers * asked.digests_per_month
    visited = mails * (asked.scanned * asked.links + asked.clicks)
    of_mails, of_visits = usage.MAIL.times(mails), usage.VISIT.times(visited)
    ticks = usage.TICK.times(usage.TICKS)
    metrics = usage.METRICS * min(1.0, asked.digests_per_month * usage.HOURS_OF_A_MAILING * 3600 / prices.MONTH_S)
    logged = of_mails.logs_bytes + of_visits.logs_bytes + ticks.logs_bytes
    return Bill(
        mails=mails,
        visited=visited,
        services={**of_mails.usd(), "ses": prices.PLANS[asked.plan].usd(mails), "answers": _answers(asked.answers)},
        visits=sum(of_visits.usd().values()),
        standing={
            "alarms": standing.alarms * prices.ALARM_MONTH,
            "dashboard": standing.dashboards * prices.DASHBOARD_MONTH,
            "metrics": metrics * prices.METRIC_MONTH,
            "logs_kept": logged / 1e9 * prices.LOGS_COMPRESSED * prices.LOGS_GB_MONTH,
            "key": standing.keys * prices.KEY_MONTH,
            "idle_polling": standing.polls * prices.SQS_REQUEST,
            "ticks": sum(ticks.usd().values()),
        },
        free={
            "alarms": min(standing.alarms, prices.ALWAYS_FREE["alarms"]) * prices.ALARM_MONTH,
            "dashboard": min(standing.free_dashboards, prices.ALWAYS_FREE["dashboards"]) * prices.DASHBOARD_MONTH,
            "metrics": min(metrics, prices.ALWAYS_FREE["metrics"]) * prices.METRIC_MONTH,
            "sqs": min(of_mails.sqs + of_visits.sqs + standing.polls, prices.ALWAYS_FREE["sqs"]) * prices.SQS_REQUEST,
            "sns": min(of_mails.sns, prices.ALWAYS_FREE["sns"]) * prices.SNS_PUBLISH,
            **{
                name: min(sum(getattr(each, name) for each in (of_mails, of_visits, ticks)), most) * usage.PRICES[name]
                for name, most in prices.ALWAYS_FREE_LAMBDA.items()
            },
            "logs_bytes": min(logged, prices.ALWAYS_FREE_LOGS) * usage.PRICES["logs_bytes"],
        },
    )


def _answers(number: float) -> float:
    """So many mails a month received, kept for 30 days, handled and forwarded."""
    chunks = math.ceil(usage.ANSWER_BYTES / 2**18)
    received = prices.SES_RECEIVED + chunks * prices.SES_RECEIVED_CHUNK
    kept = prices.S3_PUT + prices.S3_GET + usage.ANSWER_BYTES / 1e9 * prices.S3_GB_MONTH
    return number * (received + kept) + sum(usage.ANSWER.times(number).usd().values())


def show(asked: Asked, *, as_json: bool) -> int:
    """Print the bill."""
    standing = of_the_template()
    made, idle = bill(asked, standing), bill(replace(asked, digests_per_month=0, plan="none", answers=0), standing)
    if as_json:
        print(json.dumps(_as_json(asked, made, idle)))
        return 0
    lines = [(NAMES[name], cost) for name, cost in made.services.items() if cost]
    lines.append((f"visits ({made.visited:,.0f} a month)", made.visits))
    lines += [(NAMES[name], cost) for name, cost in made.standing.items()]
    lines += [("together", made.total), ("  without what AWS gives every account", made.after_free)]
    lines += [("an idle month", idle.total), ("  without what AWS gives every account", idle.after_free)]
    output.table(("service", "USD a month"), [(name, f"{cost:,.2f}") for name, cost in lines], numbers=("USD a month",))
    output.say()
    plan = prices.PLANS[asked.plan].name
    output.say(
        f"{made.mails:,.0f} mails a month, {asked.scanned:.0%} of them opened by mail scanners with all {asked.links} "
        f"links, {asked.clicks:.0%} by a person with one. List prices of {prices.REGION} of {prices.AS_OF}, SES {plan} "
        f"of {prices.PLANS_AS_OF}, without VAT and discounts; what a mail and a visit use was measured in "
        f"{usage.AS_OF}. "
        "Campaigns cost what digests do: count them in. What AWS gives every account each month (10 alarms, a million "
        "requests of SQS and so on) is shared by all stacks of the account."
    )
    return 0


def _as_json(asked: Asked, made: Bill, idle: Bill) -> dict[str, object]:
    return {
        "readers": asked.readers,
        "digests_per_month": asked.digests_per_month,
        "scanned": asked.scanned,
        "links": asked.links,
        "clicks": asked.clicks,
        "plan": asked.plan,
        "answers": asked.answers,
        "mails": round(made.mails),
        "visits": round(made.visited),
        "usd": {
            **{name: round(cost, 4) for name, cost in made.services.items() if cost},
            "visits": round(made.visits, 4),
            **{name: round(cost, 4) for name, cost in made.standing.items()},
        },
        "usd_per_month": round(made.total, 2),
        "always_free": {name: round(cost, 4) for name, cost in made.free.items()},
        "usd_after_always_free": round(made.after_free, 2),
        "idle": {"usd_per_month": round(idle.total, 2), "usd_after_always_free": round(idle.after_free, 2)},
        "prices": {"as_of": prices.AS_OF, "region": prices.REGION, "measured": usage.AS_OF},
    }
