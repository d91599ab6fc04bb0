"""Lambda may end an event that comes round to the same function, except where the template means it to come round."""

from __future__ import annotations

from tests.template.stacks import as_list, function, resources, stack

FUNCTIONS = stack().functions


def queues_that_hear(topic: str) -> set[str]:
    """The queues that a topic delivers to, by name."""
    subscriptions = (each.properties for each in resources("AWS::SNS::Subscription"))
    return {
        each["Endpoint"].rpartition(":")[2]
        for each in subscriptions
        if each["Protocol"] == "sqs" and each["TopicArn"] == topic
    }


def sends_to(logical_id: str) -> set[str]:
    """The queues that a function may put messages on, by name: directly, or through a topic. What a right does not
    name (a wildcard) is every queue."""
    reached: set[str] = set()
    for policy in function(logical_id).properties.get("Policies", []):
        if "SQSSendMessagePolicy" in policy:
            reached.add(policy["SQSSendMessagePolicy"]["QueueName"])
        for statement in policy.get("Statement", []):
            actions = {action.lower() for action in as_list(statement["Action"])}
            for resource in as_list(statement["Resource"]):
                if actions & {"sqs:sendmessage", "sqs:*", "*"}:
                    reached |= every_queue() if "*" in resource else {resource.rpartition(":")[2]}
                if actions & {"sns:publish", "sns:*", "*"}:
                    reached |= every_queue() if "*" in resource else queues_that_hear(resource)
    return reached


def every_queue() -> set[str]:
    return {queue.physical_id for queue in resources("AWS::SQS::Queue")}


def follows() -> dict[str, set[str]]:
    """Which functions a function can cause to run through a queue, by logical id."""

    def fed_by(queues: set[str]) -> set[str]:
        return {each.logical_id for each in FUNCTIONS if any(source.queue_name in queues for source in each.queues)}

    return {each.logical_id: fed_by(sends_to(each.logical_id)) for each in FUNCTIONS}


def causes(logical_id: str, edges: dict[str, set[str]]) -> set[str]:
    """Every function that a function can cause to run, however long the way."""
    caused: set[str] = set()
    ahead = set(edges[logical_id])
    while ahead:
        following = ahead.pop()
        if following not in caused:
            caused.add(following)
            ahead |= edges[following]
    return caused


def test_a_function_may_loop_exactly_where_it_can_cause_itself_to_run() -> None:
    edges = follows()
    feeding_themselves = {each.logical_id for each in FUNCTIONS if each.logical_id in causes(each.logical_id, edges)}
    assert feeding_themselves == {each.logical_id for each in FUNCTIONS if each.may_loop}
    assert feeding_themselves == {"Planner", "Sender", "LeadHandoff", "Transfers"}


def test_a_circle_of_two_functions_is_found() -> None:
    edges = {"A": {"B"}, "B": {"C"}, "C": {"B"}}
    assert [name for name in edges if name in causes(name, edges)] == ["B", "C"]


def test_no_function_calls_another_which_no_queue_would_show() -> None:
    actions = {
        action.lower()
        for each in FUNCTIONS
        for policy in function(each.logical_id).properties.get("Policies", [])
        for statement in policy.get("Statement", [])
        for action in as_list(statement["Action"])
    }
    assert not [action for action in actions if action.startswith(("lambda:", "events:", "states:"))]
    # What is put into a bucket causes nothing to run: the bucket tells nobody of it.
    assert not [
        each.logical_id for each in resources("AWS::S3::Bucket") if "NotificationConfiguration" in each.properties
    ]
