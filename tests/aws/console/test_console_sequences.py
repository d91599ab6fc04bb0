"""The console's pages of sequences, and the funnel in the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.container import app
from newsletter.publication.sequences import Exit
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _readers(cloud: Cloud) -> None:
    """Three who took up the offer: one left after the first mail, one was won before it, one is under way."""
    ids = [add_reader(f"{name}@example.com") for name in ("maija", "kalle", "liisa")]
    for each in ids:
        app.triggers.lead_made(each, "sparraus", NOW)
    app.triggers.end(ids[1], Exit.LEAD_WON, NOW + DAY)
    cloud.run("nurture", NOW + 2 * DAY)
    cloud.drain()
    app.triggers.end(ids[0], Exit.LEFT, NOW + 3 * DAY)


def test_the_funnel_adds_up_in_the_api_as_its_description_says(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token())
    answer = api("GET", "/sequences/sparraus")
    assert answer.status == 200
    _conforms(answer.json, {"$ref": "#/components/schemas/Funnel"}, "Funnel")
    steps = [step.key for step in app.publication.sequences["sparraus"].steps]
    assert answer.json == {
        "key": "sparraus",
        "entered": 3,
        "active": 1,
        "steps": [
            {"key": steps[0], "sent": 2, "people": 0, "left": 1},
            *({"key": key, "sent": 0, "people": 0, "left": 0} for key in steps[1:]),
        ],
        "exits": {"left": 1, "lead_won": 1},
        "leads": 3,
        "won": 1,
    }
    assert api("GET", "/sequences/unknown").status == 404
    assert Program(cloud, "x")("GET", "/sequences/sparraus").status == 401


def test_the_pages_draw_it_and_say_the_same_in_a_table(cloud: Cloud, issuer: Issuer) -> None:
    browser = Browser(cloud, issuer)
    assert browser.get("/console/sequences").status == 303, "for whoever is signed in"
    browser.sign_in()
    listed = browser.get("/console/sequences")
    assert 'href="/console/sequences/sparraus"' in listed.body
    assert "takes up the offer “Shall we talk it through?”" in listed.text
    shown = browser.get("/console/sequences/sparraus")
    assert shown.status == 200
    assert "Under way 1 Left the newsletter 1 Their lead was won 1 Came in 3" in shown.text
    assert '<rect class="accepted" width="2"' in shown.body
    assert browser.get("/console/sequences/unknown").status == 404
