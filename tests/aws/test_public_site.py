"""What readers meet at the public pages: forms that forgive, links that keep secrets, and GETs that change nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from newsletter import wiring
from newsletter.adapters.links import Links, Purpose, Ref
from newsletter.domain.mailing import Variant
from newsletter.domain.subscriber import SIGN_UP_LIFE, Status, Subscriber, subscriber_id
from public_site.handler import PATHS
from tests.aws.cloud import LINK_KEYS, PEPPER, Cloud, link_to

READER = "maija.lukija@example.com"
ID = subscriber_id(PEPPER.encode(), READER)
FORM = {"email": READER, "language": "fi", "consent": "yes"}
JSON = {"content-type": "application/json"}
TABLES = ("Subscribers", "Content", "Deliveries", "Leads", "Guards")


def post(cloud: Cloud, path: str, form: Any, **headers: str) -> dict[str, Any]:
    """Send a form, in Base64 as API Gateway hands it over."""
    return send(cloud, path, urlencode(form, doseq=True).encode(), "application/x-www-form-urlencoded", **headers)


def send(cloud: Cloud, path: str, body: bytes, content_type: str, **headers: str) -> dict[str, Any]:
    bare, _, query = path.partition("?")
    event = {
        "version": "2.0",
        "rawPath": bare,
        "rawQueryString": query,
        "headers": {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}},
        "queryStringParameters": dict(pair.split("=", 1) for pair in query.split("&")) if query else None,
        "requestContext": {"http": {"method": "POST", "path": bare, "sourceIp": "2001:db8:1:2:3:4:5:6"}},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
    answer: dict[str, Any] = cloud.invoke("public_site", event)
    return answer


def token(purpose: Purpose, **of: Any) -> str:
    return wiring.links().token(purpose, Ref(ID, **of))


def reader() -> Subscriber:
    found = wiring.subscribers().get(ID)
    assert found is not None
    return found


def stored(cloud: Cloud) -> dict[str, Any]:
    """Everything in every table, to see that nothing changed."""
    return {table: sorted(cloud.items(table), key=repr) for table in TABLES}


# --- the form --------------------------------------------------------------------------------------------------------


def test_a_form_is_answered_alike_for_new_known_and_departed_addresses(cloud: Cloud) -> None:
    def answers(email: str) -> list[tuple[int, str]]:
        form = {**FORM, "email": email}
        page = post(cloud, "/subscribe", form)
        data = cloud.http("POST", "/subscribe", json.dumps({**form, "consent": True}), headers=JSON)
        return [(answer["statusCode"], answer["body"]) for answer in (page, data)]

    new = answers("uusi@example.com")
    assert [status for status, _ in new] == [200, 202]
    assert "Tarkista sähköpostisi" in new[0][1]
    cloud.subscribe(READER)
    assert answers(READER) == new
    post(cloud, f"/unsubscribe/{token(Purpose.UNSUBSCRIBE)}", {})
    assert answers(READER) == new
    assert reader().status is Status.UNSUBSCRIBED


def test_faults_are_told_together_at_their_fields_and_what_was_typed_is_kept(cloud: Cloud) -> None:
    typed = {"email": "maija@@<b>", "topics": ["linkedin", "kriisit"], "language": "sv", "name": "Maija"}
    answer = post(cloud, "/subscribe", typed)
    assert answer["statusCode"] == 422
    html = answer["body"]
    assert '<html lang="sv">' in html
    assert 'value="maija@@&lt;b&gt;"' in html
    assert 'value="Maija"' in html
    assert re.findall(r'name="topics" value="(\w+)" checked', html) == ["linkedin", "kriisit"]
    assert re.findall(r'name="language" value="(\w+)" checked', html) == ["sv"]
    assert 'id="email-error"' in html
    assert 'id="consent-error"' in html
    assert stored(cloud)["Subscribers"] == []


FAULTS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"email": ""}, "email"),
    ({"email": 7}, "email"),
    ({"email": "a" * 300 + "@example.com"}, "email"),
    ({"email": "m\nBcc: x@example.com"}, "email"),
    ({"topics": ["linkedin", "nosuch"]}, "topics"),
    ({"topics": {"linkedin": True}}, "topics"),
    ({"language": "de"}, "language"),
    ({"consent": False}, "consent"),
    ({"consent": "no"}, "consent"),
    ({"consent": None}, "consent"),
    ({"name": "Voita iPhone https://x.example"}, "name"),
    ({"name": "x" * 81}, "name"),
)


def test_json_is_checked_like_the_form_and_answered_in_json(cloud: Cloud) -> None:
    good = {"email": READER, "topics": ["linkedin"], "language": "fi", "consent": True}
    for wrong, field in FAULTS:
        answer = cloud.http("POST", "/subscribe", json.dumps({**good, **wrong}), headers=JSON)
        assert (answer["statusCode"], list(json.loads(answer["body"])["errors"])) == (422, [field]), wrong
    assert cloud.messages("TransactionalQueue") == []


def test_what_is_no_json_object_is_refused_with_a_reason(cloud: Cloud) -> None:
    reason = "What was sent is neither valid JSON nor form data."
    for body in ("{", "[]", '"x"', "null", "\x00", "[" * 9000):
        answer = cloud.http("POST", "/subscribe", body, headers={**JSON, "accept-language": "en"})
        assert (answer["statusCode"], json.loads(answer["body"])) == (422, {"errors": {"body": reason}}), body


def test_more_than_ten_kilobytes_are_not_read(cloud: Cloud) -> None:
    answer = post(cloud, "/subscribe", {**FORM, "name": "x" * 10_240})
    assert (answer["statusCode"], stored(cloud)["Subscribers"]) == (413, [])
    assert "Lomakkeessa on liikaa tekstiä" in answer["body"]
    data = cloud.http("POST", "/subscribe", json.dumps({"name": "x" * 10_240}), headers=JSON)
    assert (data["statusCode"], list(json.loads(data["body"]))) == (413, ["error"])


def test_a_sign_up_keeps_where_the_form_stood_and_no_full_network_address(cloud: Cloud) -> None:
    post(cloud, "/subscribe", FORM, referer="https://www.sanaharju.example/blogi/?utm=x#y")
    sign_up = wiring.subscribers().sign_up(ID, wiring.now())
    assert sign_up is not None
    assert (sign_up.origin, sign_up.network) == ("https://www.sanaharju.example/blogi/", "2001:db8:1::/48")
    post(cloud, "/subscribe", FORM)
    sign_up = wiring.subscribers().sign_up(ID, wiring.now())
    assert sign_up is not None
    assert sign_up.origin == f"{wiring.settings().public_url}/subscribe"


ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANYTHING, lambda inner: st.lists(inner, max_size=3)
)
BODIES: st.SearchStrategy[tuple[str, dict[str, str]]] = st.one_of(
    st.tuples(st.dictionaries(st.sampled_from(sorted(FORM)) | ANYTHING, JSON_VALUES).map(json.dumps), st.just(JSON)),
    st.tuples(st.text(max_size=100).map(lambda text: urlencode({"email": text})), st.just({})),
    st.tuples(
        st.text(max_size=200),
        st.sampled_from(["application/json", "multipart/form-data; boundary=x", "multipart/form-data"]).map(
            lambda content_type: {"content-type": content_type}
        ),
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=BODIES, referer=ANYTHING.map("https://".__add__) | ANYTHING, language=ANYTHING)
def test_nothing_sent_makes_the_form_fail(
    cloud: Cloud, body: tuple[str, dict[str, str]], referer: str, language: str
) -> None:
    text, headers = body
    answer = cloud.http(
        "POST", "/subscribe", text, headers={**headers, "referer": referer, "accept-language": language}
    )
    assert answer["statusCode"] in {202, 422}
    assert answer["body"].encode()


# --- links -----------------------------------------------------------------------------------------------------------


def test_opening_any_page_changes_nothing_but_evidence(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin")
    post(cloud, "/subscribe", {**FORM, "email": "uusi@example.com"})
    cloud.drain()
    confirm = link_to("confirm", cloud.mails("uusi@example.com")[-1])
    pages = [f"/{purpose}/{token(purpose)}" for purpose in (Purpose.PREFERENCES, Purpose.UNSUBSCRIBE)]
    offer = f"/offer/{token(Purpose.OFFER, mailing='m', batch='b', extra='sparraus')}"
    before = stored(cloud)
    for path in ("/subscribe", confirm, *pages):
        for method in ("GET", "HEAD"):
            assert cloud.http(method, path)["statusCode"] == 200
    assert stored(cloud) == before
    for method in ("HEAD", "GET"):
        assert cloud.http(method, offer)["statusCode"] == 200
    after = stored(cloud)
    assert [item for item in after["Subscribers"] if not item["record"]["S"].startswith("click#")] == before[
        "Subscribers"
    ]
    assert cloud.messages("LeadQueue") == []


def test_head_has_the_headers_of_get_and_no_body(cloud: Cloud) -> None:
    for path in ("/subscribe", "/health", f"/preferences/{token(Purpose.PREFERENCES)}", "/unsubscribe/forged"):
        get, head = cloud.http("GET", path), cloud.http("HEAD", path)
        assert (head["statusCode"], head["headers"], head["body"]) == (get["statusCode"], get["headers"], "")


def test_one_press_confirms_and_further_presses_change_nothing(cloud: Cloud) -> None:
    post(cloud, "/subscribe", {**FORM, "topics": ["tekoaly", "linkedin"], "language": "sv"})
    cloud.drain()
    link = link_to("confirm", cloud.mails(READER)[-1])
    assert "Bekräfta prenumerationen" in cloud.http("GET", link)["body"]
    confirmed = cloud.http("POST", link)
    assert (confirmed["statusCode"], reader().topics) == (200, ("linkedin", "tekoaly"))
    before = stored(cloud)
    assert cloud.http("POST", link)["body"] == confirmed["body"] == cloud.http("GET", link)["body"]
    assert stored(cloud) == before
    (preferences,) = re.findall(r'href="(/preferences/[^"]+)"', confirmed["body"])
    assert cloud.http("GET", preferences)["statusCode"] == 200


def test_a_confirmation_that_came_too_late_leads_back_to_the_form(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(cloud, "/subscribe", FORM)
    cloud.drain()
    link = link_to("confirm", cloud.mails(READER)[-1])
    later = wiring.now() + SIGN_UP_LIFE
    monkeypatch.setattr(wiring, "now", lambda: later)
    for method in ("GET", "POST"):
        answer = cloud.http(method, link)
        assert answer["statusCode"] == 410
        assert 'href="/subscribe?lang=fi"' in answer["body"]
    assert wiring.subscribers().get(ID) is None


def test_a_link_to_confirm_is_good_for_its_days_only(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    post(cloud, "/subscribe", FORM)
    sign_up = json.loads(cloud.messages("TransactionalQueue")[0])
    made = int(time.time() - SIGN_UP_LIFE.total_seconds()) - 1
    with monkeypatch.context() as past:
        past.setattr(TimestampSigner, "get_timestamp", lambda _: made)
        old = token(Purpose.CONFIRM, extra=sign_up["nonce"])
    new = token(Purpose.CONFIRM, extra=sign_up["nonce"])
    assert [cloud.http("POST", f"/confirm/{each}")["statusCode"] for each in (old, new)] == [410, 200]


def test_preferences_are_shown_saved_and_shown_again(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    path = f"/preferences/{token(Purpose.PREFERENCES)}"
    html = cloud.http("GET", path)["body"]
    assert re.findall(r'value="(\w+)" checked', html) == ["linkedin", "fi"]
    assert 'value="Maija"' in html
    saved = post(cloud, path, {"topics": ["tekoaly", "kriisit"], "language": "en", "name": "M. Lukija"})
    assert "Your preferences are saved." in saved["body"]
    assert (reader().topics, reader().language, reader().name) == (("kriisit", "tekoaly"), "en", "M. Lukija")
    everything = post(cloud, path, {"language": "en"})
    assert (everything["statusCode"], reader().topics, reader().name) == (200, (), "")


def test_preferences_that_cannot_be_kept_are_shown_with_what_was_typed(cloud: Cloud) -> None:
    cloud.subscribe(READER, "linkedin", name="Maija")
    path = f"/preferences/{token(Purpose.PREFERENCES)}"
    answer = post(cloud, path, {"topics": ["kriisit"], "language": "fi", "name": "www.kasino.example"})
    assert answer["statusCode"] == 422
    assert 'id="name-error"' in answer["body"]
    assert 'value="www.kasino.example"' in answer["body"]
    assert reader().topics == ("linkedin",)


def test_preferences_of_who_has_left_lead_back_to_the_form(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    post(cloud, f"/unsubscribe/{token(Purpose.UNSUBSCRIBE)}", {})
    path = f"/preferences/{token(Purpose.PREFERENCES)}"
    for answer in (cloud.http("GET", path), post(cloud, path, {"language": "fi"})):
        assert answer["statusCode"] == 410
        assert "Tilaus ei ole voimassa" in answer["body"]


ONE_CLICK = b"List-Unsubscribe=One-Click"
ONE_CLICK_PARTS = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "content_type", "how"),
    [
        (ONE_CLICK, "application/x-www-form-urlencoded", "one-click"),
        (ONE_CLICK_PARTS, "multipart/form-data; boundary=x", "one-click"),
        (ONE_CLICK_PARTS, 'Multipart/Form-Data; Boundary="x"', "one-click"),
        (b"", "application/x-www-form-urlencoded", "page"),
    ],
)
def test_one_request_unsubscribes_without_cookie_or_redirect(
    cloud: Cloud, body: bytes, content_type: str, how: str
) -> None:
    cloud.subscribe(READER)
    path = f"/unsubscribe/{token(Purpose.UNSUBSCRIBE)}"
    for _ in range(2):
        answer = send(cloud, path, body, content_type)
        assert (answer["statusCode"], answer.get("cookies", [])) == (200, [])
        assert not {"set-cookie", "location"} & {name.lower() for name in answer["headers"]}
        assert 'href="/subscribe?lang=fi"' in answer["body"]
    assert reader().status is Status.UNSUBSCRIBED
    acts = [item for item in cloud.items("Subscribers") if item.get("act", {}).get("S") == "withdrawn"]
    assert [how] == [item["how"]["S"] for item in acts]
    assert "Tilaus on peruttu" in cloud.http("GET", path)["body"]


def test_leaving_works_for_a_reader_nobody_knows(cloud: Cloud) -> None:
    path = f"/unsubscribe/{token(Purpose.UNSUBSCRIBE)}"
    assert cloud.http("GET", path)["statusCode"] == 200
    assert send(cloud, path, ONE_CLICK, "application/x-www-form-urlencoded")["statusCode"] == 200


def test_pressing_the_button_of_the_offer_sends_one_lead_on_its_way(cloud: Cloud) -> None:
    cloud.subscribe(READER, language="sv")
    path = f"/offer/{token(Purpose.OFFER, mailing='m', batch='b', position=3, extra='sparraus')}"
    assert "Ska vi bolla idéer?" in cloud.http("GET", path)["body"]
    assert cloud.messages("LeadQueue") == []
    answer = cloud.http("POST", path, headers={"user-agent": "Reader/1", "sec-fetch-user": "?1"})
    assert "Tack, vi hör av oss" in answer["body"]
    (body,) = cloud.messages("LeadQueue")
    message = json.loads(body)
    assert (message["subscriber"], message["offer"], message["how"]) == (ID, "sparraus", "button")
    assert (message["mailing"], message["batch"], message["position"]) == ("m", "b", 3)
    assert message["evidence"] == {
        "method": "POST",
        "user_agent": "Reader/1",
        "network": "192.0.2.0/24",
        "headers": {"sec-fetch-user": "?1"},
    }


def test_an_offer_that_is_no_more_is_not_found(cloud: Cloud) -> None:
    path = f"/offer/{token(Purpose.OFFER, extra='joulu')}"
    assert [cloud.http(method, path)["statusCode"] for method in ("GET", "POST")] == [404, 404]
    assert cloud.messages("LeadQueue") == []


def test_a_link_that_is_not_ours_or_for_something_else_is_not_found(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    before = stored(cloud)
    bodies = set()
    for page in Purpose:
        others = [token(purpose) for purpose in Purpose if purpose is not page]
        for forged in ("x", "a.b.c", "~" * 600, "ä.ö", *others, token(page)[:-2]):
            path = f"/c/{forged}/abc" if page is Purpose.CLICK else f"/{page}/{forged}"
            for method in ("GET",) if page is Purpose.CLICK else ("GET", "POST"):
                answer = cloud.http(method, path)
                assert answer["statusCode"] == 404, path
                bodies.add(answer["body"])
    assert len(bodies) == 1
    assert stored(cloud) == before


def test_a_click_goes_straight_to_the_article_and_stays_as_evidence(cloud: Cloud) -> None:
    target = "https://blog.example.com/ä b?x=1&y=%C3%A4#kohta"
    variant = Variant("fi", "", "", "", ())
    wiring.content().put_variant("m", variant, [("abc", target)])
    path = f"/c/{token(Purpose.CLICK, mailing='m', batch='b', position=2)}/abc"
    answer = cloud.http("GET", path, headers={"user-agent": "Reader/1", "cookie": "secret"})
    location = "https://blog.example.com/%C3%A4%20b?x=1&y=%C3%A4#kohta"
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, location)
    (click,) = cloud.items("Subscribers")
    head = cloud.http("HEAD", path)
    assert (head["statusCode"], head["headers"], head["body"]) == (302, answer["headers"], "")
    assert {item["method"]["S"] for item in cloud.items("Subscribers")} == {"GET", "HEAD"}
    assert (click["link"]["S"], click["user_agent"]["S"], click["network"]["S"]) == ("abc", "Reader/1", "192.0.2.0/24")
    assert "secret" not in repr(click)


def test_a_click_leads_only_to_what_was_mailed(cloud: Cloud) -> None:
    path = f"/c/{token(Purpose.CLICK, mailing='m', batch='b')}"
    for link in ("nosuch", "https:%2F%2Fevil.example", "..", "%00"):
        answer = cloud.http("GET", f"{path}/{link}?url=https://evil.example")
        assert (answer["statusCode"], "Location" in answer["headers"]) == (404, False)
    assert cloud.items("Subscribers") == []


# --- around every answer ---------------------------------------------------------------------------------------------


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
        cloud.http("GET", f"/preferences/{token(Purpose.PREFERENCES)}"),
    ]
    for answer in answers:
        headers = answer["headers"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert int(re.findall(r"max-age=(\d+)", headers["Strict-Transport-Security"])[0]) >= 31_536_000
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert (policy["default-src"], policy["form-action"]) == ("'none'", "'self'")
        assert (policy["frame-ancestors"], policy["base-uri"]) == ("'none'", "'none'")
        for style in re.findall(r"<style>(.*?)</style>", answer["body"], re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            assert policy["style-src"] == f"'sha256-{digest}'"
    for answer in answers[1:]:
        assert answer["headers"]["Cache-Control"] == "no-store"
        assert answer["headers"]["X-Robots-Tag"] == "noindex"
    assert "X-Robots-Tag" not in answers[0]["headers"]


def test_other_methods_are_refused_with_the_ones_that_work(cloud: Cloud) -> None:
    for template, _, change in PATHS:
        path = template.replace("{token}", "x").replace("{link}", "y")
        for method in ("PUT", "PATCH", "DELETE", "OPTIONS", *(() if change else ("POST",))):
            answer = cloud.http(method, path, headers={"accept-language": "en"})
            allowed = "GET, HEAD, POST" if change else "GET, HEAD"
            assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, allowed), (method, path)
            assert "This page cannot be used like that" in answer["body"]


def test_the_paths_of_the_template_and_of_the_site_are_the_same(cloud: Cloud) -> None:
    assert {path for path, *_ in PATHS} == {route.path for route in cloud.function("public_site").routes}


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
    for page in (Purpose.PREFERENCES, Purpose.UNSUBSCRIBE):
        answer = cloud.http("GET", f"/{page}/{token(page)}", headers={"accept-language": "en"})
        assert answer["headers"]["Content-Language"] == "sv"


def test_a_fault_of_ours_is_a_friendly_page_that_names_nobody(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks() -> None:
        raise RuntimeError(READER)

    monkeypatch.setattr(wiring, "subscribers", breaks)
    answer = post(cloud, "/subscribe", FORM)
    assert (answer["statusCode"], READER in answer["body"]) == (500, False)
    assert "Jokin meni pieleen" in answer["body"]
    data = cloud.http("POST", "/subscribe", json.dumps({**FORM, "consent": True}), headers=JSON)
    assert (data["statusCode"], list(json.loads(data["body"]))) == (500, ["error"])


def test_links_signed_with_the_key_before_still_work(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    old = Links((LINK_KEYS.split(",")[0],)).token(Purpose.PREFERENCES, Ref(ID))
    assert cloud.http("GET", f"/preferences/{old}")["statusCode"] == 200
