"""A campaign that is to go out at once to another audience than was seen asks again, by whichever request."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.drafts.draft import DraftState
from newsletter.mailings.drafts.edit_drafts import list_drafts
from tests.support.console.console_calls import Program
from tests.support.console.issuer import Issuer
from tests.support.mailings.sent_campaign import FIRST, campaign_that_went_out
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

TEXT = {"subject": "Kevään sparraukset", "body": "Moi **sinä**.", "language": "fi"}
OTHER = "the audience had 20 readers when it was looked at, and has 1 now"


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """A program that may send."""
    return Program(cloud, issuer.token(scope="openid campaigns:send"))


def test_sent_at_once_to_another_audience_it_is_refused(api: Program, cloud: Cloud) -> None:
    add_reader("maija@example.com")
    refused = api("POST", "/campaigns", TEXT | {"readers": 20})
    assert (refused.status, OTHER in refused.json["detail"]) == (409, True)
    draft = api("POST", "/campaigns", TEXT | {"draft": True}).json["campaign"]["id"]
    refused = api("POST", f"/campaigns/{draft}/send", {"readers": 20})
    assert (refused.status, OTHER in refused.json["detail"]) == (409, True)
    assert api("GET", f"/campaigns/{draft}").json["campaign"]["state"] == DraftState.DRAFT
    assert cloud.drain() == []
    assert cloud.mails() == []
    assert api("POST", f"/campaigns/{draft}/send", {"readers": 2}).status == 201
    assert api("POST", f"/campaigns/{draft}/send", {"readers": 20}).status == 200, "it was sent before"


@pytest.mark.parametrize("wish", [{"readers": 100}, {"send_at": "2020-01-01T08:00:00+02:00"}, {"subject": "  "}])
def test_what_is_refused_to_be_sent_again_can_be_tried_again(api: Program, cloud: Cloud, wish: dict[str, Any]) -> None:
    campaign_that_went_out(cloud)
    assert api("POST", f"/mailings/{FIRST}/send-again", {"subject": "Vielä ehdit"} | wish).status in (409, 422)
    assert list_drafts(app, cursor="", limit=5)[0] == []
    assert api("POST", f"/mailings/{FIRST}/send-again", {"subject": "Vielä ehdit"}).status == 201
