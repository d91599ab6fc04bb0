"""What the console answers without knowing who asks."""

from __future__ import annotations

from console.handler import PATHS
from tests.support.stack.cloud import Cloud

SIGNING_IN = {("/console/login", "GET"), ("/console/callback", "GET"), ("/console/logout", "GET")}
OPEN = {
    *SIGNING_IN,
    ("/api/v1/openapi.json", "GET"),
    ("/console/campaign.js", "GET"),
    ("/console/import.js", "GET"),
    ("/console/moving.js", "GET"),
    ("/console/language", "POST"),
}
"""Also the scripts, which are the same for everybody, and the choice of a language."""


def test_only_signing_in_a_script_and_the_description_of_the_api_are_open_to_everybody(cloud: Cloud) -> None:
    closed = {}
    for path, views in PATHS:
        for method in views:
            address = path.replace("{", "").replace("}", "")
            answer = cloud.http(method, address, function="console") if (path, method) not in OPEN else None
            if answer is not None:
                closed[path, method] = answer["statusCode"], answer["headers"].get("Location", "")
    assert closed
    signs_in = {at: said for at, said in closed.items() if said[0] != 401}
    assert all(status == 303 and "/console/login" in to for status, to in signs_in.values()), signs_in
