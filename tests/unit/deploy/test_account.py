"""A stack goes over to other data only where that is said."""

from __future__ import annotations

from typing import Any

import pytest

from cli.faults import Fault
from deploy import account
from deploy.parameters import declared
from deploy.stage import Stage
from tests.template.stacks import PARAMETERS

VALUES = {name: str(PARAMETERS.get(name, about.get("Default", ""))) for name, about in declared().items()}
TABLES = {**VALUES, "SubscribersTable": "restored"}


class There(Stage):
    """A stack that is there, with these parameters and this status, in an account where everything exists."""

    given: dict[str, str] = VALUES
    status = "UPDATE_COMPLETE"

    def client(self, service: str) -> Any:
        assert service in ("sts", "cloudformation", "dynamodb")
        return self

    def get_caller_identity(self) -> Any:
        return {"Account": "123456789012"}

    def describe_stacks(self, **_: Any) -> Any:
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in self.given.items()]
        return {"Stacks": [{"StackStatus": self.status, "Parameters": given}]}

    def describe_table(self, **_: Any) -> Any:
        return {}

    class exceptions:  # noqa: N801 (as boto3 has it)
        class ResourceNotFoundException(Exception):
            """Of DynamoDB."""


STAGE = There("prod", "newsletter", "eu-north-1")


def test_a_file_that_names_other_tables_is_refused_unless_that_is_meant() -> None:
    with pytest.raises(Fault, match=r"the stack's own, and would use restored at once.*OTHER_DATA=SubscribersTable"):
        account.look(STAGE, TABLES)
    assert account.look(STAGE, TABLES, "LeadsTable,SubscribersTable").changes(TABLES) == [
        "SubscribersTable: empty -> restored"
    ]


def test_a_file_that_has_lost_the_name_of_a_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(There, "given", TABLES)
    with pytest.raises(Fault, match=r"uses restored, and would use a new, empty one at once"):
        account.look(STAGE, VALUES)
    assert account.look(STAGE, TABLES).changes(TABLES) == []


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("ROLLBACK_COMPLETE", "delete-stack --stack-name newsletter"),
        ("UPDATE_ROLLBACK_FAILED", "continue-update-rollback"),
        ("UPDATE_IN_PROGRESS", "somebody is deploying it"),
    ],
)
def test_a_stack_that_takes_no_update_is_said_before_anything_is_built(
    monkeypatch: pytest.MonkeyPatch, status: str, said: str
) -> None:
    monkeypatch.setattr(There, "status", status)
    with pytest.raises(Fault, match=status) as fault:
        account.look(STAGE, VALUES)
    assert said in str(fault.value)


def test_what_somebody_only_looked_at_is_a_new_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(There, "status", "REVIEW_IN_PROGRESS")
    monkeypatch.setattr(account, "_identity", lambda *_: iter(()))
    assert not account.look(STAGE, TABLES).exists
