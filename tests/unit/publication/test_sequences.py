"""Sequences in publication.toml: what they may say, what a file of before means, and what is named as wrong."""

from __future__ import annotations

import tomllib
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.publication import Publication
from newsletter.publication.read_publication import parse_publication
from newsletter.publication.sequences import DEFAULT_EXITS, Exit, Trigger, offers_of
from tests.support.mailings.templates import TEMPLATES

SUBJECT = {"fi": "x", "sv": "x", "en": "x"}


def step(body: str = "email/sequences/polku-eka", **more: Any) -> dict[str, Any]:
    return {"after_days": 2, "body": body, "subject": SUBJECT, **more}


def publication(sequence: dict[str, Any], **more: Any) -> Publication:
    """The publication of the tests with this one sequence, and other tables."""
    data = tomllib.loads((Path(TEMPLATES) / "publication.toml").read_text(encoding="utf-8"))
    for name in ("nurture", "sending_window"):
        data.pop(name, None)
    offers = [{**offer, "sequence": "polku"} for offer in data["offers"]]
    return parse_publication({**data, "offers": offers, "sequences": [sequence], **more})


def test_a_file_of_before_means_what_it_meant() -> None:
    old = publication({"key": "polku", "steps": [step(), step("texts/toka")]})
    found = old.sequences["polku"]
    assert [each.key for each in found.steps] == ["eka", "toka"]
    assert (found.trigger, found.exits, found.again_after, found.window) == (Trigger.LEAD, DEFAULT_EXITS, None, None)
    assert offers_of(found, {"sparraus": "polku", "muu": ""}) == ["sparraus"]
    assert old.nurture.mails_per_week == 0


def test_everything_that_can_be_said_is_read() -> None:
    sequence = {
        "key": "polku",
        "trigger": "click",
        "topics": ["linkedin"],
        "title": SUBJECT,
        "window": {"days": ["mon", "thu"], "from": "08:30", "to": "24:00"},
        "again_after_months": 6,
        "exits": ["lead_won", "other_sequence"],
        "steps": [
            step(key="eka", formerly=["alku"], after_hours=3),
            step(
                "toka",
                pointless_after_days=10,
                only_for={"topics": ["linkedin"], "languages": ["fi"], "not_clicked": "alku", "not_lead": True},
            ),
        ],
    }
    found = publication(sequence, nurture={"mails_per_week": 3}, sending_window={"from": "07:00"})
    polku = found.sequences["polku"]
    assert polku.window is not None
    assert (polku.window.days, polku.window.opens, polku.window.closes) == (frozenset({0, 3}), time(8, 30), None)
    assert polku.again_after == timedelta(days=180)
    assert polku.exits == {Exit.LEAD_WON, Exit.OTHER_SEQUENCE}
    first, second = polku.steps
    assert (first.after, first.names) == (timedelta(days=2, hours=3), ("eka", "alku"))
    assert polku.step("alku") == first
    assert second.pointless_after == timedelta(days=10)
    assert (second.condition.not_clicked, second.condition.not_lead) == ("alku", True)
    assert found.nurture.mails_per_week == 3
    assert found.nurture.window.opens == time(7)


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"trigger": "birthday"}, "trigger", "none of confirmed, click, lead, lead_lost, joined"),
        ({"trigger": "click"}, "topics", "name the topics"),
        ({"topics": ["linkedin"]}, "topics", "only with trigger"),
        ({"trigger": "click", "topics": ["x"]}, "topics", "no topic 'x'"),
        ({"trigger": "confirmed", "offers": ["sparraus"]}, "offers", "only with trigger"),
        ({"offers": ["x"]}, "offers", "no offer 'x'"),
        ({"window": {"days": ["monday"]}}, "window.days", "none of mon"),
        ({"window": {"days": []}}, "window.days", "at least one"),
        ({"window": {"from": "8:00"}}, "window.from", "no time such as 08:00"),
        ({"window": {"from": "16:00", "to": "08:00"}}, "window.to", "later than"),
        ({"window": {"from": "24:00"}}, "window.to", "later than"),
        ({"again_after_days": 0}, "again_after_days", "from 1 to 3650"),
        ({"again_after_days": 9, "again_after_months": 1}, "again_after_days", "not both"),
        ({"exits": ["left"]}, "exits", "who leaves has left anyway"),
        ({"steps": []}, "steps", "at least one step"),
        ({"steps": [step()] * 51}, "steps", "at most 50"),
        ({"steps": [step(), step()]}, "steps", "'eka' is there twice"),
        ({"steps": [step(key="a", formerly=["b"]), step(key="b")]}, "steps", "'b' is there twice"),
        ({"steps": [step("email/Ä")]}, "steps[1].key", "missing, and the name of the text"),
        ({"steps": [step(key="A")]}, "steps[1].key", "lower-case"),
        ({"steps": [step(formerly=["A b"])]}, "steps[1].formerly", "lower-case"),
        ({"steps": [{"body": "x", "subject": SUBJECT}]}, "steps[1].after_days", "missing"),
        ({"steps": [step(after_hours=-1)]}, "steps[1].after_hours", "from 0 to 8760"),
        ({"steps": [step(pointless_after_days=0)]}, "steps[1].pointless_after_days", "from 1 to 365"),
        ({"steps": [step(only_for={"clicked": "eka"})]}, "steps[1].only_for.clicked", "no step before"),
        ({"steps": [step(only_for={"languages": ["de"]})]}, "steps[1].only_for.languages", "no language 'de'"),
        ({"steps": [step(only_for={"topics": ["x"]})]}, "steps[1].only_for.topics", "no topic 'x'"),
        ({"steps": [step(only_for={"topic": ["x"]})]}, "steps[1].only_for.topic", "unknown field"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], place: str, message: str) -> None:
    with pytest.raises(InvalidPublication, match=message) as wrong:
        publication({"key": "polku", "steps": [step()], **changes})
    assert wrong.value.field == f"sequences[1].{place}"


def test_two_steps_of_one_mailing_are_refused() -> None:
    one = {"key": "a-b", "steps": [step(key="c")]}
    other = {"key": "a", "steps": [step(key="b-c")]}
    polku = {"key": "polku", "steps": [step()]}
    with pytest.raises(InvalidPublication, match="'a-b-c'") as wrong:
        publication(polku, sequences=[polku, one, other])
    assert wrong.value.field == "sequences[3].steps[1].key"
