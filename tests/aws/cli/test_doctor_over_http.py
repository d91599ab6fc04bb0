"""`newsletter doctor` against a local cloud in another process, as a person runs it."""

from __future__ import annotations

import json

from tests.support.stack.product_over_http import Product


def test_another_process_examines_the_local_cloud_with_everything_in_it(product: Product) -> None:
    product.publish("Uusi artikkeli")
    ran = product.newsletter("doctor", "--send", "--json")
    lines = {line["key"]: line for line in json.loads(ran.stdout)["checks"]}
    assert {key: line for key, line in lines.items() if line["state"] not in ("fine", "unknown")} == {}, ran.stderr
    assert ran.returncode == 0
    assert "came back" in lines["event_flow"]["message"]
    assert "refused one with a wrong signature" in lines["crm"]["message"]
    assert {key for key, line in lines.items() if line["state"] == "unknown"} == {
        *("ses_pricing", "mail_from", "spf", "dmarc", "mx", "lambda_concurrency", "api_limits", "senders"),
        *("recursion", "publication", "functions", "drift", "queue_readers", "schedules", "alarms", "logs"),
    }
    product.cloud.crm.break_down(600)
    product.feed.write_text("no feed")
    ran = product.newsletter("doctor", "--only", "crm", "--only", "feeds", "--only", "queues", "--json")
    states = {line["key"]: line["state"] for line in json.loads(ran.stdout)["checks"]}
    assert (ran.returncode, states) == (1, {"queues": "fine", "feeds": "fault", "crm": "fault"})
