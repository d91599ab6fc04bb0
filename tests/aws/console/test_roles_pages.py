"""Pages offer what their user may do and nothing else, and show addresses to those alone who may send."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from console.access.guards import Page
from console.handler import ROUTER
from console.request import Request
from newsletter.container import app
from newsletter.leads.lead import LeadState
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.leads.outbox.outbox_event import EventState
from newsletter.platform.times import iso
from newsletter.publication.access.roles import Role
from tests.aws.console.test_console_articles import add as add_article
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.leads.kept_leads import MADE, add_event, add_lead
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]+)"[^>]*>(.*?)</form>', re.DOTALL)
STEP = re.compile(r'name="step" value="(\w+)"')
LINK = re.compile(r'href="(/console[^"#]*)')
TEXT = {"subject": "Kevät", "body": "Hei.", "language": "fi"}


@dataclass(frozen=True)
class Stage:
    """Pages with something on them, and ids that stand in them."""

    pages: tuple[str, ...]
    mailing: str
    lead: str
    draft: str


@pytest.fixture
def stage(cloud: Cloud, issuer: Issuer) -> Stage:
    """A reader, a lead that waits for a decision, a CRM that is off, a mailing, an article, and campaigns."""
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    reader = add_reader(READER)
    lead = add_event(add_lead(reader, LeadState.HELD, answers={"phone": "0401234567"}), EventState.TAKEN)
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=MADE, off_why="HTTP 401"))
    add_article()
    mailing = api("POST", "/campaigns", TEXT).json["mailing"]["id"]
    cloud.drain()
    wishes: tuple[dict[str, Any], ...] = ({"draft": True}, {"send_at": iso(app.now() + timedelta(days=1))})
    drafts = [
        api("POST", "/campaigns", TEXT | {"subject": f"Luonnos {number}", **wish}).json["campaign"]["id"]
        for number, wish in enumerate(wishes)
    ]
    pages = (
        *("", "/mailings", "/readers", "/leads", "/sequences", "/articles", "/feeds", "/campaigns", "/audit"),
        *(f"/mailings/{mailing}", f"/readers/{reader}", f"/leads/{lead.id}", f"/articles/{'a' * 16}"),
        *("/campaigns/new", *(f"/campaigns/{draft}" for draft in drafts), f"/campaigns/{drafts[0]}/versions"),
        "/digests/weekly/note",
    )
    return Stage(tuple(f"/console{page}" for page in pages), mailing, lead.id, f"/console/campaigns/{drafts[0]}")


def person(cloud: Cloud, issuer: Issuer, role: Role) -> Browser:
    browser = Browser(cloud, issuer)
    browser.sign_in(**{"cognito:groups": [f"newsletter-{role.word}"], "sub": role.word})
    return browser


def offered(body: str) -> Iterator[tuple[str, str, str]]:
    """Method, address and step of everything that a page offers."""
    for action, inside in FORM.findall(body):
        for step in STEP.findall(inside) or [""]:
            yield "POST", html.unescape(action), step
    for link in LINK.findall(body):
        yield "GET", html.unescape(link).partition("?")[0], ""


def role_for(method: str, path: str, step: str) -> Role | None:
    body = f"step={step}"
    http = {"http": {"method": method, "path": path, "sourceIp": "192.0.2.7"}}
    event = {"rawPath": path, "requestContext": http, "headers": {}, "body": body, "isBase64Encoded": False}
    request = Request(event)
    view, _ = ROUTER.find(request)
    return view.needs.for_request(request) if isinstance(view, Page) else None


@pytest.mark.parametrize("role", Role, ids=[role.word for role in Role])
def test_pages_offer_what_their_user_may_do_and_nothing_else(
    cloud: Cloud, issuer: Issuer, stage: Stage, role: Role
) -> None:
    browser, found = person(cloud, issuer, role), set()
    for page in stage.pages:
        answer = browser.get(page)
        if answer.status == 403:
            continue
        assert answer.status == 200, page
        body = answer.body
        if page == stage.draft:
            body += browser.post(page, ("form_token", browser.form_token()), ("step", "check")).body
        for method, path, step in offered(body):
            needed = role_for(method, path, step)
            assert needed is None or needed <= role, f"{page} offers {method} {path} {step} to {role.word}"
            found.add(needed)
    # And what the role is for is there.
    assert role in found


@pytest.mark.parametrize("role", Role, ids=[role.word for role in Role])
def test_addresses_of_readers_are_whole_for_those_alone_who_may_send(
    cloud: Cloud, issuer: Issuer, stage: Stage, role: Role
) -> None:
    cloud.drain()
    browser = person(cloud, issuer, role)
    api = Program(cloud, issuer.token(scope=f"newsletter:{role.word}", sub=role.word))
    whole = role >= Role.SEND
    pages = {page: browser.get(page).body for page in stage.pages}
    shown = [page for page, body in pages.items() if READER in body or "0401234567" in body]
    paths = ("/subscribers", f"/mailings/{stage.mailing}/recipients", "/leads", f"/leads/{stage.lead}")
    told = [path for path in paths if READER in api("GET", path).body]
    assert bool(shown) is whole
    assert told == (list(paths) if whole else [])
    assert ("0401234567" in api("GET", f"/leads/{stage.lead}").body) is whole
    assert '"a": 1' not in html.unescape(pages[f"/console/leads/{stage.lead}"]) or whole
