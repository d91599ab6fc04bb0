"""The configuration set through which every mail goes, and the way of its events to the feedback queue."""

from __future__ import annotations

from typing import Any

from cli.doctor.finding import Finding, fault, together, warning
from cli.doctor.place import Place
from cli.doctor.ses.probe import probe
from rehearsal.ses.settings import EventDestination

DESTINATION = "AWS::SES::ConfigurationSetEventDestination"
SUBSCRIPTION = "AWS::SNS::Subscription"


def configuration_set(place: Place) -> Finding:
    """Whether it sends, by TLS, and reports what the product needs to know."""
    ses, name = place.client("sesv2"), place.app.settings.configuration_set
    found = ses.get_configuration_set(ConfigurationSetName=name)
    wrong = []
    if found.get("SendingOptions", {}).get("SendingEnabled") is False:
        wrong.append(
            fault(
                f"sending by {name} is switched off",
                f"aws sesv2 put-configuration-set-sending-options --configuration-set-name {name} --sending-enabled",
            )
        )
    if found.get("DeliveryOptions", {}).get("TlsPolicy") != "REQUIRE":
        wrong.append(
            warning(
                "mails may go out unencrypted",
                "aws sesv2 put-configuration-set-delivery-options --tls-policy REQUIRE "
                f"--configuration-set-name {name}",
            )
        )
    if found.get("ReputationOptions", {}).get("ReputationMetricsEnabled") is False:
        wrong.append(
            warning(
                "its bounces and complaints are not measured",
                "aws sesv2 put-configuration-set-reputation-options --reputation-metrics-enabled "
                f"--configuration-set-name {name}",
            )
        )
    return together(wrong, f"{name} sends by TLS alone")


def event_flow(place: Place) -> Finding:
    """Whether every event that the product needs goes by SNS to its queue; with --send, whether they come."""
    wrong = list(_destinations(place))
    if wrong or not place.wishes.send:
        return together(wrong, "SES reports to the feedback queue; --send tries it with the mailbox simulator")
    return probe(place)


def _destinations(place: Place) -> list[Finding]:
    name = place.app.settings.configuration_set
    answer = place.client("sesv2").get_configuration_set_event_destinations(ConfigurationSetName=name)
    topics = [each for each in answer.get("EventDestinations", []) if "SnsDestination" in each]
    if not topics:
        return [fault(f"{name} reports to no SNS topic: bounces and complaints go unnoticed", "make deploy")]
    wrong = []
    reported: set[str] = set()
    for each in topics:
        if each.get("Enabled"):
            reported |= set(each.get("MatchingEventTypes", []))
        else:
            wrong.append(fault(f"the event destination {each['Name']} is switched off", _update(name, each, place)))
    lacking = sorted(_wanted(place) - reported)
    if lacking and not wrong:
        message = f"{name} does not report {', '.join(lacking)}"
        wrong.append(fault(message, _update(name, topics[0], place)))
    return wrong or _subscription(place, topics[0]["SnsDestination"]["TopicArn"])


def _wanted(place: Place) -> set[str]:
    """The types that infra/email.yaml asks for, in the API's spelling."""
    types: set[str] = set()
    for each in place.template.of_type(DESTINATION):
        types |= EventDestination("", frozenset(each.properties["EventDestination"]["MatchingEventTypes"])).types
    return types


def _update(name: str, destination: dict[str, Any], place: Place) -> str:
    topic = destination["SnsDestination"]["TopicArn"]
    return (
        f"aws sesv2 update-configuration-set-event-destination --configuration-set-name {name} "
        f"--event-destination-name {destination['Name']} --event-destination "
        f"Enabled=true,MatchingEventTypes={','.join(sorted(_wanted(place)))},SnsDestination={{TopicArn={topic}}}"
    )


def _subscription(place: Place, topic: str) -> list[Finding]:
    sns, url = place.client("sns"), place.app.settings.feedback_queue
    queue = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    subscribe = (
        f"aws sns subscribe --topic-arn {topic} --protocol sqs --notification-endpoint {queue} "
        "--attributes RawMessageDelivery=true"
    )
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    ours = [each for page in pages for each in page.get("Subscriptions", []) if each.get("Endpoint") == queue]
    if not ours:
        return [fault(f"nothing goes from the topic {topic.rpartition(':')[2]} to the feedback queue", subscribe)]
    arn = ours[0]["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    if attributes.get("RawMessageDelivery", "false").lower() != "true":
        return [
            fault(
                "the feedback queue gets events in SNS's envelope, which the product does not open",
                f"aws sns set-subscription-attributes --subscription-arn {arn} --attribute-name RawMessageDelivery "
                "--attribute-value true",
            )
        ]
    return []
