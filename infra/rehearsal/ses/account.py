"""The operations that send nothing: account, identities, configuration sets and the suppression list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from rehearsal.ses.errors import SesError, configuration_set_not_found, invalid, not_found
from rehearsal.ses.limits import SendingLimits
from rehearsal.ses.message.addresses import SIMULATOR_DOMAIN, parse
from rehearsal.ses.settings import ConfigurationSet, SesSettings
from rehearsal.ses.suppression import Suppressed, SuppressionList

_PAGE = 100
_MAX_PAGE = 1000


class Account:
    """Answers in the shapes of the service model; a SesError is what AWS would raise."""

    def __init__(
        self,
        settings: SesSettings,
        limits: SendingLimits,
        suppression: SuppressionList,
        now: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._limits = limits
        self._suppression = suppression
        self._now = now

    def operations(self) -> dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        """What it answers, by the names of the service model."""
        return {
            "GetAccount": self._get_account,
            "PutSuppressedDestination": self._put_suppressed,
            "GetSuppressedDestination": self._get_suppressed,
            "DeleteSuppressedDestination": self._delete_suppressed,
            "ListSuppressedDestinations": self._list_suppressed,
            "GetEmailIdentity": self._get_email_identity,
            "GetConfigurationSet": self._get_configuration_set,
            "GetConfigurationSetEventDestinations": self._get_event_destinations,
        }

    def _get_account(self, request: Mapping[str, Any]) -> dict[str, Any]:
        del request
        return {
            "DedicatedIpAutoWarmupEnabled": False,
            "EnforcementStatus": "HEALTHY",
            "ProductionAccessEnabled": not self._settings.sandbox,
            "SendQuota": {
                "Max24HourSend": self._settings.max_24_hour_send,
                "MaxSendRate": self._settings.max_send_rate,
                "SentLast24Hours": float(self._limits.sent_last_24_hours(self._now())),
            },
            "SendingEnabled": True,
            "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
            "VdmAttributes": {"VdmEnabled": "DISABLED"},
        }

    def _put_suppressed(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_tenant(request)
        if self._settings.sandbox:
            raise invalid("PutSuppressedDestination is not available in the sandbox")
        address = parse(request["EmailAddress"], "EmailAddress")
        if address.domain.lower() == SIMULATOR_DOMAIN:
            raise invalid("EmailAddress: Addresses of the mailbox simulator cannot be suppressed")
        self._suppression.put(Suppressed(address.bare, request["Reason"], self._now()))
        return {}

    def _get_suppressed(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_tenant(request)
        return {"SuppressedDestination": self._suppression.get(request["EmailAddress"]).details()}

    def _delete_suppressed(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_tenant(request)
        self._suppression.delete(request["EmailAddress"])
        return {}

    def _list_suppressed(self, request: Mapping[str, Any]) -> dict[str, Any]:
        _refuse_tenant(request)
        size = request.get("PageSize", _PAGE)
        if not 1 <= size <= _MAX_PAGE:
            raise invalid(f"PageSize: {size}, right would be 1 to {_MAX_PAGE}")
        reasons = request.get("Reasons") or ["BOUNCE", "COMPLAINT"]
        start, end = _moment(request, "StartDate"), _moment(request, "EndDate")

        def wanted(entry: Suppressed) -> bool:
            in_time = (start is None or entry.at >= start) and (end is None or entry.at <= end)
            return in_time and entry.reason in reasons

        entries, token = self._suppression.page(wanted, size, request.get("NextToken"))
        page: dict[str, Any] = {"SuppressedDestinationSummaries": [entry.summary() for entry in entries]}
        return {**page, "NextToken": token} if token else page

    def _get_email_identity(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name = request["EmailIdentity"]
        if name not in self._settings.identities:
            raise not_found(f"Email identity {name} does not exist.")
        return {
            "IdentityType": "EMAIL_ADDRESS" if "@" in name else "DOMAIN",
            "FeedbackForwardingStatus": True,
            "VerifiedForSendingStatus": True,
            "VerificationStatus": "SUCCESS",
            "DkimAttributes": {
                "SigningEnabled": True,
                "Status": "SUCCESS",
                "Tokens": [hashlib.sha256(f"{name} {number}".encode()).hexdigest()[:32] for number in range(3)],
                "SigningHostedZone": f"dkim.{self._settings.region}.amazonses.com",
                "SigningAttributesOrigin": "AWS_SES",
                "CurrentSigningKeyLength": "RSA_2048_BIT",
                "NextSigningKeyLength": "RSA_2048_BIT",
            },
            "Policies": {},
            "Tags": [],
        }

    def _get_configuration_set(self, request: Mapping[str, Any]) -> dict[str, Any]:
        kept = self._configuration_set(request)
        reasons = kept.suppressed_reasons
        return {
            "ConfigurationSetName": request["ConfigurationSetName"],
            **({} if reasons is None else {"SuppressionOptions": {"SuppressedReasons": sorted(reasons)}}),
            "DeliveryOptions": {"TlsPolicy": kept.tls_policy},
            "ReputationOptions": {"ReputationMetricsEnabled": True},
            "SendingOptions": {"SendingEnabled": True},
            "Tags": [],
        }

    def _get_event_destinations(self, request: Mapping[str, Any]) -> dict[str, Any]:
        destinations = self._configuration_set(request).event_topics
        return {
            "EventDestinations": [
                {
                    "Name": f"sns-{number}",
                    "Enabled": True,
                    "MatchingEventTypes": sorted(destination.types),
                    "SnsDestination": {"TopicArn": destination.topic_arn},
                }
                for number, destination in enumerate(destinations, 1)
            ]
        }

    def _configuration_set(self, request: Mapping[str, Any]) -> ConfigurationSet:
        name = request["ConfigurationSetName"]
        if name not in self._settings.configuration_sets:
            raise configuration_set_not_found(name)
        return self._settings.configuration_sets[name]


def _refuse_tenant(request: Mapping[str, Any]) -> None:
    if request.get("TenantName") is not None:
        raise not_found("TenantName: The account has no tenants")


def _moment(request: Mapping[str, Any], name: str) -> datetime | None:
    text = request.get(name)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SesError("SerializationException", f"{name}: not an ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
