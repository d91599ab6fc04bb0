"""Around every answer of the public pages: headers, methods, languages, and faults that name nobody."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from newsletter.container import Container, app
from newsletter.platform.links.links import LinkPurpose
from public_site.handler import PATHS
from tests.support.readers.site import FORM, JSON, READER, link, post, stored, token
from tests.support.stack.cloud import Cloud


def test_every_answer_carries_the_headers_that_protect_readers(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    answers = [
        cloud.http("GET", "/subscribe"),
        post(cloud, "/subscribe", {}),
        cloud.http("POST", "/subscribe", "{}", headers=JSON),
        cloud.http("GET", "/unsubscribe/forged"),
        cloud.http("PUT", "/subscribe"),
        cloud.http("GET", "/health"),
        post(cloud, "/no/such/page", {}),
        cloud.http("GET", link(LinkPurpose.PREFERENCES)),
        cloud.http("GET", link(LinkPurpose.MY_DATA)),
        cloud.http("GET", f"{link(LinkPurpose.MY_DATA)}?format=json"),
    ]
    for answer in answers:
        headers = answer["headers"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert int(re.findall(r"max-age=(\d+)", headers["Strict-Transport-Security"])[0]) >= 31_536_000
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert (policy["default-src"], policy["form-action"]) == ("'none'", "'self'")
        assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
        assert "script-src" not in policy
        for style in re.findall(r"<style>(.*?)</style>", answer["body"], re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            assert policy["style-src"] == f"'sha256-{digest}'"
    for answer in answers[1:]:
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert answer["headers"]["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in answers[0]["headers"]


def test_other_methods_are_refused_with_the_ones_that_work(cloud: Cloud) -> None:
    for template, views in PATHS:
        path = template.replace("{token}", "x").replace("{link}", "y").replace("{mailing}", "z")
        allowed = [*(["GET", "HEAD"] if "GET" in views else []), *(method for method in views if method != "GET")]
        for method in {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - set(allowed):
            answer = cloud.http(method, path, headers={"accept-language": "en"})
            assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, ", ".join(allowed)), (method, path)
            said = "send a POST" if template == "/hooks/crm" else "This page cannot be used like that"
            assert said in answer["body"]


def test_the_paths_of_the_template_and_of_the_site_are_the_same(cloud: Cloud) -> None:
    assert {path for path, _ in PATHS} == {route.path for route in cloud.function("public_site").routes}


def test_head_has_the_headers_of_get_and_no_body(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    mine = [link(purpose) for purpose in (LinkPurpose.PREFERENCES, LinkPurpose.MY_DATA)]
    for path in ("/subscribe", "/health", "/altcha.js", *mine, "/unsubscribe/forged"):
        get, head = cloud.http("GET", path), cloud.http("HEAD", path)
        assert (head["statusCode"], head["headers"], head["body"]) == (get["statusCode"], get["headers"], "")


def test_the_language_is_the_asked_one_then_the_browsers_then_the_publications(cloud: Cloud) -> None:
    for query, accepted, language in (
        ("", "", "fi"),
        ("", "sv-FI,sv;q=0.9,fi;q=0.8", "sv"),
        ("", "de, en;q=0.5, fi;q=0.4", "en"),
        ("", "fi;q=0, en", "en"),
        ("", "zz;q=x,,;;", "fi"),
        ("?lang=en", "sv", "en"),
        ("?lang=de", "sv", "sv"),
    ):
        answer = cloud.http("GET", f"/subscribe{query}", headers={"accept-language": accepted})
        assert answer["headers"]["Content-Language"] == language, (query, accepted)
        assert f'<html lang="{language}">' in answer["body"]
        assert re.findall(r'name="language" value="(\w+)" checked', answer["body"]) == [language]


def test_a_readers_own_language_wins_over_the_browsers(cloud: Cloud) -> None:
    cloud.subscribe(READER, language="sv")
    for page in (LinkPurpose.PREFERENCES, LinkPurpose.UNSUBSCRIBE, LinkPurpose.MY_DATA):
        answer = cloud.http("GET", link(page), headers={"accept-language": "en"})
        assert answer["headers"]["Content-Language"] == "sv"


def test_a_link_that_is_not_ours_or_for_something_else_is_not_found(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    before = stored(cloud)
    bodies = set()
    for page in LinkPurpose:
        others = [token(purpose) for purpose in LinkPurpose if purpose is not page]
        for forged in ("x", "a.b.c", "~" * 600, "ä.ö", *others, token(page)[:-2]):
            path = f"/c/{forged}/abc" if page is LinkPurpose.CLICK else f"/{page}/{forged}"
            for method in ("GET",) if page in (LinkPurpose.CLICK, LinkPurpose.LETTER) else ("GET", "POST"):
                answer = cloud.http(method, path, "again=yes" if method == "POST" else "")
                assert answer["statusCode"] == 404, path
                bodies.add(answer["body"])
    assert len(bodies) == 1
    assert stored(cloud) == before


def test_a_fault_of_ours_is_a_friendly_page_that_names_nobody(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(_: object) -> None:
        raise RuntimeError(READER)

    monkeypatch.delattr(app, "sign_up_limits", raising=False)
    monkeypatch.setattr(Container, "sign_up_limits", property(breaks))
    answer = post(cloud, "/subscribe", FORM)
    assert (answer["statusCode"], READER in answer["body"]) == (500, False)
    assert "Jokin meni pieleen" in answer["body"]
