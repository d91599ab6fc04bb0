"""Every route of console and API, tried as each role: what is there to look at, to write, to send and to administer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from console.access.guards import Endpoint, Page
from console.handler import PATHS
from newsletter.container import app
from newsletter.platform.times import iso
from newsletter.publication.access.roles import Role
from tests.aws.console.test_open_paths import OPEN
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

# A new route belongs into one of these lists, with the least role that may use it.
LOOK = """
GET /api/v1/articles
GET /api/v1/articles/{article}
GET /api/v1/audiences
POST /api/v1/audiences/count
GET /api/v1/audiences/{audience}
GET /api/v1/campaigns
GET /api/v1/campaigns/{campaign}
GET /api/v1/campaigns/{campaign}/preview
GET /api/v1/campaigns/{campaign}/versions
GET /api/v1/decisions
GET /api/v1/digests
POST /api/v1/digests/preview
GET /api/v1/digests/{which}/note
GET /api/v1/feeds
POST /api/v1/feeds/check
GET /api/v1/forms/html
GET /api/v1/leads
GET /api/v1/leads/{lead}
GET /api/v1/mailings
GET /api/v1/mailings/{mailing}
GET /api/v1/mailings/{mailing}/comments
GET /api/v1/mailings/{mailing}/mail
GET /api/v1/mailings/{mailing}/recipients
GET /api/v1/overview
GET /api/v1/pictures
GET /api/v1/sequences/{sequence}
GET /api/v1/subscribers
GET /api/v1/subscribers/count
GET /api/v1/subscribers/{subscriber}
GET /console
GET /console/articles
GET /console/articles/{article}
GET /console/audiences
POST /console/audiences
GET /console/campaigns
GET /console/campaigns/{campaign}/mail
GET /console/digests/next
POST /console/digests/next
GET /console/digests/next/mail
GET /console/digests/{period}
GET /console/digests/{period}/mail
GET /console/feeds
POST /console/feeds
GET /console/forms
GET /console/forms/preview
GET /console/leads
GET /console/leads/{lead}
GET /console/mailings
GET /console/mailings/{mailing}
GET /console/mailings/{mailing}/comments
GET /console/mailings/{mailing}/mail
GET /console/pictures
GET /console/readers
GET /console/readers/{subscriber}
GET /console/sequences
GET /console/sequences/{sequence}
"""
WRITE = """
POST /api/v1/articles/{article}/again
POST /api/v1/articles/{article}/pin
POST /api/v1/articles/{article}/reset
POST /api/v1/articles/{article}/retopic
POST /api/v1/articles/{article}/skip
POST /api/v1/audiences
DELETE /api/v1/audiences/{audience}
PUT /api/v1/audiences/{audience}
DELETE /api/v1/campaigns/{campaign}
PUT /api/v1/campaigns/{campaign}
POST /api/v1/campaigns/{campaign}/duplicate
POST /api/v1/campaigns/{campaign}/test
PUT /api/v1/digests/{which}/note
POST /api/v1/pictures
POST /console/articles/{article}/again
POST /console/articles/{article}/pin
POST /console/articles/{article}/reset
POST /console/articles/{article}/retopic
POST /console/articles/{article}/skip
GET /console/campaigns/new
POST /console/campaigns/new
POST /console/campaigns/preview
GET /console/campaigns/{campaign}
POST /console/campaigns/{campaign}
GET /console/campaigns/{campaign}/versions
GET /console/digests/{which}/note
POST /console/digests/{which}/note
POST /console/pictures
"""
SEND = """
POST /api/v1/audiences/why
POST /api/v1/campaigns
POST /api/v1/campaigns/{campaign}/send
POST /api/v1/campaigns/{campaign}/unschedule
POST /api/v1/digests/{period}/approve
POST /api/v1/digests/{period}/reject
POST /api/v1/leads/{lead}/drop
POST /api/v1/leads/{lead}/rejudge
POST /api/v1/leads/{lead}/replay
POST /api/v1/leads/{lead}/send
POST /api/v1/mailings/{mailing}/archive
POST /api/v1/mailings/{mailing}/cancel
GET /api/v1/mailings/{mailing}/clickers
POST /api/v1/mailings/{mailing}/pause
POST /api/v1/mailings/{mailing}/relink
POST /api/v1/mailings/{mailing}/resume
POST /api/v1/mailings/{mailing}/send-again
POST /console/digests/{period}/approve
POST /console/digests/{period}/reject
POST /console/leads/{lead}/drop
POST /console/leads/{lead}/rejudge
POST /console/leads/{lead}/replay
POST /console/leads/{lead}/send
POST /console/mailings/{mailing}/archive
POST /console/mailings/{mailing}/cancel
GET /console/mailings/{mailing}/clickers
POST /console/mailings/{mailing}/clickers
POST /console/mailings/{mailing}/pause
POST /console/mailings/{mailing}/relink
POST /console/mailings/{mailing}/resume
POST /console/mailings/{mailing}/send-again
"""
ADMINISTER = """
GET /api/v1/audit
GET /api/v1/exports
POST /api/v1/exports
GET /api/v1/exports/{job}
GET /api/v1/exports/{job}/files/{file}
GET /api/v1/imports
POST /api/v1/imports
GET /api/v1/imports/{job}
POST /api/v1/imports/{job}/cancel
POST /api/v1/imports/{job}/check
GET /api/v1/imports/{job}/lines
PUT /api/v1/imports/{job}/parts/{part}
POST /api/v1/imports/{job}/start
POST /api/v1/subscribers/find
PUT /api/v1/subscribers/{subscriber}
POST /api/v1/subscribers/{subscriber}/end
GET /console/audit
GET /console/exports
POST /console/exports
GET /console/exports/{job}
GET /console/exports/{job}/files/{file}
POST /console/feeds/accept
GET /console/imports
POST /console/imports
GET /console/imports/{job}
POST /console/imports/{job}/cancel
POST /console/imports/{job}/check
GET /console/imports/{job}/lines
POST /console/imports/{job}/parts/{part}
GET /console/imports/{job}/refused.csv
POST /console/imports/{job}/start
POST /console/leads/endpoint
POST /console/readers
POST /console/readers/{subscriber}
POST /console/readers/{subscriber}/end
"""
EVERY_ROLE = ("LOOK", "WRITE", "SEND", "ADMINISTER")
EXPECTED = {
    route: role
    for role, routes in zip(Role, (LOOK, WRITE, SEND, ADMINISTER), strict=True)
    for route in routes.strip().splitlines()
}
SIGNED_IN = {"POST /console/logout"}


def routes(kind: type[Page | Endpoint]) -> list[str]:
    return [f"{method} {path}" for path, views in PATHS for method, view in views.items() if isinstance(view, kind)]


def test_every_route_has_its_role_and_no_other() -> None:
    needs = {
        f"{method} {path}": view.needs.role
        for path, views in PATHS
        for method, view in views.items()
        if isinstance(view, Page | Endpoint)
    }
    assert {route: role for route, role in needs.items() if role} == EXPECTED
    assert {route for route, role in needs.items() if not role} == SIGNED_IN
    every = {(path, method) for path, views in PATHS for method in views}
    assert every - {(route.split()[1], route.split()[0]) for route in needs} == OPEN


def address(route: str) -> tuple[str, str]:
    """Method and path of a request to the route, about something that is not there."""
    method, path = route.split()
    return method, path.replace("{", "").replace("}", "")


@pytest.mark.parametrize("role", Role, ids=EVERY_ROLE)
def test_a_program_may_use_the_routes_of_its_role_alone(cloud: Cloud, issuer: Issuer, role: Role) -> None:
    api = Program(cloud, issuer.token(scope=f"openid newsletter:{role.word}", sub=f"program-{role.word}"))
    for route in routes(Endpoint):
        method, path = address(route)
        answer = api(method, path.removeprefix("/api/v1"), None if method == "GET" else {"nothing": 1})
        assert (answer.status == 403) == (role < EXPECTED[route]), (route, answer.status)
        assert answer.status < 500, route
        if answer.status == 403:
            needed = EXPECTED[route].word
            assert f"this needs the role {needed}, and you have the role {role.word}" in answer.json["error"]
            assert app.publication.access.contact in answer.json["error"]
            assert f'scope="newsletter:{needed}"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("role", Role, ids=EVERY_ROLE)
def test_a_person_may_use_the_pages_of_their_role_alone(cloud: Cloud, issuer: Issuer, role: Role) -> None:
    person = Browser(cloud, issuer)
    person.sign_in(**{"cognito:groups": [f"newsletter-{role.word}"], "sub": f"person-{role.word}"})
    token = ("form_token", person.form_token())
    for route in routes(Page):
        if route in SIGNED_IN:
            continue
        method, path = address(route)
        answer = person.get(path) if method == "GET" else person.post(path, token)
        assert (answer.status == 403) == (role < EXPECTED[route]), (route, answer.status)
        assert answer.status < 500, route
        if answer.status == 403:
            assert f"This needs the role {EXPECTED[route].word}" in answer.text
            assert app.publication.access.contact in answer.text


def test_one_route_has_steps_of_several_roles(cloud: Cloud, issuer: Issuer) -> None:
    text = {"subject": "Kevät", "body": "Hei.", "language": "fi"}
    add_reader("maija@example.com")
    writer = Program(cloud, issuer.token(scope="newsletter:write", sub="writer"))
    sender = Program(cloud, issuer.token(scope="newsletter:send", sub="sender"))
    made = writer("POST", "/campaigns", text | {"draft": True})
    assert made.status == 201
    draft = made.json["campaign"]["id"]
    soon = "2099-01-01T08:00:00Z"
    assert writer("POST", "/campaigns", text).status == 403
    assert writer("POST", "/campaigns", text | {"send_at": soon}).status == 403
    assert writer("PUT", f"/campaigns/{draft}", text | {"send_at": soon}).status == 403
    assert writer("PUT", f"/campaigns/{draft}", made.json["campaign"] | {"subject": "Kesä"}).status == 200
    assert sender("POST", f"/campaigns/{draft}/send", {"send_at": iso(app.now() + timedelta(days=1))}).status == 200
    # What is about to go out is changed, taken back and deleted by those alone who may send it.
    assert writer("PUT", f"/campaigns/{draft}", text).status == 403
    assert writer("DELETE", f"/campaigns/{draft}").status == 403
    person = Browser(cloud, issuer)
    person.sign_in(**{"cognito:groups": ["newsletter-write"]})
    token = ("form_token", person.form_token())
    page = f"/console/campaigns/{draft}"
    assert 'value="unschedule"' not in person.get(page).body
    assert person.post(page, token, ("body", "Moi."), *list(text.items())[:1]).status == 403
    for step in ("send", "schedule", "unschedule", "delete", "restore"):
        assert person.post(page, token, ("step", step)).status == 403
    assert sender("GET", f"/campaigns/{draft}").json["campaign"]["subject"] == "Kesä"
    assert sender("POST", f"/campaigns/{draft}/unschedule").status == 200
    assert writer("DELETE", f"/campaigns/{draft}").status == 204
