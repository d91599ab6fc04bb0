"""What one mail and one visit use of AWS, as the bench measured them (docs/benchmarks.md)."""

from __future__ import annotations

from dataclasses import dataclass, fields

from cli.costs import prices

AS_OF = "2026-11"
"""When they were measured last: `make bench`, the notes of `aws_usd_per_million` and `visit_usd_per_million`."""


@dataclass(frozen=True)
class Usage:
    """Amounts by service, in the unit that AWS bills. A field's name is that of its line on the bill."""

    ses: float = 0.0
    http_api: float = 0.0
    lambda_requests: float = 0.0
    lambda_gb_seconds: float = 0.0
    sqs: float = 0.0
    sns: float = 0.0
    dynamodb_writes: float = 0.0
    dynamodb_reads: float = 0.0
    logs_bytes: float = 0.0

    def usd(self) -> dict[str, float]:
        """The bill, by service."""
        return {field.name: getattr(self, field.name) * PRICES[field.name] for field in fields(self)}

    def times(self, number: float) -> Usage:
        """The same so many times."""
        return Usage(*(getattr(self, field.name) * number for field in fields(self)))


PRICES = {
    "ses": prices.SES_MAIL,
    "http_api": prices.HTTP_API_REQUEST,
    "lambda_requests": prices.LAMBDA_REQUEST,
    "lambda_gb_seconds": prices.LAMBDA_GB_SECOND,
    "sqs": prices.SQS_REQUEST,
    "sns": prices.SNS_PUBLISH,
    "dynamodb_writes": prices.DYNAMODB_WRITE_UNIT,
    "dynamodb_reads": prices.DYNAMODB_READ_UNIT,
    "logs_bytes": prices.LOGS_GB / 1e9,
}

MAIL = Usage(
    ses=1,
    lambda_requests=0.012,
    lambda_gb_seconds=0.030,
    sqs=2.45,  # two events, what Lambda asks the queue for them, and a fiftieth of a batch
    sns=2,
    dynamodb_writes=0.93,  # `ledger_units_per_recipient`, and the rate limiter
    dynamodb_reads=0.60,
    logs_bytes=12,
)
"""Planned, sent, and its Send and Delivery events recorded."""
VISIT = Usage(
    http_api=1,
    lambda_requests=1.008,
    lambda_gb_seconds=0.014,  # most of it waits for the queue and tables, for as long as prices.py assumes
    sqs=0.57,  # a busy container hands over many visits in one call, unless they look like a browser's
    dynamodb_writes=0.43,  # Lambda's pollers divide a scan of 30 links into a dozen writes
    dynamodb_reads=0.84,
    logs_bytes=6 + prices.LOG_OF_A_REQUEST,
)
"""A link of ours opened by a mail scanner, answered and recorded: 14 mails a second, 70 % of them scanned, every other
scanner with the headers of a browser (assumed). A visitor who comes alone takes up to 2.5 times as much beside the HTTP
API, which such visitors are too few for to show."""

ANSWER = Usage(
    ses=1,  # forwarded
    lambda_requests=1,
    lambda_gb_seconds=1.0,
    sqs=3,
    sns=1,
    dynamodb_writes=4,
    dynamodb_reads=4,
    logs_bytes=prices.LOG_OF_AN_INVOCATION,
)
"""A mail of a reader, forwarded and recorded (assumed)."""
ANSWER_BYTES = 100_000
"""Of a mail that comes (assumed: text with what it answers, a signature's picture now and then)."""
TICKS = 30 * 24 * 12
"""Runs of Nurture in a month."""
TICK = Usage(
    lambda_requests=1,
    lambda_gb_seconds=1.4,  # it waits for 138 answers, one after the other, for as long as prices.py assumes
    dynamodb_reads=137,  # one unit for each question at most
    logs_bytes=prices.LOG_OF_AN_INVOCATION,
)
"""A tick while nothing is due: it asks every shard. Counted in tests/aws/nurture/test_idle_tick.py."""
METRICS, HOURS_OF_A_MAILING = 12, 48
"""Metrics of our own that a mailing keeps alive, and for how many hours (assumed: sending, feedback, visits)."""
