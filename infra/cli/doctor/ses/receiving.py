"""Answers of readers: whether SES receives for their domain, by the rule of the stack in the set that is active."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from cli.doctor.dns.records import mx
from cli.doctor.finding import Finding, fault, fine, together
from cli.doctor.place import Place
from newsletter.platform.aws.error_codes import NOT_THERE

RULE = "AWS::SES::ReceiptRule"
Client = Callable[[str], Any]


def look(place: Place) -> Finding:
    """Its MX record, the region's server, the active rule set with our rule, and whether SES knows the domain."""
    replies = place.app.publication.replies
    if replies is None:
        return fine("none are received: they go to sender.reply_to")
    place.not_local("mail servers outside")
    rules = list(place.template.of_type(RULE))
    if not rules:
        right = f'set ReplyDomain = "{replies.domain}" in deploy.<stage>.toml, then make deploy'
        return fault(f"the stack receives nothing, and publication.toml has [replies] for {replies.domain}", right)
    found = [
        *_by_dns(replies.domain, place),
        *_rule_set(rules[0].properties, place.client),
        *_identity(replies.domain, place.client),
    ]
    return together(found, f"SES receives for {replies.domain}")


def server_of(region: str) -> str:
    """Where SES receives mail in a region. https://docs.aws.amazon.com/general/latest/gr/ses.html."""
    return f"inbound-smtp.{region}.amazonaws.com"


def _by_dns(domain: str, place: Place) -> Iterator[Finding]:
    region = place.template.account.region
    server = server_of(region)
    if not place.resolver.has_address(server):
        yield fault(
            f"SES receives no mail in {region}: there is no {server}",
            'set ReplyDomain = "" in deploy.<stage>.toml and take [replies] out, or use a region that receives '
            "(AWS: Amazon SES endpoints and quotas)",
        )
    servers = [each for _, each in place.resolver.exchanges(domain)]
    if servers != [server]:
        has = ", ".join(servers) or "none"
        yield fault(f"{domain} has the mail server {has}, and SES wants its own alone", mx(domain, 10, server))


def active_rule_set(client: Client) -> tuple[str, list[Mapping[str, Any]]]:
    """The name of the account's active receipt rule set, and its rules; an empty name where none is active."""
    found = client("ses").describe_active_receipt_rule_set()
    return found.get("Metadata", {}).get("Name", ""), list(found.get("Rules", []))


def _rule_set(wanted: Mapping[str, Any], client: Client) -> Iterator[Finding]:
    name, rule = wanted["RuleSetName"], wanted["Rule"]
    active, rules = active_rule_set(client)
    if active != name:
        yield not_active(name, active)
        return
    ours = next((each for each in rules if each["Name"] == rule["Name"]), None)
    if ours is None or not ours.get("Enabled") or ours.get("Recipients", []) != rule["Recipients"]:
        state = "is not there" if ours is None else "is switched off, or is not for the domain alone"
        yield fault(f"the receipt rule {rule['Name']} of the set {name} {state}", "make deploy")


def not_active(name: str, active: str) -> Finding:
    """What to do where another rule set is active, or none."""
    if not active:
        activate = f"aws ses set-active-receipt-rule-set --rule-set-name {name}"
        return fault(f"no receipt rule set is active, so SES receives nothing; ours is {name}", activate)
    return fault(
        f"SES receives by the rule set {active}, which is left as it is, and not by {name}",
        f'set ReceiptRuleSet = "{active}" in deploy.<stage>.toml, then make deploy: our rule is added to that set',
    )


def _identity(domain: str, client: Client) -> Iterator[Finding]:
    """A domain is verified by itself, or by one above it."""
    ses = client("sesv2")
    labels = domain.split(".")
    for start in range(len(labels) - 1):
        try:
            if ses.get_email_identity(EmailIdentity=".".join(labels[start:])).get("VerifiedForSendingStatus"):
                return
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_THERE:
                raise
    yield fault(
        f"SES has verified neither {domain} nor a domain above it, so it receives nothing",
        f"aws sesv2 create-email-identity --email-identity {domain}",
    )
