"""The built archive under AWS's runtime client: the product as Lambda runs it, with the events that really come."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import boto3
import pytest

from tests.deployed.containers import CLIENT, LAYER, TASK, Container
from tests.deployed.in_containers import InContainers
from tests.deployed.runtime_api import Failure
from tests.support.stack.product_over_http import CAMPAIGN, Product, link_to
from tests.template.stacks import stack

pytestmark = pytest.mark.usefixtures("built")


# --- the product -----------------------------------------------------------------------------------------------------


def test_the_whole_product_runs_in_containers_of_the_size_that_the_template_gives(product: Product) -> None:
    """Feed, form, confirmation, digest, reports of SES, offer, console, campaign of an event, export, tick."""
    product.subscribe("eka@example.com", "linkedin")
    digest = product.digest_for("eka@example.com")
    assert "Puoli tuntia viikossa" in digest["text"]
    offer = link_to("offer", digest)
    shown = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', product.get(offer).text)
    assert product.post(offer, **dict(shown)).status == 200
    assert product.api("GET", "/leads").json["leads"], "the offer that was taken up is a lead"
    assert product.get("/console", accept="text/html").status in {200, 303}
    ask_for_a_campaign(product)
    assert [mail["to"] for mail in product.mails(mailing=f"campaign-{CAMPAIGN['name']}")] == ["eka@example.com"]
    assert product.api("POST", "/exports", {}).status in {200, 201, 202}
    product.run("nurture", product.now)

    functions = cast(InContainers, product.cloud.functions)
    assert set(functions.containers) == {function.folder for function in functions.of_template}
    assert functions.failures == []
    for folder, container in functions.containers.items():
        assert kinds(functions.delivered[folder]) == comes_by(folder), folder
        assert container.used().peak_mb < container.megabytes, folder


def ask_for_a_campaign(product: Product) -> None:
    """As another system of the account does, on the bus."""
    region = product.cloud.stack.account.region
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    bus: Any = boto3.client("events", endpoint_url=f"{product.cloud.url}/_local/aws", region_name=region, **keys)
    entry = {"Source": product.cloud.stack.account.stack_name, "DetailType": "newsletter.campaign.requested"}
    assert bus.put_events(Entries=[{**entry, "Detail": json.dumps(CAMPAIGN)}])["FailedEntryCount"] == 0
    assert product.cloud.drain()


def kinds(events: list[Any]) -> set[str]:
    """What the events came by."""
    return {
        "queue" if "Records" in event else "request" if "requestContext" in event else "schedule" for event in events
    }


def comes_by(folder: str) -> set[str]:
    """What starts the function by the template."""
    function = next(each for each in stack().functions if each.folder == folder)
    ways = {"request": function.routes, "queue": function.queues, "schedule": function.schedules}
    return {kind for kind, there in ways.items() if there}


# --- a container -----------------------------------------------------------------------------------------------------


@pytest.fixture
def start() -> Iterator[Any]:
    """Starts a container of a function with another handler."""
    made: list[Container] = []

    def starting(handler: str) -> Container:
        function = replace(stack().functions[0], handler=handler)
        container = Container(function, stack().account, {}, beside=Path(__file__).parent)
        made.append(container)
        return container

    yield starting
    for container in made:
        container.close()


def test_an_exception_is_told_as_lambda_tells_it(start: Any) -> None:
    answer = start("hostile.write").invoke("nowhere")
    assert isinstance(answer, Failure)
    assert (answer.kind, answer.message) == ("KeyError", "'nowhere'")
    assert any("hostile.py" in line for line in answer.trace)


def test_a_handler_that_cannot_be_imported_is_told_before_any_event(start: Any) -> None:
    answer = start("nothing.handler.handle").invoke({})
    assert isinstance(answer, Failure)
    assert answer.kind == "Runtime.ImportModuleError"


def test_a_container_that_dies_in_the_middle_is_a_failure(start: Any) -> None:
    answer = start("hostile.leave").invoke({})
    assert isinstance(answer, Failure)
    assert answer.kind == "Runtime.ExitError"


def test_only_the_temporary_folder_can_be_written_to(start: Any) -> None:
    container = start("hostile.write")
    assert container.invoke("tmp") == "written"
    for folder in ("task", "beside"):
        answer = container.invoke(folder)
        assert isinstance(answer, Failure)
        assert answer.kind == "PermissionError", folder


def test_a_container_has_no_more_memory_than_its_function(start: Any) -> None:
    container = start("hostile.grow")
    assert container.invoke(64) == 64 * 1024 * 1024
    assert container.used().peak_mb > 64
    answer = container.invoke(container.megabytes)
    assert isinstance(answer, Failure)
    assert answer.kind == "MemoryError"


def test_a_container_sees_lambda_and_nothing_of_this_process(start: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    container = start("hostile.see")
    seen = container.invoke({})
    function = container.function
    assert set(function.environment) | {"_HANDLER", "LAMBDA_TASK_ROOT", "AWS_REGION"} <= set(seen["variables"])
    assert "AWS_PROFILE" not in seen["variables"]
    assert not [path for path in seen["path"] if "site-packages" in path]
    assert seen["path"][0] == str(TASK)
    assert seen["memory"] == str(container.megabytes)
    assert seen["arn"].endswith(f":function:newsletter-{function.logical_id}:live")
    assert 0 < seen["left"] <= function.timeout * 1000
    assert (LAYER / "email").is_dir()
    assert (CLIENT / "awslambdaric").is_dir()
