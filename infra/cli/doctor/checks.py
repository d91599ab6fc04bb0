"""Every check of the doctor, in the order in which they are shown, with the rights that each needs."""

from __future__ import annotations

from cli.doctor.capacity import executions, front_door, senders, shares
from cli.doctor.deployed import alarms, drift, functions, logs, mappings, parameters, schedules
from cli.doctor.dns import sender
from cli.doctor.finding import Check
from cli.doctor.outside import clock, crm, feeds, issuer, site
from cli.doctor.ses import account, configuration, identity, quota, receiving
from cli.doctor.stored import queues, secrets, tables

OF_STACK = ("cloudformation:DescribeStacks",)
OF_FUNCTIONS = (*OF_STACK, "cloudformation:DescribeStackResource")
ACCOUNT, IDENTITY = ("ses:GetAccount",), ("ses:GetEmailIdentity",)
PLANS = ("ses:GetAccount", "dynamodb:Query", "dynamodb:DescribeTable")

CHECKS: tuple[Check, ...] = (
    Check("ses_access", "SES access", account.access, ACCOUNT),
    Check("ses_quota", "SES quota", quota.look, PLANS),
    Check("ses_pricing", "SES pricing plan", account.pricing, ACCOUNT),
    Check("identity", "Sender's domain", identity.verified, IDENTITY),
    Check("dkim", "DKIM", identity.dkim, IDENTITY),
    Check("mail_from", "MAIL FROM", identity.mail_from, (*IDENTITY, *OF_STACK)),
    Check("spf", "SPF", sender.spf, IDENTITY),
    Check("dmarc", "DMARC", sender.dmarc, IDENTITY),
    Check("mx", "MX", sender.takes_answers),
    Check(
        "replies",
        "Answers received",
        receiving.look,
        ("ses:DescribeActiveReceiptRuleSet", *IDENTITY, *OF_STACK),
    ),
    Check("configuration_set", "Configuration set", configuration.configuration_set, ("ses:GetConfigurationSet",)),
    Check(
        "event_flow",
        "Event flow",
        configuration.event_flow,
        (
            "ses:GetConfigurationSetEventDestinations",
            "sns:ListSubscriptionsByTopic",
            "sns:GetSubscriptionAttributes",
            "sqs:GetQueueAttributes",
            *OF_STACK,
            "ses:SendEmail",
            "dynamodb:PutItem",
            "dynamodb:GetItem",
        ),
        waits=True,
    ),
    Check("suppression", "Suppression list", account.suppression, (*ACCOUNT, "ses:GetConfigurationSet")),
    Check("lambda_concurrency", "Lambda executions", executions.look, ("lambda:GetAccountSettings", *PLANS)),
    Check(
        "api_limits",
        "API Gateway",
        front_door.look,
        ("cloudformation:DescribeStackResource", "apigateway:GET", *PLANS),
    ),
    Check("senders", "Senders", senders.look, (*OF_STACK, *PLANS)),
    Check("rate_share", "Share of the rate", shares.look, OF_STACK),
    Check("recursion", "Lambda recursion", functions.recursion, (*OF_FUNCTIONS, "lambda:GetFunctionRecursionConfig")),
    Check("publication", "Stack and publication", parameters.look, OF_STACK),
    Check(
        "functions",
        "Functions",
        functions.look,
        (*OF_FUNCTIONS, "lambda:GetFunctionConfiguration", "iam:ListRolePolicies", "iam:GetRolePolicy"),
    ),
    Check("drift", "Template drift", drift.look, (*OF_STACK, "cloudformation:ListStackResources")),
    Check(
        "secrets",
        "Secrets",
        secrets.look,
        ("ssm:GetParametersByPath", "ssm:GetParameterHistory", "dynamodb:GetItem", "dynamodb:Scan"),
    ),
    Check(
        "tables",
        "Tables",
        tables.look,
        (
            *OF_STACK,
            "dynamodb:DescribeTable",
            "dynamodb:DescribeTimeToLive",
            "dynamodb:DescribeContinuousBackups",
        ),
    ),
    Check("queues", "Queues", queues.look, (*OF_STACK, "sqs:GetQueueAttributes", "cloudwatch:GetMetricData")),
    Check("queue_readers", "Readers of queues", mappings.look, (*OF_FUNCTIONS, "lambda:GetEventSourceMapping")),
    Check("dead_letters", "Dead letters", queues.dead_letters, ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")),
    Check("schedules", "Schedules", schedules.armed, (*OF_FUNCTIONS, "scheduler:GetSchedule")),
    Check(
        "last_run",
        "Last runs",
        schedules.last_run,
        (*OF_FUNCTIONS, "cloudwatch:GetMetricData", "dynamodb:Query"),
    ),
    Check(
        "alarms",
        "Alarms",
        alarms.look,
        ("cloudformation:DescribeStackResource", "sns:ListSubscriptionsByTopic", "cloudwatch:DescribeAlarms"),
    ),
    Check("site", "Public address", site.look),
    Check("feeds", "Feeds", feeds.look, ("dynamodb:GetItem",), seconds=60),
    Check("crm", "CRM", crm.look, ("dynamodb:GetItem", "ssm:GetParameter"), seconds=75),
    Check("issuer", "Issuer of tokens", issuer.look),
    Check("clock", "Clock", clock.look, ACCOUNT),
    Check(
        "logs",
        "Log retention",
        logs.look,
        (*OF_FUNCTIONS, "lambda:GetFunctionConfiguration", "logs:DescribeLogGroups"),
    ),
)
