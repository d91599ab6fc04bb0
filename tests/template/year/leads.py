"""Offers are taken up, leads are looked at, and the CRM has bad days."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from werkzeug.wrappers import Response

from newsletter.container import Container, app
from newsletter.leads.lead import Lead, LeadState
from newsletter.leads.leads_store import Leads
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.leads.visits.verdict import VerdictKind
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.times import iso
from newsletter.publication.crm import CrmAuth, CrmFormat, CrmSettings
from newsletter.readers.subscriber import subscriber_id
from tests.support.console.console_calls import MARKETING, Browser, Program, trust
from tests.support.console.issuer import issuing
from tests.support.leads.kept_leads import add_lead
from tests.support.leads.leads import enqueue, make_lead, tell
from tests.support.leads.presses import Judge
from tests.support.readers.site import hidden
from tests.support.stack.cloud import BROWSER, PEPPER, Cloud, earlier, link_to
from tests.template.year.people import CURIOUS, DOUBTED, HASTY, MAIJA, NOW, PEKKA
from tests.template.year.readers import subscribe


def crm_has_bad_days_and_tells_us(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Events of leads wait for a CRM that does not take them, that rests, and works again; and it has webhooks too."""
    now = app.now()
    crm = CrmSettings(CrmFormat.PIPEDRIVE, CrmAuth.BOTH)
    with monkeypatch.context() as patched:
        patched.setitem(vars(app.templates), "publication", replace(app.publication, crm=crm))
        lead = make_lead(PEKKA, now)
        cloud.crm_answers = lambda _: Response('{"data": {"id": 7}}', 503)
        enqueue(lead, PEKKA, now)
        cloud.drain()
        later = now + timedelta(hours=1)
        patched.setattr(Container, "now", lambda _: later)
        cloud.run("nurture", later)  # wakes it
        cloud.drain()
        app.crm_endpoint.change(lambda health: replace(health, resting_until=later))
        cloud.crm_answers = lambda _: Response('{"data": {"id": 7}}', 200)
        later += timedelta(hours=4)
        cloud.run("nurture", later)  # asks for a probe
        cloud.drain()
        assert [each.state for each in app.outbox.of(lead)] == ["taken"]
    cloud.crm_answers = None
    for kind, data in (
        ("lead.won", {"lead": {"id": lead}}),
        ("contact.do_not_mail", {"contact": {"email": HASTY}}),
        ("contact.do_not_mail", {"contact": {"subscriber": app.ids.of(HASTY)}}),
    ):
        assert tell(cloud, kind, data)["statusCode"] == 200
    cloud.drain()


def offer_taken_up(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a person who says more, and by one of whom nobody is sure until the tick, and who was a machine after all."""
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    assert cloud.http("GET", link_to("c", digest), headers=BROWSER)["statusCode"] == 302
    assert cloud.drain() == []
    offer = link_to("offer", digest)
    page = cloud.press(offer)
    assert page["statusCode"] == 200
    assert cloud.drain() == []
    assert cloud.http("GET", offer, headers=BROWSER)["statusCode"] == 200
    form = hidden(page["body"], 0) | {"phone": "040 123 4567"}
    assert cloud.http("POST", offer, urlencode(form), headers=BROWSER)["statusCode"] == 200
    assert cloud.drain() == []
    with monkeypatch.context() as unsure:
        Judge(unsure, VerdictKind.UNSURE)
        subscribe(cloud, DOUBTED)
        claims = LinkClaims(app.ids.of(DOUBTED), digest.tags["mailing"], digest.tags["batch"], extra="sparraus")
        assert cloud.press(f"/offer/{app.links.token(LinkPurpose.OFFER, claims)}")["statusCode"] == 200
        assert cloud.drain() == []
        cloud.run("nurture", datetime.now(UTC) + timedelta(minutes=10))
        assert cloud.drain() == []
        Judge(unsure, VerdictKind.MACHINE)
        click = app.links.token(LinkPurpose.CLICK, claims._replace(extra=""))
        assert cloud.http("GET", f"/c/{click}/{link_to('c', digest).rpartition('/')[2]}")["statusCode"] == 302
        assert cloud.drain() == []


def leads_are_looked_at(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the console: the list, one lead with what its reader did, every decision, and the CRM switched on again."""
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    assert cloud.http("GET", link_to("c", digest), headers=BROWSER)["statusCode"] == 302
    cloud.drain()
    kept = add_lead(app.ids.of(MAIJA), LeadState.KEPT, episode=9, at=NOW)
    with issuing() as issuer:
        trust(issuer, monkeypatch)
        api = Program(cloud, issuer.token(scope="openid campaigns:send"))
        marketing = Browser(cloud, issuer)
        marketing.sign_in(**MARKETING)
        assert kept.id in [lead["id"] for lead in api("GET", "/leads").json["leads"]]
        for act, status in (("drop", 200), ("send", 202), ("rejudge", 200)):
            assert api("POST", f"/leads/{kept.id}/{act}").status == status
            cloud.drain()
        assert api("POST", f"/leads/{kept.id}/replay").status == 202
        assert marketing.get(f"/console/leads/{kept.id}").status == 200
        app.crm_endpoint.change(lambda _: EndpointHealth(off_at=NOW, off_why="HTTP 401"))
        assert marketing.post("/console/leads/endpoint", ("form_token", marketing.form_token())).status == 303
        cloud.drain()


def click_makes_a_warm_lead(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = next(mail for mail in reversed(cloud.mails(MAIJA)) if mail.tags["mailing"].startswith("digest"))
    subscribe(cloud, CURIOUS)
    offers = tuple(replace(offer, warm_topics=("linkedin",)) for offer in app.publication.offers)
    with monkeypatch.context() as warm:
        warm.setattr(app.templates, "publication", replace(app.publication, offers=offers))
        claims = LinkClaims(app.ids.of(CURIOUS), digest.tags["mailing"], digest.tags["batch"], 0)
        slug = link_to("c", digest).rpartition("/")[2]
        path = f"/c/{app.links.token(LinkPurpose.CLICK, claims)}/{slug}"
        with earlier(-3600):  # an hour after the mail came
            assert cloud.http("GET", path, headers=BROWSER)["statusCode"] == 302
            assert cloud.drain() == []
    assert app.lead_pointers.of(app.ids.of(CURIOUS)) != []


def reader_erased_while_their_lead_is_made(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lead is there by then, and must not stay."""
    subscribe(cloud, HASTY)
    hasty = subscriber_id(PEPPER.encode(), HASTY)
    mark = {"id": {"S": hasty}, "record": {"S": "profile"}, "status": {"S": "erased"}, "erased_at": {"S": iso(NOW)}}
    create = Leads.create

    def erased_then(self: Leads, lead: Lead) -> bool:
        done = create(self, lead)
        cloud.client("dynamodb").put_item(TableName=app.settings.subscribers_table, Item=mark)
        return done

    with monkeypatch.context() as slow:
        slow.setattr(Leads, "create", erased_then)
        offer = app.links.token(LinkPurpose.OFFER, LinkClaims(hasty, "m", "b", extra="sparraus"))
        assert cloud.press(f"/offer/{offer}")["statusCode"] == 200
        assert cloud.drain() == []
    assert app.lead_pointers.of(hasty) != []
