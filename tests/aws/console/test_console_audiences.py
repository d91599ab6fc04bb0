"""Audiences in the API and on their page: count, ask, save, and a campaign to a saved one."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.container import app
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import MARKETING, Browser, Program, carried
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

WRITER: dict[str, Any] = MARKETING
PATH = "/console/audiences"


@pytest.fixture(autouse=True)
def _readers(cloud: Cloud) -> None:
    assert cloud.mails() == []
    add_reader("maija@example.com", "linkedin")
    add_reader("kalle@example.com", "kriisit")


def test_a_rule_is_counted_as_its_description_says(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token())
    answer = api("POST", "/audiences/count", {"topics": ["linkedin"], "exclude": {"topics": ["kriisit"]}})
    assert answer.status == 200
    _conforms(answer.json, {"$ref": "#/components/schemas/AudienceCount"}, "AudienceCount")
    assert (answer.json["readers"], answer.json["samples"]) == (1, ["m…@example.com"])
    wrong = api("POST", "/audiences/count", {"topics": ["x"], "got": ["campaign-x"]})
    assert (wrong.status, set(wrong.json["errors"])) == (422, {"topics", "got"})
    assert set(api("POST", "/audiences/count", {"topic": [], "score_at_least": 101}).json["errors"]) == {
        "topic",
        "score_at_least",
    }
    assert api("POST", "/audiences", {"name": "x", "rule": {}}).status == 403


def test_what_is_wrong_with_a_rule_is_named_by_its_place_in_the_body(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(**WRITER))
    for wrong, field in (({"topics": ["x"]}, "topics"), ({"exclude": [{"topic": []}]}, "exclude[1].topic")):
        counted = api("POST", "/audiences/count", {"audience": wrong})
        asked = api("POST", "/audiences/why", {"audience": wrong, "address": "maija@example.com"})
        assert counted.json["errors"].keys() == asked.json["errors"].keys() == {f"audience.{field}"}
        assert api("POST", "/audiences", {"name": "x", "rule": wrong}).json["errors"].keys() == {f"rule.{field}"}
        assert api("PUT", "/audiences/x", {"rule": wrong}).json["errors"].keys() == {f"rule.{field}"}
    assert api("POST", "/audiences", {"name": "a/b", "rule": {}}).json["errors"].keys() == {"name"}


def test_a_saved_audience_is_kept_changed_used_and_forgotten(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(**WRITER))
    rule = {"topics": ["linkedin"], "addresses": ["maija@example.com"]}
    made = api("POST", "/audiences", {"name": "Kevään lukijat", "rule": rule})
    again = api("POST", "/audiences", {"name": "Kevään lukijat", "rule": rule})
    assert (made.status, again.status) == (201, 201), "again the same is no conflict"
    _conforms(made.json, {"$ref": "#/components/schemas/SavedAudience"}, "SavedAudience")
    assert made.json["rule"] == {"topics": ["linkedin"], "listed": [app.ids.of("maija@example.com")]}
    assert api("POST", "/audiences", {"name": "Kevään lukijat", "rule": {}}).status == 409
    assert api("POST", "/audiences/count", {"audience": "Kevään lukijat"}).json["readers"] == 1
    assert api("POST", "/audiences/count", {"audience": "None"}).json["errors"].keys() == {"audience"}
    path = "/audiences/Kevään%20lukijat"
    assert api("GET", path).json == made.json
    question = {"audience": "Kevään lukijat", "address": "kalle@example.com"}
    told = api("POST", "/audiences/why", question).json
    _conforms(told, {"$ref": "#/components/schemas/AudienceAnswer"}, "AudienceAnswer")
    assert (told["in"], [each["code"] for each in told["reasons"]]) == (False, ["topics", "addresses"])
    campaign = {"name": "kevat", "subject": "Kevät", "language": "fi", "body": "Kevät on **hyvää** aikaa."}
    assert api("POST", "/campaigns", campaign | {"audience": "Kevään lukijat"}).status == 201
    assert api("PUT", path, {"rule": {"languages": ["sv"]}}).json["rule"] == {"languages": ["sv"]}
    cloud.drain()
    assert [mail.to[0] for mail in cloud.mails() if mail.subject == "Kevät"] == ["maija@example.com"]
    assert api("DELETE", path).status == 200
    assert [api(method, path, {"rule": {}}).status for method in ("GET", "PUT", "DELETE")] == [404, 404, 404]
    assert api("GET", "/audiences").json == {"audiences": []}
    assert set(api("POST", "/campaigns", campaign | {"audience": "Kevään lukijat"}).json["errors"]) == {"audience"}


def test_marketing_counts_asks_saves_and_forgets_on_the_page(cloud: Cloud, issuer: Issuer) -> None:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    token = ("form_token", browser.form_token())
    rule = (("topics", "linkedin"), ("exclude_addresses", "kalle@example.com"))
    found = browser.post(PATH, token, *rule, ("step", "count"))
    assert "1 reader at the moment Among them m…@example.com." in found.text
    asked = browser.post(PATH, token, *rule, ("step", "why"), ("address", "kalle@example.com"))
    assert "kalle@example.com is not in this audience Chose other topics. Fits an exclusion." in asked.text
    assert browser.post(PATH, token, *rule, ("step", "save"), ("name", "Linkedin")).location == PATH
    assert "Linkedin get LinkedIn; but not those who have the listed address" in browser.get(PATH).text
    opened = browser.get(f"{PATH}?name=Linkedin").body
    assert f'name="exclude_listed" value="{app.ids.of("kalle@example.com")}"' in opened
    assert "kalle@example.com" not in opened
    wrong = browser.post(PATH, token, ("clicked_in_days", "soon"), ("step", "count"))
    assert (wrong.status, "a whole number from 1 to 365" in wrong.text) == (422, True)
    assert browser.post(PATH, token, ("step", "save"), ("name", "Linkedin")).status == 409
    assert browser.post(PATH, token, ("step", "forget"), ("name", "Linkedin")).location == PATH
    assert app.audiences.all() == []


def test_addresses_that_were_counted_stay_in_the_rule_that_is_asked_and_saved_next(
    cloud: Cloud, issuer: Issuer
) -> None:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    token = ("form_token", browser.form_token())
    typed = (("addresses", "maija@example.com, kalle@example.com"), ("exclude_addresses", "kalle@example.com"))
    counted = browser.post(PATH, token, *typed, ("step", "count"))
    assert "1 reader at the moment" in counted.text
    assert not any(address in counted.body for address in ("maija@example.com", "kalle@example.com"))
    asked = browser.post(PATH, token, *carried(counted.body), ("step", "why"), ("address", "kalle@example.com"))
    assert "kalle@example.com is not in this audience Fits an exclusion." in asked.text
    assert browser.post(PATH, token, *carried(asked.body), ("step", "save"), ("name", "Maija")).location == PATH
    assert "have one of 2 listed addresses; but not those who have the listed address" in browser.get(PATH).text


def test_addresses_with_a_mistake_are_still_in_the_field(cloud: Cloud, issuer: Issuer) -> None:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    token = ("form_token", browser.form_token())
    typed = (("addresses", "maija@example.com\nkalle@@example.com"), ("exclude_addresses", "liisa@example"))
    wrong = browser.post(PATH, token, *typed, ("step", "count"))
    assert wrong.status == 422
    assert "maija@example.com\nkalle@@example.com</textarea>" in wrong.body
    assert "liisa@example</textarea>" in wrong.body
    assert "number 2 is no address that mail can go to" in wrong.text


def test_what_the_form_has_no_field_for_stays_in_an_audience_that_is_saved_again(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(**WRITER))
    rule = {"exclude": [{"topics": ["kriisit"]}, {"languages": ["sv"]}, {"clicked_in_days": 7}]}
    api("POST", "/audiences", {"name": "x", "rule": rule})
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING)
    opened = browser.get(f"{PATH}?name=x")
    rest = opened.body.split('name="rest" value="')[1].split('"')[0].replace("&#34;", '"')
    fields = (("form_token", browser.form_token()), ("rest", rest), ("exclude_topics", "linkedin"), ("name", "x"))
    assert browser.post(PATH, *fields, ("step", "replace")).location == PATH
    assert api("GET", "/audiences/x").json["rule"]["exclude"] == [{"topics": ["linkedin"]}, *rule["exclude"][1:]]


def test_whoever_may_only_read_counts_and_does_not_save(cloud: Cloud, issuer: Issuer) -> None:
    browser = Browser(cloud, issuer)
    browser.sign_in()
    token = ("form_token", browser.form_token())
    assert "Save as new" not in browser.get(PATH).body
    assert "Is this address in it?" not in browser.get(PATH).body
    assert browser.post(PATH, token, ("step", "count")).status == 200
    assert browser.post(PATH, token, ("step", "save"), ("name", "x")).status == 403
