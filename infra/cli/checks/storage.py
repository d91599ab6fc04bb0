"""Tables and queues of a stack, compared with infra/*.yaml. CloudFormation does not look after a table that is used by
its name, so nothing else would notice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rehearsal.template.cloudformation import Resource

Difference = tuple[str, str, bool]
"""The resource; what differs and what repairs it; True for a fault, False for what could not be looked at."""

QUEUE_ATTRIBUTES = ("VisibilityTimeout", "MessageRetentionPeriod", "SqsManagedSseEnabled")


def table_differences(wanted: Resource, name: str, dynamodb: Any, *, local: bool) -> Iterator[Difference]:
    """In what table `name` differs from the template. The local cloud (`local`) keeps no backups."""
    found = dynamodb.describe_table(TableName=name)["Table"]
    where, say = f"table {name}", wanted.properties
    if _keys(found) != _keys(say):
        yield where, f"has the keys {_keys(found)}, and should have {_keys(say)}: it is another table", True
    yield from _indexes(where, name, say, found)
    expires = say.get("TimeToLiveSpecification", {}).get("AttributeName", "")
    kept = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    here = kept.get("AttributeName", "") if kept.get("TimeToLiveStatus") in ("ENABLED", "ENABLING") else ""
    if here != expires:
        repair = (
            f"aws dynamodb update-time-to-live --table-name {name} "
            f"--time-to-live-specification Enabled=true,AttributeName={expires}"
        )
        yield where, f"items expire by {here or 'nothing'}, and should by {expires or 'nothing'}: `{repair}`", True
    if not local:
        yield from _backups(where, name, say, dynamodb)


def _backups(where: str, name: str, say: Mapping[str, Any], dynamodb: Any) -> Iterator[Difference]:
    wanted = say.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False)
    kept = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    has = kept["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    if wanted and not has:
        repair = (
            f"aws dynamodb update-continuous-backups --table-name {name} "
            "--point-in-time-recovery-specification PointInTimeRecoveryEnabled=true"
        )
        yield where, f"has no point-in-time recovery, and should: `{repair}`", True


def _indexes(where: str, name: str, say: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Difference]:
    there = {index["IndexName"]: index for index in found.get("GlobalSecondaryIndexes", [])}
    types = {each["AttributeName"]: each for each in say["AttributeDefinitions"]}
    for index in say.get("GlobalSecondaryIndexes", []):
        kept = there.get(index["IndexName"])
        if kept is None:
            attributes = [types[key["AttributeName"]] for key in index["KeySchema"]]
            repair = (
                f"aws dynamodb update-table --table-name {name} --attribute-definitions '{json.dumps(attributes)}' "
                f"--global-secondary-index-updates '{json.dumps([{'Create': index}])}'"
            )
            yield where, f"lacks the index {index['IndexName']}: `{repair}`", True
        elif kept.get("IndexStatus", "ACTIVE") != "ACTIVE":
            message = (
                f"the index {index['IndexName']} is being filled by DynamoDB and cannot be read yet: wait before the "
                'next step of "A wider index for planning" (docs/operate.md)'
            )
            yield where, message, True
        elif (_keys(kept), _projection(kept)) != (_keys(index), _projection(index)):
            message = (
                f"the index {index['IndexName']} has the keys {_keys(kept)} and holds {_projection(kept)}, and should "
                f"have {_keys(index)} and hold {_projection(index)}: an index never gets other attributes, one with "
                'more of them comes beside it under another name (docs/operate.md, "A wider index for planning"); '
                "that of a table used by name is deleted and made anew with `aws dynamodb update-table`"
            )
            yield where, message, True


def queue_differences(wanted: Resource, url: str, sqs: Any) -> Iterator[Difference]:
    """In what the queue differs from the template."""
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    where = f"queue {url.rpartition('/')[2]}"
    for name in QUEUE_ATTRIBUTES:
        if name in wanted.properties:
            should = str(wanted.properties[name]).lower()
            if str(found.get(name, "nothing")).lower() != should:
                repair = f"aws sqs set-queue-attributes --queue-url {url} --attributes {name}={should}"
                yield where, f"{name} is {found.get(name, 'nothing')}, and should be {should}: `{repair}`", True
    redrive = wanted.properties.get("RedrivePolicy")
    if not redrive:
        return
    kept = json.loads(found.get("RedrivePolicy", "{}"))
    if str(kept.get("maxReceiveCount")) != str(redrive["maxReceiveCount"]):
        message = (
            f"a message goes to the dead letters after {kept.get('maxReceiveCount', 'no')} tries, and should after "
            f"{redrive['maxReceiveCount']}: `make deploy`, or the queue's redrive policy in the SQS console"
        )
        yield where, message, True


def names_in_stack(variables: Mapping[str, str], actual: Mapping[str, str]) -> Callable[[str], str]:
    """Returns a function from names in the variables of the template to those in the variables of the stack.

    It returns an empty name for what the stack does not have.
    """
    names = {value: actual.get(name, "") for name, value in variables.items()}
    return lambda name: names.get(name, "")


def _keys(table: Mapping[str, Any]) -> str:
    return " ".join(f"{key['AttributeName']} ({key['KeyType']})" for key in table["KeySchema"])


def _projection(index: Mapping[str, Any]) -> str:
    kept = index["Projection"]
    return " ".join([kept["ProjectionType"], *sorted(kept.get("NonKeyAttributes", []))])
