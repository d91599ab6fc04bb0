"""A reader's own pages take forms that were sent from them, and from nowhere else; a mail program's one click apart."""

from __future__ import annotations

import re

import pytest

from newsletter.container import app
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers.subscriber import Status
from public_site.handler import PATHS
from tests.support.readers.site import (
    ID,
    READER,
    STRANGER,
    WEBSITE,
    fill_in,
    heading,
    hidden,
    link,
    post,
    reader,
    stored,
    text,
)
from tests.support.stack.cloud import PUBLIC_URL, Cloud

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FOREIGN: tuple[dict[str, str], ...] = (
    {"origin": STRANGER},
    {"origin": WEBSITE},  # may send the subscribe form, and no other
    {"origin": "null"},  # a sandboxed frame
    {"origin": "null", "sec-fetch-site": "same-origin"},
    {"origin": f"{PUBLIC_URL}.evil.example"},
    {"origin": f"{STRANGER}/{PUBLIC_URL}"},
    {"origin": STRANGER, "host": "127.0.0.1:8000"},
    {"sec-fetch-site": "cross-site"},
    {"origin": PUBLIC_URL, "sec-fetch-site": "cross-site"},
)
OURS: tuple[dict[str, str], ...] = (
    {},  # no browser of today
    {"origin": PUBLIC_URL, "sec-fetch-site": "same-origin"},
    {"sec-fetch-site": "none"},
    {"origin": "http://localhost:8000", "host": "localhost:8000"},  # by another name of the same address
)


def paths(confirm: str) -> dict[str, tuple[str, dict[str, str]]]:
    """Every page of a reader's own that changes something, with a form that it takes."""
    return {
        "confirm": (link(LinkPurpose.CONFIRM, extra=confirm), {}),
        "preferences": (
            link(LinkPurpose.PREFERENCES),
            {"topics": "linkedin", "language": "sv", "frequency": "monthly"},
        ),
        "preferences-less": (
            f"{link(LinkPurpose.PREFERENCES)}/less",
            {"less": "frequency", "form": app.forms.token("less", app.now(), ID)},
        ),
        "preferences-series": (
            f"{link(LinkPurpose.PREFERENCES)}/series/sparraus",
            {"form": app.forms.token("series", app.now(), ID)},
        ),
        "unsubscribe": (link(LinkPurpose.UNSUBSCRIBE), {}),
        "my-data": (link(LinkPurpose.MY_DATA), {}),
        "offer": (link(LinkPurpose.OFFER, mailing="m", batch="b", extra="sparraus"), {"accept": "yes"}),
    }


def test_every_page_that_changes_something_is_tried_here(cloud: Cloud) -> None:
    assert cloud.mails() == []
    changing = {
        "-".join(part for part in path.split("/") if part and part[0] != "{")
        for path, views in PATHS
        if "POST" in views
    }
    signed = {"hooks-crm"}  # by a program
    assert changing == {"subscribe", *signed, *paths("")}


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_elsewhere_does_nothing_and_leads_to_the_page(cloud: Cloud, headers: dict[str, str]) -> None:
    cloud.subscribe(READER)
    cloud.drain()
    before = stored(cloud)
    for name, (path, form) in paths("x").items():
        for sent in (form, ONE_CLICK if name != "unsubscribe" else form):
            answer = post(cloud, path, sent, **headers)
            assert (answer["statusCode"], heading(answer)) == (403, text("problems.foreign.heading")), name
            assert f'href="{path}"' in answer["body"]
    assert stored(cloud) == before
    assert (cloud.messages("LeadQueue"), cloud.messages("TransactionalQueue")) == ([], [])
    data = post(cloud, link(LinkPurpose.MY_DATA), {}, **headers, accept="application/json")
    assert (data["statusCode"], data["body"]) == (403, f'{{"error":"{text("problems.foreign.text")}"}}')


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_form_of_our_own_page_is_taken(cloud: Cloud, headers: dict[str, str]) -> None:
    fill_in(READER)
    (sign_up,) = cloud.items("Subscribers")
    tried = paths(sign_up["nonce"]["S"])
    for name in ("confirm", "preferences", "preferences-less", "preferences-series"):
        path, form = tried[name]
        assert post(cloud, path, form, **headers)["statusCode"] == 200, name
    path, _ = tried["offer"]
    assert post(cloud, path, hidden(cloud.http("GET", path)["body"]), **headers)["statusCode"] == 200
    assert len(cloud.messages("LeadQueue")) == 1
    for name, status in (("unsubscribe", "unsubscribed"), ("my-data", "erased")):
        path, form = tried[name]
        assert post(cloud, path, form, **headers)["statusCode"] == 200, name
        (profile,) = (item for item in cloud.items("Subscribers") if item["record"]["S"] == "profile")
        assert (profile["id"]["S"], profile["status"]["S"]) == (ID, status)


@pytest.mark.parametrize("headers", [{}, *FOREIGN], ids=str)
def test_a_mail_program_leaves_for_its_reader_with_one_click_from_wherever_it_is(
    cloud: Cloud, headers: dict[str, str]
) -> None:
    cloud.subscribe(READER)
    assert post(cloud, link(LinkPurpose.UNSUBSCRIBE), ONE_CLICK, **headers)["statusCode"] == 200
    assert reader().status is Status.UNSUBSCRIBED


def test_our_pages_let_browsers_say_where_a_form_comes_from_and_tell_other_websites_nothing(cloud: Cloud) -> None:
    cloud.subscribe(READER)
    for path in ("/subscribe", link(LinkPurpose.PREFERENCES), link(LinkPurpose.UNSUBSCRIBE), link(LinkPurpose.MY_DATA)):
        page = cloud.http("GET", path)["body"]
        assert re.findall(r'<meta name="referrer" content="([^"]+)">', page) == ["same-origin"], path
