"""The pages and endpoints under /_local: what a person sees and what a program gets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rehearsal.cloud import LocalCloud
from tests.support.stack import local_pages
from tests.support.stack.local_pages import FORM, HTML, call, form, send

cloud = local_pages.cloud


@pytest.mark.parametrize("path", ["/", "/_local/mail.json", "/_local/token", "/_local/aws", "/_local/ses", "/_local"])
def test_no_name_that_is_made_to_lead_here_reads_what_is_for_this_machine(cloud: LocalCloud, path: str) -> None:
    method = "POST" if path == "/_local/token" else "GET"
    for host in (
        "evil.example",
        f"evil.example:{cloud.port}",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "localhost.evil",
        "[",
    ):
        refused = call(cloud, method, path, headers={"host": host})
        assert (refused.status, "127.0.0.1 or localhost" in refused.text) == (403, True), host
    for host in ("127.0.0.1", f"localhost:{cloud.port}", f"[::1]:{cloud.port}", "demo.localhost"):
        assert call(cloud, method, path, headers={"host": host}).status != 403, host
    assert call(cloud, "GET", "/page/x", headers={"host": "evil.example"}).status == 200


def test_the_start_page_links_everything_and_names_every_scheduled_function(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", "/", headers=HTML)
    assert page.status == 200
    for address in (
        "/_local/blog/",
        "/subscribe",
        "/_local/mail",
        "/_local/crm",
        "/console",
        "/archive",
        "/_local/run/clock",
    ):
        assert f'"{address}"' in page.text
    assert "GET /page/{name}" in page.text


def test_no_page_loads_anything_from_elsewhere(cloud: LocalCloud) -> None:
    for path in ("/", "/_local/mail", "/_local/crm", "/_local/nothing", f"/_local/mail/{send()}"):
        page = call(cloud, "GET", path, headers=HTML)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert 'src="http' not in page.text
        assert 'href="http' not in page.text


def test_it_is_healthy_once_it_answers(cloud: LocalCloud) -> None:
    assert call(cloud, "GET", "/_local/health").json()["status"] == "ok"


def test_a_run_from_the_start_page_shows_what_came_of_it(cloud: LocalCloud) -> None:
    page = form(cloud, "/_local/run/clock", now="2026-12-01T08:00", as_page="yes")
    assert page.status == 200
    assert "2026-12-01T08:00:00Z" in page.text
    assert "&#34;done&#34;" in page.text
    assert "<b>yes</b>" not in page.text


def test_json_that_curl_calls_a_form_is_read_as_json(cloud: LocalCloud) -> None:
    answer = call(cloud, "POST", "/_local/run/clock", b'{"now": "2026-12-01T08:00:00Z"}', FORM)
    assert answer.json()["now"] == "2026-12-01T08:00:00Z"


def test_an_error_is_a_page_for_a_person_and_json_for_a_program(cloud: LocalCloud) -> None:
    page = call(cloud, "GET", "/_local/mail/none", headers=HTML)
    assert page.status == 404
    assert "There is nothing here" in page.text
    assert "starts empty" in call(cloud, "GET", "/_local/mail/none").json()["error"]
    assert call(cloud, "GET", "/_local/run/clock").status == 405


# --- mailbox ----------------------------------------------------------------------------------------------------------


def test_the_mailbox_lists_mails_newest_first_for_people_and_programs(cloud: LocalCloud) -> None:
    first, second = send("first@example.com"), send("second@example.com")
    listed = call(cloud, "GET", "/_local/mail.json").json()
    assert [mail["id"] for mail in listed[:2]] == [second, first]
    newest = listed[0]
    assert {key: newest[key] for key in ("to", "from", "subject", "html", "text", "tags")} == {
        "to": "second@example.com",
        "from": "News <us@news.example>",
        "subject": "Kesä & työ",
        "html": "<p>Hei</p>",
        "text": "Hei",
        "tags": {"mailing": "m1"},
    }
    assert newest["headers"]["To"] == "second@example.com"
    assert datetime.fromisoformat(newest["at"]) <= datetime.now(UTC)
    page = call(cloud, "GET", "/_local/mail", headers=HTML).text
    assert page.index("second@example.com") < page.index("first@example.com")
    assert "Kesä &amp; työ" in page


def test_a_mail_is_shown_in_a_frame_where_nothing_runs_and_links_open_in_a_new_tab(cloud: LocalCloud) -> None:
    mail = send(
        html='<html><head lang="fi"></head><body><a href="https://x.example/">x</a><script>1</script></body></html>',
    )
    page = call(cloud, "GET", f"/_local/mail/{mail}", headers=HTML).text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page
    shown = call(cloud, "GET", f"/_local/mail/{mail}/html")
    assert '<head lang="fi"><base target="_blank">' in shown.text
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert "script-src" not in policy
    source = call(cloud, "GET", f"/_local/mail/{mail}/source")
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert "To: reader@example.com" in source.text


def test_reader_text_on_our_pages_is_escaped(cloud: LocalCloud) -> None:
    mail = send(subject="<script>alert(1)</script>")
    for path in ("/_local/mail", f"/_local/mail/{mail}"):
        page = call(cloud, "GET", path, headers=HTML).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(("what", "event"), [("deliver", "Delivery"), ("bounce", "Bounce"), ("complain", "Complaint")])
def test_a_button_lets_something_happen_to_a_mail(cloud: LocalCloud, what: str, event: str) -> None:
    mail = send(f"{what}@example.com")
    before = cloud.ses.mailbox.get(mail)
    assert before is not None
    assert form(cloud, f"/_local/mail/{mail}/act", what=what).status == 303
    assert event in before.events


def test_an_unknown_act_says_what_would_be_right(cloud: LocalCloud) -> None:
    answer = call(cloud, "POST", f"/_local/mail/{send()}/act", b"what=vanish", {"content-type": FORM["content-type"]})
    assert answer.status == 400
    assert "deliver, bounce" in answer.json()["error"]


def test_the_mailbox_goes_on_page_by_page_to_the_oldest_mail(cloud: LocalCloud) -> None:
    sent = [send(f"page-{number}@example.com") for number in range(5)]
    path, listed = "/_local/mail.json?limit=2", []
    while path and sent[0] not in listed:
        answer = call(cloud, "GET", path)
        assert len(answer.json()) <= 2
        listed += [mail["id"] for mail in answer.json()]
        assert int(answer.headers["x-total-count"]) >= 5
        path = answer.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert listed[:5] == sent[::-1]


def test_the_mailbox_shows_a_hundred_mails_and_leads_on_to_the_older_ones(cloud: LocalCloud) -> None:
    sent = [send(f"many-{number}@example.com") for number in range(101)]
    newest = call(cloud, "GET", "/_local/mail").text
    assert sent[1] in newest
    assert sent[0] not in newest
    assert sent[0] in call(cloud, "GET", f"/_local/mail?before={sent[1]}").text
    assert f"?before={sent[1]}" in newest


def test_the_mailbox_shows_mails_to_one_address_alone(cloud: LocalCloud) -> None:
    mine, other = send("only-me@example.com"), send("somebody-else@example.com")
    page = call(cloud, "GET", "/_local/mail?to=only-me@example.com").text
    assert mine in page
    assert other not in page
    assert [mail["id"] for mail in call(cloud, "GET", "/_local/mail.json?to=only-me@example.com").json()] == [mine]


@pytest.mark.parametrize("limit", ["0", "many", "-1", "1.5"])
def test_a_limit_that_is_none_says_what_would_be_right(cloud: LocalCloud, limit: str) -> None:
    answer = call(cloud, "GET", f"/_local/mail.json?limit={limit}")
    assert answer.status == 400
    assert "a whole number from 1 on" in answer.json()["error"]


def test_the_mailbox_can_be_emptied(cloud: LocalCloud) -> None:
    send()
    assert form(cloud, "/_local/mail/clear").status == 303
    assert call(cloud, "GET", "/_local/mail.json").json() == []
