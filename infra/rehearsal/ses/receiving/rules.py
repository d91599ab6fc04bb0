"""Receipt rules as SES reads them: whom a rule receives for, and where it puts a mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rehearsal.template.cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rehearsal.template.cloudformation import Resource
    from rehearsal.template.model import Stack

RULE = "AWS::SES::ReceiptRule"


@dataclass(frozen=True)
class ReceiptRule:
    """One rule with its one action; `recipients` are addresses, domains, or domains whose subdomains are meant
    (`.example.com`). https://docs.aws.amazon.com/ses/latest/dg/receiving-email-receipt-rules-console-walkthrough.html
    """

    name: str
    recipients: tuple[str, ...]
    scans: bool
    bucket: str
    prefix: str
    topic_arn: str

    def matching(self, addresses: Sequence[str]) -> list[str]:
        """Those of the addresses that the rule receives for."""
        return [address for address in addresses if any(_means(each, address) for each in self.recipients)]


def rules_of(stack: Stack) -> tuple[ReceiptRule, ...]:
    """The rules of the template that are switched on. `TemplateError` for an action that is not emulated."""
    found = [each for each in stack.of_type(RULE) if each.properties["Rule"].get("Enabled", False)]
    return tuple(_rule(each) for each in found)


def _rule(resource: Resource) -> ReceiptRule:
    said = resource.properties["Rule"]
    actions = said.get("Actions", [])
    if len(actions) != 1 or not {"BucketName", "TopicArn"} <= actions[0].get("S3Action", {}).keys():
        raise TemplateError(
            f"{resource.file}: {resource.logical_id}: the local cloud knows rules of one S3Action with a TopicArn only"
        )
    action = actions[0]["S3Action"]
    return ReceiptRule(
        name=said["Name"],
        recipients=tuple(each.lower() for each in said.get("Recipients", ())),
        scans=bool(said.get("ScanEnabled", False)),
        bucket=action["BucketName"],
        prefix=action.get("ObjectKeyPrefix", ""),
        topic_arn=action["TopicArn"],
    )


def _means(recipient: str, address: str) -> bool:
    address = address.lower()
    domain = address.rpartition("@")[2]
    if recipient.startswith("."):
        return domain.endswith(recipient)
    return recipient in (address, domain)
