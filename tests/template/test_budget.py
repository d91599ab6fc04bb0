"""The optional budget tells its address of what was spent and of what will be, and is no part of the stack."""

from __future__ import annotations

from rehearsal.template.cloudformation import read_yaml
from tests.template.stacks import ROOT

BUDGET = "infra/budget.yaml"


def test_a_budget_writes_when_more_is_spent_and_when_it_is_forecast() -> None:
    body = read_yaml(ROOT / BUDGET, BUDGET)["Resources"]["Budget"]["Properties"]
    assert body["Budget"]["BudgetLimit"]["Unit"] == "USD"
    assert "BudgetName" not in body["Budget"], "a changed address replaces the budget, and names must be free for that"
    told = [
        (each["Notification"]["NotificationType"], each["Subscribers"]) for each in body["NotificationsWithSubscribers"]
    ]
    assert [kind for kind, _ in told] == ["ACTUAL", "FORECASTED"]
    for _, who in told:
        assert who == [{"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmAddress"}}]


def test_the_newsletter_deploys_where_cloudformation_knows_no_budgets() -> None:
    """CloudFormation refuses a template with a type that the region does not know, whatever its condition says."""
    files = [each for each in (ROOT / "template.yaml", *(ROOT / "infra").glob("*.yaml")) if each != ROOT / BUDGET]
    written = {each.name: each.read_text("utf-8") for each in files}
    assert not [name for name, text in written.items() if "AWS::Budgets" in text or "budget.yaml" in text]
