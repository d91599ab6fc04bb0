"""SES, SQS and SSM as far as we call them: everything is accepted, counted, and messages are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from hashlib import md5
from typing import Any

from rehearsal.aws.dynamodb import Meter

Request = Mapping[str, Any]
SECRETS = {
    "pepper": "pepper-of-the-bench",
    "link_keys": "older-link-key-of-the-bench,newer-link-key-of-the-bench",
    "webhook_secrets": "whsec_bmV3c2xldHRlci1iZW5jaC1zZWNyZXQtMzJieXRlcyE=",
}


class Ses:
    """Takes every mail and forgets it. `rate` is how many a second it says the account may send; -1: any number."""

    def __init__(self, meter: Meter, rate: float = -1.0) -> None:
        self._meter = meter
        self._rate = rate

    def call(self, method: str, path: str, request: Request) -> dict[str, Any]:
        """The answer to a request of the SES v2 API."""
        match method, path:
            case "GET", "/v2/email/account":
                self._meter.call("ses", "GetAccount")
                return {"SendQuota": {"Max24HourSend": -1.0, "MaxSendRate": self._rate, "SentLast24Hours": 0.0}}
            case "POST", "/v2/email/outbound-bulk-emails":
                self._meter.call("ses", "SendBulkEmail")
                return {"BulkEmailEntryResults": [self._accepted() for _ in request["BulkEmailEntries"]]}
            case "POST", "/v2/email/outbound-emails":
                self._meter.call("ses", "SendEmail")
                return {"MessageId": _MESSAGE_ID}
        message = f"the stub does not know {method} {path} of SES"
        raise LookupError(message)

    def _accepted(self) -> dict[str, str]:
        return {"Status": "SUCCESS", "MessageId": _MESSAGE_ID}


_MESSAGE_ID = "0110019ab3c4d5e6-7f3c1a52-8f0e-4c0a-9f5e-2b7d6c1e9a40-000000"


class Sqs:
    """Keeps what it is sent, by queue URL."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self.messages: dict[str, list[str]] = defaultdict(list)

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """The answer to SendMessage and SendMessageBatch."""
        queue = request["QueueUrl"]
        self._meter.call("sqs", operation, queue.rpartition("/")[2])
        match operation:
            case "SendMessage":
                return self._keep(queue, request["MessageBody"])
            case "SendMessageBatch":
                taken = [{"Id": entry["Id"], **self._keep(queue, entry["MessageBody"])} for entry in request["Entries"]]
                return {"Successful": taken}
        message = f"the stub does not know {operation} of SQS"
        raise LookupError(message)

    def _keep(self, queue: str, body: str) -> dict[str, str]:
        self.messages[queue].append(body)
        digest = md5(body.encode(), usedforsecurity=False).hexdigest()
        return {"MessageId": f"{digest[:8]}-0000-4000-8000-{digest[:12]}", "MD5OfMessageBody": digest}


class Ssm:
    """Holds our three secrets, under any path."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def call(self, operation: str, request: Request) -> dict[str, Any]:
        """The answer to GetParameter, GetParameters and GetParametersByPath."""
        self._meter.call("ssm", operation)
        match operation:
            case "GetParameter":
                return {"Parameter": _parameter(request["Name"])}
            case "GetParameters":
                return {"Parameters": [_parameter(name) for name in request["Names"]], "InvalidParameters": []}
            case "GetParametersByPath":
                return {"Parameters": [_parameter(f"{request['Path']}/{name}") for name in SECRETS]}
        message = f"the stub does not know {operation} of SSM"
        raise LookupError(message)


def _parameter(name: str) -> dict[str, Any]:
    return {"Name": name, "Type": "SecureString", "Value": SECRETS[name.rpartition("/")[2]], "Version": 1}
