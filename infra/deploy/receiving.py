"""Receiving of answers: the receipt rule set, of which one is active in an account and region.

CloudFormation makes sets and rules and activates none. Ours is activated where none is; another is never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from botocore.exceptions import ClientError

from cli.checks.stack import DeployedStack
from cli.doctor.ses.receiving import RULE, active_rule_set, not_active
from deploy.stage import Client, Stage
from newsletter.platform.aws.error_codes import NOT_ALLOWED


def activate(deployed: DeployedStack, client: Client) -> list[str]:
    """Activate the stack's rule set where none is active, and print what receives; what is wrong and what mends it."""
    rules = list(deployed.wanted.of_type(RULE))
    if not rules:
        return []
    name = rules[0].properties["RuleSetName"]
    print("\n== Answers")
    try:
        active, _ = active_rule_set(client)
        if not active and not deployed.given.get("ReceiptRuleSet"):
            client("ses").set_active_receipt_rule_set(RuleSetName=name)
            print(f"  No receipt rule set was active. {name} is now.")
            return []
    except ClientError as error:
        if error.response["Error"]["Code"] not in NOT_ALLOWED:
            raise
        print(f"  (whether the receipt rule set {name} is active: AWS refused {error.operation_name})")
        return []
    if active == name:
        print(f"  SES receives by the rule set {name}.")
        return []
    found = not_active(name, active)
    return [f"{found.message}: {found.mend}"]


def rule_set_faults(stage: Stage, wanted: Mapping[str, str], has: Mapping[str, str]) -> Iterator[str]:
    """What would fail at the rule set: one that is named and not there, or one of the stack's own that is left over.

    And, when answers are switched on, one of others that is active: readers would answer to where nothing is received.
    """
    if not wanted.get("ReplyDomain"):
        return
    named, own = wanted.get("ReceiptRuleSet", ""), f"{stage.stack}-replies"
    if named and not _is_there(stage, named):
        yield (
            f"ReceiptRuleSet: there is no receipt rule set {named} in {stage.region}; see "
            "`aws ses list-receipt-rule-sets`"
        )
    has_own = bool(has.get("ReplyDomain")) and not has.get("ReceiptRuleSet")
    if not named and not has_own and _is_there(stage, own):
        yield (
            f"SES of {stage.region} has a receipt rule set {own} already, which the stack had left, so it cannot make "
            f'it: ReceiptRuleSet = "{own}"'
        )
    active, _ = active_rule_set(stage.client)
    if not has.get("ReplyDomain") and active not in ("", named or own):
        yield (
            f"SES of {stage.region} receives by the rule set {active}, which is left as it is, so our rule has to be "
            f'in it: ReceiptRuleSet = "{active}"'
        )


def _is_there(stage: Stage, name: str) -> bool:
    ses = stage.client("ses")
    try:
        ses.describe_receipt_rule_set(RuleSetName=name)
    except ses.exceptions.RuleSetDoesNotExistException:
        return False
    return True
