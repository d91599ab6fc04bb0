"""What is decided about a mailing while it is under way, on the mailing's own item: an A/B test, and sending it again.

Every change is one conditional write.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.mailings.experiments.decision import Decision, decision_of_values
from newsletter.mailings.experiments.experiment import experiment_of_values
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.status import MailingStatus
from newsletter.mailings.status_store import status_values
from newsletter.platform.aws.items import change, from_item, holds, projection, to_item
from newsletter.platform.aws.table_store import TableStore
from newsletter.platform.times import iso, parse_iso


class Experiments(TableStore):
    """Each attribute is written once and never changes, except for the draft of what is sent again."""

    def note_out(self, mailing: str, at: datetime) -> bool:
        """Note that every mail of the test is out; False when that was noted before."""
        return self._change(
            mailing, {"ab_out_at": iso(at)}, "attribute_exists(#pk) AND attribute_not_exists(#ab_out_at)"
        )

    def decide(self, mailing: str, before: MailingStatus, after: MailingStatus, decision: Decision) -> bool:
        """Store the decision, and with it the status in which the rest is sent.

        False when it was decided before, or the status is not `before` any more: then nothing is stored.
        """
        return self._change(
            mailing,
            {"ab_decision": decision.values, **status_values(after)},
            "attribute_not_exists(#ab_decision) AND #state = :before AND #state_since = :before_since",
            {"before": status_values(before)["state"], "before_since": iso(before.since)},
        )

    def is_decided(self, mailing: str) -> bool:
        """Whether the winner is known."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(mailing), ConsistentRead=True, **projection(("ab_decision",))
        )
        return "ab_decision" in answer.get("Item", {})

    def claim_again(self, mailing: str, by: str) -> bool:
        """Let the mailing `by` be the one that sends this one again; False when another one is."""
        free = "attribute_exists(#pk) AND (attribute_not_exists(#sent_again) OR #sent_again = :sent_again)"
        return self._change(mailing, {"sent_again": by}, free, repeatable=True)

    def again_draft(self, mailing: str) -> str:
        """The id of the draft that was made last to send the mailing again; empty if there was none."""
        answer = self._client.get_item(
            TableName=self._table, Key=_key(mailing), ConsistentRead=True, **projection(("again_draft",))
        )
        return str(from_item(answer.get("Item", {})).get("again_draft", ""))

    def claim_draft(self, mailing: str, draft: str, before: str) -> bool:
        """Let that draft be the one that sends the mailing again, in place of `before`, which is gone (or empty)."""
        free = "#again_draft = :before" if before else "attribute_exists(#pk) AND attribute_not_exists(#again_draft)"
        return self._change(mailing, {"again_draft": draft}, free, {"before": before} if before else {})

    def _change(
        self,
        mailing: str,
        values: Mapping[str, Any],
        condition: str,
        compared: Mapping[str, Any] | None = None,
        *,
        repeatable: bool = False,
    ) -> bool:
        changed = change(values, condition=condition, compared=compared)
        return holds(
            self._client,
            "update_item",
            repeatable=repeatable,
            TableName=self._table,
            Key=_key(mailing),
            **changed,
        )


def experiment_values(mailing: Mailing) -> dict[str, Any]:
    """The attributes of a new mailing that has an A/B test or sends another one again."""
    return {"ab": mailing.ab.stored if mailing.ab else None, "again_of": mailing.again_of or None}


def experiment_fields(item: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a mailing that its item has of an A/B test and of sending again."""
    return {
        "ab": experiment_of_values(item["ab"]) if "ab" in item else None,
        "decision": decision_of_values(item["ab_decision"]) if "ab_decision" in item else None,
        "tested_since": parse_iso(item["ab_out_at"]) if "ab_out_at" in item else None,
        "again_of": item.get("again_of", ""),
        "sent_again": item.get("sent_again", ""),
    }


def _key(mailing: str) -> dict[str, Any]:
    return to_item({"pk": f"mailing#{mailing}", "sk": "mailing"})
