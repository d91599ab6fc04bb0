"""What AWS asks, in USD without VAT, in one place."""

from __future__ import annotations

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
"""Outgoing mail, without attachments and dedicated addresses."""
ALARM_MONTH = 0.10
"""Standard resolution; the ten that are free are not deducted."""
DASHBOARD_MONTH = 3.00
"""The three that are free are not deducted."""
IDLE_POLLERS = 5
"""Long polls that Lambda keeps open on a queue while nothing comes, each of IDLE_POLL_S seconds (AWS: Using Lambda with
Amazon SQS, "begins reading five batches at a time"; with a small MaximumConcurrency there may be fewer)."""
IDLE_POLL_S = 20
MONTH_S = 30 * 86_400
KEY_MONTH = 1.00
"""A key of ours in KMS."""
