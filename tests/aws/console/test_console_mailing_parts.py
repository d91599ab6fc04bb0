"""The report's page by its parts, the people who clicked as a file for those who may see addresses, and the mail."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.platform.times import whole_seconds
from newsletter.reports.clickers import clickers, clickers_csv
from newsletter.sending.feedback.visit_marks import VisitMark
from tests.support.console.console_calls import Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import PUBLIC_URL, Cloud, link_to

PAGE = "/console/mailings/campaign-kevat"
BOOK = "https://kirja.example/a?b=1&c=2"
READERS = ("first@example.com", "second@example.com", "third@example.com")


@pytest.fixture
def sent(cloud: Cloud) -> Cloud:
    """A campaign that three readers got: two opened its link, and one of them left with it."""
    for address in READERS:
        add_reader(address)
    start_campaign(Campaign("kevat", "Kevät", f"Lue [kirja]({BOOK}).", "fi"), app, now=whole_seconds(app.now()))
    cloud.drain()
    for address in READERS[:2]:
        (mail,) = cloud.mails(address)
        mark = {int(mail.tags["position"]): VisitMark(1, person=True, people=frozenset({0}))}
        app.visit_marks.put("campaign-kevat", mail.tags["batch"], mark, app.now())
    path = link_to("unsubscribe", cloud.mails(READERS[0])[0]).removeprefix(PUBLIC_URL)
    for body in ("", "explain=yes&reason=too_often"):
        assert cloud.http("POST", path, body)["statusCode"] == 200
    return cloud


@pytest.mark.usefixtures("sent")
def test_the_report_says_why_readers_left_and_shows_the_mail_in_frames(marketing: Browser, looker: Browser) -> None:
    page = looker.get(PAGE)
    assert "The newsletter came too often 1" in page.text
    assert "As it was sent, for a reader without a name." in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "img-src 'self' https: data:" in page.headers["Content-Security-Policy"], "pictures of the text are shown"
    assert "/clickers" not in page.body
    assert f'href="{PAGE}/clickers?link={quote(BOOK)}"'.replace("&", "&amp;") in marketing.get(PAGE).body
    frame = page.body.partition(f'src="{PAGE}/mail?')[2].partition('"')[0].replace("&amp;", "&")
    for more in ("", "&dark=1", "&part=text"):
        mail = looker.get(f"{PAGE}/mail?{frame}{more}")
        assert mail.status == 200
        assert mail.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert "frame-ancestors 'self'" in mail.headers["Content-Security-Policy"]
        assert "kirja.example/a" in mail.body
        assert f"{PUBLIC_URL}/c/" not in mail.body
    assert looker.get(f"{PAGE}/mail?variant=fi-nothing").status == 404
    assert looker.get(f"{PAGE}/mail").status == 404
    assert "Nothing." in looker.get(f"{PAGE}/comments").text


@pytest.mark.usefixtures("sent")
def test_only_whoever_may_see_addresses_gets_the_people_and_each_file_is_in_the_audit_trail(
    marketing: Browser, looker: Browser
) -> None:
    assert looker.get(f"{PAGE}/clickers").status == 403
    page = marketing.get(f"{PAGE}/clickers?link={quote(BOOK, safe='')}")
    assert ("first@example.com" in page.text, "third@example.com" in page.text) == (True, False)
    assert "unsubscribed" in page.text
    assert 'href="/console/audiences?clicked=campaign-kevat"' in page.body
    audience = marketing.get("/console/audiences?clicked=campaign-kevat")
    assert (
        '<option value="campaign-kevat" selected>'
        in audience.body.partition('id="clicked"')[2].partition("</select>")[0]
    )
    assert marketing.get(f"{PAGE}/clickers?link=https://other.example").status == 422
    token = ("form_token", marketing.form_token())
    file = marketing.post(f"{PAGE}/clickers", token, ("link", BOOK))
    assert file.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert file.headers["Content-Disposition"] == 'attachment; filename="campaign-kevat-clickers.csv"'
    lines = file.body.removeprefix("\ufeff").splitlines()
    assert lines[0].split(",") == list(clickers_csv.COLUMNS)
    assert {line.split(",")[0]: line.split(",")[1] for line in lines[1:]} == {
        READERS[0]: "unsubscribed",
        READERS[1]: "active",
    }
    assert looker.post(f"{PAGE}/clickers", ("form_token", looker.form_token())).status == 403
    assert marketing.post(f"{PAGE}/clickers", token, ("part", "2")).status == 422
    acts = [line.act for line in app.audit.page(f"{app.now():%Y-%m}", 20, now=app.now()).lines]
    assert acts.count("clickers of a mailing listed") == 2  # one of them refused


@pytest.mark.usefixtures("sent")
def test_the_api_gives_the_same_page_by_page_as_json_and_csv(cloud: Cloud, issuer: Issuer) -> None:
    api = Program(cloud, issuer.token(scope="campaigns:send"))
    base = "/mailings/campaign-kevat"
    report = api("GET", base).json
    assert report["left_why"] == [{"reason": "too_often", "people": 1}]
    assert report["languages"] == [{"language": "fi", "mails": 3, "people": 2, "left": 1}]
    assert report["readers"] == [{"readers": "new", "mails": 3, "people": 2, "left": 1}]
    first = api("GET", f"{base}/clickers?limit=1").json
    second = api("GET", f"{base}/clickers?limit=1&cursor={first['cursor']}").json
    assert second["cursor"] is None
    assert {page["clickers"][0]["address"] for page in (first, second)} == set(READERS[:2])
    found = cloud_csv(cloud, api, f"/api/v1{base}/clickers?limit=1&link={quote(BOOK, safe='')}")
    assert found == set(READERS[:2])
    assert api("GET", f"{base}/clickers?cursor=no").status == 422
    assert api("GET", f"{base}/comments").json == {"comments": [], "too_few": False, "cursor": None}
    mail = api("GET", f"{base}/mail?variant={report['variants'][0]['variant']}").json["mail"]
    assert (mail["language"], mail["subject"], mail["as_sent"]) == ("fi", "Kevät", True)
    assert Program(cloud, issuer.token())("GET", f"{base}/clickers").status == 403


def cloud_csv(cloud: Cloud, api: Program, path: str) -> set[str]:
    """The addresses of a file that comes in parts of one line, each of which says where the next one is."""
    found: set[str] = set()
    while path:
        headers = {"authorization": f"Bearer {api.token}", "accept": "text/csv"}
        answer = cloud.http("GET", path, function="console", headers=headers)
        (line,) = answer["body"].splitlines()[1:]
        found.add(line.split(",")[0])
        link = answer["headers"].get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        path = link.partition("<")[2].partition(">")[0]
    return found


@pytest.mark.usefixtures("sent")
def test_recipients_whose_mail_came_back_are_listed_by_reason(
    marketing: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nobody." in marketing.get(f"{PAGE}?standing=bounced&reason=mailbox_full").text
    assert marketing.get(f"{PAGE}?standing=delivered&reason=mailbox_full").status == 422
    assert marketing.get(f"{PAGE}?standing=bounced&reason=made_up").status == 422
    for module in (clickers, clickers_csv):
        monkeypatch.setattr(module, "is_large", lambda *_: True)
    monkeypatch.setattr(clickers_csv, "IN_A_PART", 2)
    assert "Part 2 of 2 (CSV)" in marketing.get(f"{PAGE}/clickers").text
    token = ("form_token", marketing.form_token())
    parts = [marketing.post(f"{PAGE}/clickers", token, ("part", each)).body for each in ("1", "2")]
    assert sum(part.count("@example.com") for part in parts) == 2
    monkeypatch.setattr(clickers_csv, "IN_A_PART", 1000)
    monkeypatch.setattr(clickers_csv, "MAX_BYTES", 10)
    assert "newsletter mailing clickers campaign-kevat --csv" in marketing.post(f"{PAGE}/clickers", token).body


def test_pages_move_by_themselves_while_a_mailing_is_under_way(cloud: Cloud, marketing: Browser) -> None:
    add_reader(READERS[0])
    start_campaign(Campaign("kevat", "Kevät", "Lue tämä.", "fi"), app, now=whole_seconds(app.now()))
    pages = (PAGE, "/console/mailings", "/console")
    assert marketing.get(PAGE).body.count('data-moves="yes"') == 2
    assert "[data-moves]" in marketing.get("/console/moving.js").body
    assert "script-src 'self'" in marketing.get(PAGE).headers["Content-Security-Policy"]
    assert cloud.drain() == []
    for page in pages:
        body = marketing.get(page).body
        assert ('data-moves="no"' in body, 'data-moves="yes"' in body) == (True, False), page
