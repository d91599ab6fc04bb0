"""SES as the template makes it, in an account that may write to everybody, and DNS with its records."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.template.model import Stack
from tests.support.stack.cloud import Cloud

NAME = "newsletter-local"
HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def refused(operation: str, code: str = "AccessDenied") -> ClientError:
    """What AWS says to who may not."""
    date = datetime.now(UTC).strftime(HTTP_DATE)
    response: Any = {
        "Error": {"Code": code, "Message": "no"},
        "ResponseMetadata": {"HTTPHeaders": {"date": date}},
    }
    return ClientError(response, operation)


class DeployedSes:
    """Every part may be changed. `date` is what AWS says that the time is, the present unless set."""

    cloud: Cloud

    def __init__(self, stack: Stack) -> None:
        self.domain = next(each.physical_id for each in stack.of_type("AWS::SES::EmailIdentity"))
        self.account: dict[str, Any] = {
            "ProductionAccessEnabled": True,
            "SendingEnabled": True,
            "EnforcementStatus": "HEALTHY",
            "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0, "SentLast24Hours": 1_500.0},
            "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
            "VdmAttributes": {"VdmEnabled": "DISABLED"},
            "PricingAttributes": {"CurrentPlan": "ESSENTIALS", "NextPlan": "ESSENTIALS"},
        }
        self.date: datetime | None = None
        self.identity: dict[str, Any] | None = {
            "VerifiedForSendingStatus": True,
            "VerificationStatus": "SUCCESS",
            "DkimAttributes": {
                "SigningEnabled": True,
                "Status": "SUCCESS",
                "Tokens": ["first", "second", "third"],
                "SigningHostedZone": "dkim.amazonses.com",
                "CurrentSigningKeyLength": "RSA_2048_BIT",
            },
            "MailFromAttributes": {"MailFromDomain": f"bounce.{self.domain}", "MailFromDomainStatus": "SUCCESS"},
        }
        self.configuration_set: dict[str, Any] = {
            "SendingOptions": {"SendingEnabled": True},
            "DeliveryOptions": {"TlsPolicy": "REQUIRE"},
            "ReputationOptions": {"ReputationMetricsEnabled": True},
            "SuppressionOptions": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        }
        topic = next(each for each in stack.of_type("AWS::SES::ConfigurationSetEventDestination")).properties[
            "EventDestination"
        ]
        types = ["SEND", "REJECT", "BOUNCE", "COMPLAINT", "DELIVERY", "RENDERING_FAILURE", "DELIVERY_DELAY"]
        self.destinations: list[dict[str, Any]] = [
            {
                "Name": "mail-events",
                "Enabled": True,
                "MatchingEventTypes": types,
                "SnsDestination": {"TopicArn": topic["SnsDestination"]["TopicARN"]},
            }
        ]

        rules = [each.properties for each in stack.of_type("AWS::SES::ReceiptRule")]
        self.rule_set: dict[str, Any] = {}
        """What DescribeActiveReceiptRuleSet says: nothing where none is active."""
        self.replies = ""
        for each in rules:
            (self.replies,) = each["Rule"]["Recipients"]
            self.rule_set = {"Metadata": {"Name": each["RuleSetName"]}, "Rules": [deepcopy(each["Rule"])]}

    def records(self) -> dict[tuple[str, str], list[str]]:
        """What is in DNS, by name and type, for a domain that is as it should be."""
        domain, mail_from = self.domain, f"bounce.{self.domain}"
        tokens = ("first", "second", "third")
        return {
            **{(f"{each}._domainkey.{domain}", "CNAME"): [f"{each}.dkim.amazonses.com."] for each in tokens},
            (mail_from, "MX"): ["10 feedback-smtp.eu-north-1.amazonses.com."],
            (mail_from, "TXT"): ['"v=spf1 include:amazonses.com ~all"'],
            (f"_dmarc.{domain}", "TXT"): [f'"v=DMARC1; p=quarantine; rua=mailto:dmarc@{domain}"'],
            (domain, "MX"): [f"10 mail.{domain}."],
            ("inbound-smtp.eu-north-1.amazonaws.com", "A"): ["192.0.2.25"],
            **({(self.replies, "MX"): ["10 inbound-smtp.eu-north-1.amazonaws.com."]} if self.replies else {}),
        }

    def _sesv2_get_account(self) -> Any:
        date = (self.date or datetime.now(UTC)).strftime(HTTP_DATE)
        return {**self.account, "ResponseMetadata": {"HTTPHeaders": {"date": date}}}

    def _get_email_identity(self, EmailIdentity: str) -> Any:  # noqa: N803
        if self.identity is None:
            raise refused("GetEmailIdentity", "NotFoundException")
        if self.replies and EmailIdentity != self.domain:
            raise refused("GetEmailIdentity", "NotFoundException")
        assert EmailIdentity == self.domain
        return self.identity

    def _get_configuration_set(self, ConfigurationSetName: str) -> Any:  # noqa: N803
        assert ConfigurationSetName == f"{NAME}-mail"
        return self.configuration_set

    def _get_configuration_set_event_destinations(self, ConfigurationSetName: str) -> Any:  # noqa: N803
        assert ConfigurationSetName == f"{NAME}-mail"
        return {"EventDestinations": self.destinations}

    def _ses_describe_active_receipt_rule_set(self) -> Any:
        return self.rule_set

    def _send_email(self, **request: Any) -> Any:
        return self.cloud.client("sesv2").send_email(**request)
