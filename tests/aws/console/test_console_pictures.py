"""Pictures for mails: uploaded by a person and a program, shown to everybody, and put into a mail with their size."""

from __future__ import annotations

import base64
import json
from html import unescape
from urllib.parse import urlencode

import pytest

from newsletter.container import app
from newsletter.mail.markdown import render_markdown
from newsletter.mail.pictures import add_picture as adding
from rehearsal import events
from tests.support.articles.pictures import gif, jpeg, png
from tests.support.console.console_calls import Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.stack.cloud import PUBLIC_URL, Cloud

EDGE = "----edge"


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    """A program that may do everything."""
    return Program(cloud, issuer.token(scope="openid campaigns:send"))


def send(cloud: Cloud, path: str, body: bytes, headers: dict[str, str], jar: dict[str, str] | None = None) -> Answer:
    cookie = {"cookie": "; ".join(f"{name}={value}" for name, value in (jar or {}).items())} if jar else {}
    sent = {"host": "127.0.0.1", **headers, **cookie}
    bare, _, query = path.partition("?")
    request = events.Request("POST", bare, query, tuple(sent.items()), body, "192.0.2.7")
    answer = cloud.invoke("console", events.http(request, "ANY /console"))
    return Answer(answer["statusCode"], answer["headers"], answer.get("body") or "", answer.get("cookies") or [])


def post(api: Program, data: bytes, kind: str = "image/png", query: str = "") -> Answer:
    headers = {"authorization": f"Bearer {api.token}", "content-type": kind}
    return send(api.cloud, f"/api/v1/pictures{query}", data, headers)


def form(data: bytes, **texts: str) -> bytes:
    parts = [f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in texts.items()]
    head = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="x.svg"\r\nContent-Type: text/html\r\n\r\n'
    )
    return "\r\n".join([*parts, ""]).encode() + head.encode() + data + f"\r\n--{EDGE}--\r\n".encode()


def upload(browser: Browser, data: bytes, **extra: str) -> Answer:
    body = form(data, form_token=browser.form_token(), alt=extra.pop("alt", ""))
    headers = {"content-type": f"multipart/form-data; boundary={EDGE}", **extra}
    return send(browser.cloud, "/console/pictures", body, headers, browser.jar)


def fetched(cloud: Cloud, url: str) -> tuple[int, dict[str, str], bytes]:
    answer = cloud.http("GET", url)
    body = base64.b64decode(answer["body"]) if answer["isBase64Encoded"] else answer["body"].encode()
    return answer["statusCode"], answer["headers"], body


def test_a_program_uploads_one_and_everybody_sees_it_for_good(api: Program, cloud: Cloud) -> None:
    data = png(30, 20)
    answer = post(api, data, query="?" + urlencode({"alt": "Aurinko [ja] meri"}))
    assert answer.status == 201
    found = answer.json["picture"]
    assert (found["width"], found["height"], found["bytes"]) == (30, 20, len(data))
    assert found["url"] == f"{PUBLIC_URL}/pictures/{found['name']}"
    assert found["markdown"] == f"![Aurinko \\[ja\\] meri]({found['url']})"
    assert post(api, data).status == 200  # the same one is there
    status, headers, body = fetched(cloud, found["url"])
    assert (status, body) == (200, data)
    assert headers["Content-Type"] == "image/png"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    head = cloud.http("HEAD", found["url"])
    assert (head["statusCode"], head["body"], head["isBase64Encoded"]) == (200, "", False)
    listed = api("GET", "/pictures").json
    assert [each["name"] for each in listed["pictures"]] == [found["name"]]
    assert listed["cursor"] is None


def test_a_mail_shows_it_with_width_and_height_that_nobody_wrote(api: Program) -> None:
    html, _ = render_markdown(post(api, png(1040, 400), query="?alt=Meri").json["picture"]["markdown"])
    assert 'width="520" height="200"' in html
    written, _ = render_markdown(f"{post(api, png(1040, 400)).json['picture']['markdown']}{{width=100 height=50}}")
    assert 'width="100" height="50"' in written


