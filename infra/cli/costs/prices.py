"""What AWS asks, in USD without VAT, in one place."""

from __future__ import annotations

import math
from dataclasses import dataclass

AS_OF = "2026-09"
REGION = "us-east-1"
"""Prices of eu-north-1 are not known to us for every service; expect some 5 to 15 per cent more."""

DYNAMODB_WRITE_UNIT = 0.625e-6
DYNAMODB_READ_UNIT = 0.125e-6
SQS_REQUEST = 0.40e-6
"""Standard queue, for a request of at most 64 KB; ten of our messages have some 17 KB."""
SNS_PUBLISH = 0.50e-6
"""SES publishes each event once; what SNS delivers to SQS costs nothing on the side of SNS."""
LAMBDA_REQUEST = 0.20e-6
LAMBDA_GB_SECOND = 0.0000133334
"""arm64."""
HTTP_API_REQUEST = 1.00e-6
"""API Gateway's HTTP API, for a request of at most 512 KB."""
LOGS_GB = 0.50
"""Ingestion into CloudWatch Logs."""
LOG_OF_AN_INVOCATION = 700
"""Bytes that Lambda itself logs (platform.start, platform.report; assumed)."""
LOG_OF_A_REQUEST = 220
"""Bytes of a line of the API's access log (template.yaml, `Site`), with the 26 that CloudWatch adds to each."""
LOGS_GB_MONTH = 0.03
"""A GB kept in CloudWatch Logs for a month, where they are compressed to some 15 per cent (AWS: CloudWatch pricing)."""
LOGS_COMPRESSED = 0.15

MB_OF_ONE_VCPU = 1769
"""AWS: a function has one vCPU at so much memory, and a proportional share below."""
WAIT_S = {"dynamodb": 0.010, "sqs": 0.020, "ses": 0.500, "ssm": 0.020}
"""Seconds that a call waits for AWS while Lambda's clock runs; rather high than low. DynamoDB promises single-digit
milliseconds. Of SQS, AWS says "around 20 ms" within a region (SQS Developer Guide, "Increasing throughput with
horizontal scaling and batching"); from one function to the next by a queue, with both calls in it, others
measured 16 ms in the middle and 105 at the 99th percentile (bitesizedserverless.com, "Serverless Messaging: Latency
Compared", 2022). Those of SES and SSM are assumed."""

SES_MAIL = 0.10e-3
"""Outgoing mail, without attachments and dedicated addresses, without a pricing plan."""


SES_RECEIVED = 0.10e-3
SES_RECEIVED_CHUNK = 0.09e-3
"""A mail that SES receives, and each 256 KB of it (AWS: Amazon SES pricing, incoming mail)."""
S3_PUT, S3_GET, S3_GB_MONTH = 5.0e-6, 0.4e-6, 0.023


@dataclass(frozen=True)
class Plan:
    """A pricing plan of SES: USD a month, and USD for a mail by how many there are a month (up to, price)."""

    name: str
    month: float
    mails: tuple[tuple[float, float], ...]

    def usd(self, mails: float) -> float:
        """What so many mails a month cost, with the month itself."""
        cost, below = self.month, 0.0
        for upto, price in self.mails:
            cost += max(0.0, min(mails, upto) - below) * price
            below = upto
        return cost


_STEPS = (10e6, 100e6, math.inf)
PLANS = {
    "none": Plan("à la carte", 0, ((math.inf, SES_MAIL),)),
    "essentials": Plan("Essentials", 0, tuple(zip(_STEPS, (0.16e-3, 0.14e-3, 0.11e-3), strict=True))),
    "pro": Plan("Pro", 105, tuple(zip(_STEPS, (0.22e-3, 0.17e-3, 0.12e-3), strict=True))),
    "enterprise": Plan("Enterprise", 500, tuple(zip(_STEPS, (0.23e-3, 0.18e-3, 0.13e-3), strict=True))),
}
"""us-east-1 (AWS blog, "Introducing SES pricing plans", 2026-07). New accounts start with Essentials."""
PLANS_AS_OF = "2026-07"

ALARM_MONTH = 0.10
"""For each metric of an alarm, at standard resolution; metric math pays for every metric that it takes."""
DASHBOARD_MONTH = 3.00
METRIC_MONTH = 0.30
"""A metric of our own, by the hour in which it has values; none has any while nothing happens."""
POLLERS = {False: 2, True: 5}
"""Long polls that Lambda keeps open on a queue while nothing comes, each of IDLE_POLL_S seconds, by whether the queue
has a maximum concurrency: five, or "as few as 2", which is "not available when you enable the maximum concurrency
setting" (AWS: Configuring scaling behavior for SQS event source mappings)."""
IDLE_POLL_S = 20
MONTH_S = 30 * 86_400
KEY_MONTH = 1.00
"""A key of ours in KMS."""

ALWAYS_FREE = {"alarms": 10, "dashboards": 3, "metrics": 10, "sqs": 1e6, "sns": 1e6}
"""What AWS gives every account each month without an end (AWS: pricing of CloudWatch, SQS, SNS and Lambda). All stacks
of the account share it. Not what ends after a year or is a credit: SES, API Gateway."""
ALWAYS_FREE_LAMBDA = {"lambda_requests": 1e6, "lambda_gb_seconds": 400_000}
ALWAYS_FREE_LOGS = 5e9
"""Bytes that CloudWatch Logs takes in."""
MOST_METRICS_OF_A_FREE_DASHBOARD = 50
