"""What the benches read off the templates, so that they measure the stack that is deployed and not one of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from newsletter.mail.templates import Templates
from rehearsal import environment
from rehearsal.template.cloudformation import Resource
from rehearsal.template.model import Stack
from rehearsal.template.stack import load_stack
from tests.support.mailings.templates import TEMPLATES

ROOT = Path(__file__).parents[2]
PUBLIC_URL = "https://uutiskirje.sanaharju.example"


@dataclass(frozen=True)
class Layout:
    """`tables`: (logical name, partition key, sort key) by physical name; `mailable`: what that index holds."""

    tables: Mapping[str, tuple[str, str, str]]
    mailable: tuple[str, ...]
    topics: tuple[str, ...]
    languages: tuple[str, ...]


@cache
def stack(**more: str) -> Stack:
    """The stack of template.yaml, with `more` parameters of it."""
    parameters = {
        "PublicUrl": PUBLIC_URL,
        "SenderDomain": "sanaharju.example",
        "CrmWebhookUrl": "http://127.0.0.1/replaced-by-variables",
        "OidcIssuer": "https://issuer.example",
        "OidcAudience": "console",
        **more,
    }
    return load_stack(ROOT, parameters)


def _mailable_index() -> str:
    planner = stack().function("planner")
    assert planner is not None
    return planner.environment["NEWSLETTER_MAILABLE_INDEX"]


@cache
def layout() -> Layout:
    """Tables and index as infra/storage.yaml has them, topics and languages of the publication."""
    publication = Templates(TEMPLATES, PUBLIC_URL).publication
    tables = list(stack().of_type("AWS::DynamoDB::Table"))
    (mailable,) = (
        index for table in tables for index in table.properties.get("GlobalSecondaryIndexes", ())
        if index["IndexName"] == _mailable_index()
    )  # fmt: skip
    subscribers = next(table for table in tables if table.logical_id == "Subscribers")
    held = [*_key(subscribers.properties), *_key(mailable), *mailable["Projection"].get("NonKeyAttributes", ())]
    return Layout(
        tables={table.physical_id: _table(table) for table in tables},
        mailable=tuple(dict.fromkeys(filter(None, held))),
        topics=tuple(topic.key for topic in publication.topics),
        languages=publication.languages,
    )


def batch_size(folder: str, queue: str) -> int:
    """Records that Lambda hands the function at once from the queue whose name ends so."""
    function = stack().function(folder)
    assert function is not None
    return next(source.batch_size for source in function.queues if source.queue_name.endswith(queue))


def memory_gb(folder: str) -> float:
    """The function's memory."""
    function = stack().function(folder)
    assert function is not None
    resource = next(
        each for each in stack().of_type("AWS::Serverless::Function") if each.logical_id == function.logical_id
    )
    return float(resource.properties["MemorySize"]) / 1024


def variables(endpoint: str) -> dict[str, str]:
    """The functions' environment, with every AWS service, the blog and the CRM behind `endpoint`."""
    return {
        **environment.of_functions(stack()),
        **environment.of_aws(stack()),
        "AWS_ENDPOINT_URL": endpoint,
        "NEWSLETTER_TEMPLATES": str(TEMPLATES),
        "NEWSLETTER_FEED_URL": f"{endpoint}/_bench/feed.xml",
        "NEWSLETTER_CRM_URL": f"{endpoint}/_bench/crm",
        "NEWSLETTER_LOCAL": "1",
    }


def _table(table: Resource) -> tuple[str, str, str]:
    return (table.logical_id, *_key(table.properties))


def _key(properties: Mapping[str, Any]) -> tuple[str, str]:
    by_type = {key["KeyType"]: key["AttributeName"] for key in properties["KeySchema"]}
    return by_type["HASH"], by_type.get("RANGE", "")