@pytest.mark.parametrize(
    "name",
    [
        "nothing.png",
        "0" * 32 + "-1x1.png",
        "0" * 32 + "-1x1.svg",
        "0" * 32 + "-01x1.png",
        "%2e%2e",
        "A" * 32 + "-1x1.png",
    ],
)
def test_there_is_nothing_else_below_the_path(cloud: Cloud, name: str) -> None:
    assert fetched(cloud, f"{PUBLIC_URL}/pictures/{name}")[0] == 404


def test_a_person_uploads_one_without_a_script_and_copies_its_line(marketing: Browser) -> None:
    assert "There are no pictures yet" in marketing.get("/console/pictures").text
    page = upload(marketing, jpeg(60, 40), alt='Meri "tyyni"')
    assert page.status == 200
    (kept,) = app.pictures.all()
    assert f'![Meri "tyyni"]({PUBLIC_URL}/pictures/{kept.name})' in unescape(page.body)
    assert "img-src 'self'" in page.headers["Content-Security-Policy"]
    assert f'src="/pictures/{kept.name}"' in marketing.get("/console/pictures").body
    (line,) = app.audit.page(f"{app.now():%Y-%m}", 10, now=app.now()).lines
    assert line.act == "picture uploaded"


def test_the_script_of_the_form_is_told_what_to_put_in_and_what_is_wrong(marketing: Browser) -> None:
    found = json.loads(upload(marketing, gif(5, 4), alt="Tausta", **{"x-autosave": "1"}).body)
    assert found["markdown"] == f"![Tausta]({found['url']})"
    wrong = upload(marketing, b"RIFF\0\0\0\0WEBPVP8 ", **{"x-autosave": "1"})
    assert (wrong.status, json.loads(wrong.body)) == (
        422,
        {"errors": {"file": "WebP, which not all mail programs show; save it as PNG, JPEG or GIF"}},
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty; choose a PNG, JPEG or GIF file"),
        (b"<svg onload=alert(1)>", "SVG, which not all mail programs show"),
        (b"x" * 1_000_001, "at most 1,000,000"),
        (png(2001, 10), "2,001 × 10 pixels; at most 2,000 wide"),
    ],
)
def test_what_is_refused_is_said_at_the_field_with_what_would_be_right(
    marketing: Browser, api: Program, data: bytes, said: str
) -> None:
    page = upload(marketing, data)
    assert page.status == 422
    assert said in page.text
    answer = post(api, data)
    assert answer.status == 422
    assert said in answer.json["errors"]["file"]
    assert app.pictures.all() == []


def test_who_may_not_send_sees_them_and_uploads_none(looker: Browser) -> None:
    assert upload(looker, png(2, 2)).status == 403
    page = looker.get("/console/pictures")
    assert (page.status, 'name="file"' in page.body) == (200, False)
    assert app.pictures.all() == []


def test_a_form_without_a_token_or_cut_off_keeps_nothing(marketing: Browser) -> None:
    headers = {"content-type": f"multipart/form-data; boundary={EDGE}"}
    assert send(marketing.cloud, "/console/pictures", form(png(2, 2)), headers, marketing.jar).status == 403
    whole = form(png(2, 2), form_token=marketing.form_token())
    assert send(marketing.cloud, "/console/pictures", whole[:-20], headers, marketing.jar).status == 422
    assert app.pictures.all() == []


def test_a_request_that_is_far_too_long_is_refused_unread(api: Program) -> None:
    assert post(api, b"x" * 1_100_000).status == 413


def test_there_are_so_many_and_no_more(api: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adding, "MAX_PICTURES", 2)
    assert [post(api, png(each, 1)).status for each in (1, 2, 3, 1)] == [201, 201, 409, 200]
    one, two = (api("GET", f"/pictures?limit=1{more}").json for more in ("", ""))
    assert one == two
    assert one["cursor"] is not None
    rest = api("GET", f"/pictures?limit=1&cursor={one['cursor']}").json
    assert {one["pictures"][0]["width"], rest["pictures"][0]["width"]} == {1, 2}
    assert rest["cursor"] is None
