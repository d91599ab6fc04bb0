"""Lists of readers come in through the console and the API: uploaded, mapped, checked, started, shown, reported."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from newsletter.container import app
from newsletter.platform.errors import NotNow
from newsletter.readers.manage.change import change_choices
from newsletter.readers.subscriber import Status
from newsletter.readers.transfers.export import file_of
from newsletter.readers.transfers.import_lines import lines_of
from newsletter.readers.transfers.transfer import PART, ImportState
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import MARKETING, Answer, Browser, Program, call
from tests.support.console.issuer import Issuer
from tests.support.readers.import_lists import id_of, status_of
from tests.support.readers.list_uploads import LISTMONK, MAILCHIMP, press, send_file
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud


@pytest.fixture
def marketing(cloud: Cloud, issuer: Issuer) -> Browser:
    browser = Browser(cloud, issuer)
    browser.sign_in(**MARKETING, email="anna@yritys.example")
    return browser


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token(scope="campaigns:send"))


def conforms(answer: Answer, schema: str) -> Any:
    _conforms(answer.json, {"$ref": f"#/components/schemas/{schema}"}, schema)
    return answer.json


def test_a_list_of_mailchimp_comes_in_from_the_upload_to_the_report(cloud: Cloud, marketing: Browser) -> None:
    add_reader("b@example.com")
    uploaded = send_file(marketing, "subscribed_members.csv", MAILCHIMP)
    assert uploaded.status == 303
    page = marketing.get(uploaded.location)
    assert "Mail address (recognised)" in page.text
    assert "Aino · Bo · Cee" in page.text

    refused = press(marketing, f"{uploaded.location}/check", ("as", "confirmed"))
    assert refused.status == 422
    assert "Where they agreed : where and when these readers agreed" in refused.text

    press(marketing, f"{uploaded.location}/check", ("as", "confirmed"), ("evidence", "fair 2026-10-02"))
    assert "See how far it is" in marketing.get(uploaded.location).text
    assert cloud.drain() == []
    checked = marketing.get(uploaded.location).text
    assert "Would be added as active readers 1 Known already 1 Cannot be used 1" in checked
    assert status_of("a@example.com") == ""
    lines = marketing.get(f"{uploaded.location}/lines").text
    assert "2 a@example.com would be added as active readers 3 b@example.com known already 4" in lines
    assert "Cannot be used: Email address: Enter an email address" in lines
    marketing.jar["newsletter_language"] = "fi"
    lines = marketing.get(f"{uploaded.location}/lines").text
    assert "Ei voi käyttää: Sähköpostiosoite: Kirjoita sähköpostiosoite" in lines
    refused = press(marketing, f"{uploaded.location}/check", ("as", "confirmed"))
    assert "Missä he antoivat suostumuksen : kerro, missä ja milloin he antoivat suostumuksen" in refused.text
    del marketing.jar["newsletter_language"]

    press(marketing, f"{uploaded.location}/start")
    assert cloud.drain() == []
    assert "Added as active readers 1" in marketing.get(uploaded.location).text
    reader = app.subscribers.get(id_of("a@example.com"))
    assert reader is not None
    assert reader.choices.name == "Aino"
    assert app.consents.chain(id_of("a@example.com"))[0].consent.evidence.startswith("fair 2026-10-02")
    assert "fair 2026-10-02" in marketing.get(f"/console/readers/{id_of('a@example.com')}").text
    report = marketing.get(f"{uploaded.location}/refused.csv")
    rows = list(csv.reader(io.StringIO(report.body.removeprefix("\ufeff"))))
    assert rows[0][:4] == ["line", "field", "problem", "Email Address"]
    assert [row[0] for row in rows[1:]] == ["4"]
    marketing.jar["newsletter_language"] = "fi"
    in_finnish = list(csv.reader(io.StringIO(marketing.get(f"{uploaded.location}/refused.csv").body)))
    assert (in_finnish[1][2] != rows[1][2], in_finnish[1][3:]) == (True, rows[1][3:])
    del marketing.jar["newsletter_language"]
    acts = [line.act for line in app.audit.page(f"{app.now():%Y-%m}", 50, "", now=app.now()).lines]
    assert {"list of readers uploaded", "list of readers checked", "readers imported"} <= set(acts)


def test_once_it_is_imported_nothing_of_the_file_is_kept_but_the_lines_for_a_day(
    cloud: Cloud, marketing: Browser
) -> None:
    where = send_file(marketing, "list.csv", MAILCHIMP).location
    press(marketing, f"{where}/check", ("as", "confirmed"), ("evidence", "fair"))
    cloud.drain()
    press(marketing, f"{where}/start")
    cloud.drain()
    keys = [item["key"]["S"].split("#") for item in cloud.items("Guards")]
    assert {key[2] for key in keys if key[0] == "transfer"} == {"checked", "results"}
    (job,) = app.transfers.imports(5)
    assert "example.com" not in str(job)
    with pytest.raises(NotNow, match="kept no longer"):
        lines_of(job, 0, job.forgotten_at, app)


def test_a_column_is_said_to_be_the_address_where_no_name_tells(cloud: Cloud, marketing: Browser) -> None:
    where = send_file(marketing, "list.csv", "Yhteys;Kutsu\na@example.com;Aino\n").location
    assert "no column is called email" in marketing.get(where).text
    press(
        marketing, f"{where}/check", ("as", "pending"), ("column_0", "email"), ("column_1", "name"), ("means_left", "")
    )
    assert cloud.drain() == []
    assert "Would be asked to confirm 1" in marketing.get(where).text


def test_who_left_elsewhere_is_kept_as_left_and_a_column_that_may_say_so_is_asked_about(
    cloud: Cloud, marketing: Browser
) -> None:
    where = send_file(marketing, "export.csv", LISTMONK).location
    press(marketing, f"{where}/check", ("as", "confirmed"), ("evidence", "form"))
    cloud.drain()
    assert "Would be kept as left 1" in marketing.get(where).text

    asked = send_file(marketing, "own.csv", "email,VIP\na@example.com,x\nb@example.com,\n").location
    assert "It may say who left" in marketing.get(asked).text
    press(marketing, f"{asked}/check", ("as", "pending"))
    cloud.drain()
    page = marketing.get(asked).text
    assert "No reader was touched. Say below what these columns mean: VIP" in page
    press(marketing, f"{asked}/check", ("as", "pending"), ("column_1", "ignore"))
    cloud.drain()
    assert "Would be asked to confirm 2" in marketing.get(asked).text


def test_the_script_sends_a_large_file_in_parts(cloud: Cloud, marketing: Browser) -> None:
    lines = "email,name\n" + "".join(f"reader{number}@example.com,{'x' * 80}\n" for number in range(21_000))
    size = len(lines)
    assert size > PART
    begun = press(marketing, "/console/imports", ("size", str(size)), ("file_name", "big.csv"))
    assert begun.status == 201
    where = f"/console/imports/{begun.json['id']}"
    for number, start in enumerate(range(0, size, PART)):
        body = (
            f'--sep\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{marketing.form_token()}\r\n'
            f'--sep\r\nContent-Disposition: form-data; name="part"; filename="blob"\r\n\r\n'
            f"{lines[start : start + PART]}\r\n--sep--\r\n"
        )
        headers = {"content-type": "multipart/form-data; boundary=sep"}
        answer = call(cloud, "POST", f"{where}/parts/{number}", body, headers, marketing.jar)
        assert answer.status == 200, answer.body
    job = app.transfers.get_import(begun.json["id"])
    assert job is not None
    assert job.state is ImportState.UPLOADED
    with app.transfer_files.opened(job, app.now()) as path:
        assert path is not None
        assert path.read_text() == lines


def test_whoever_may_not_send_sees_no_list(looker: Browser) -> None:
    for path in ("/console/imports", "/console/imports/x", "/console/exports", "/console/exports/x/files/1"):
        assert looker.get(path).status == 403


@pytest.mark.parametrize("number", ["9" * 5_000, "100000001", "9" * 12, "-1", "\u0661", "x"])
def test_what_is_no_number_of_bytes_or_of_a_part_is_refused(cloud: Cloud, marketing: Browser, number: str) -> None:
    assert press(marketing, "/console/imports", ("size", number), ("file_name", "big.csv")).status == 422
    begun = press(marketing, "/console/imports", ("size", "9"), ("file_name", "big.csv")).json["id"]
    body = (
        f'--sep\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n{marketing.form_token()}\r\n'
        '--sep\r\nContent-Disposition: form-data; name="part"; filename="blob"\r\n\r\nemail\r\n\r\n--sep--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=sep"}
    path = f"/console/imports/{begun}/parts/{number}"
    assert call(cloud, "POST", path, body, headers, marketing.jar).status == 422


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "this one is empty"), (None, "choose a csv file")],
)
def test_what_is_no_file_is_said_beside_the_form(marketing: Browser, text: str | None, said: str) -> None:
    answer = send_file(marketing, "" if text is None else "a.csv", text or "")
    assert answer.status == 422
    assert said in answer.text.lower()


def test_a_program_brings_a_list_in_with_one_call_and_sees_what_came_of_it(cloud: Cloud, api: Program) -> None:
    taken = api("POST", "/imports", {"csv": MAILCHIMP, "as": "confirmed", "evidence": "fair", "dry_run": False})
    assert taken.status == 202
    job = conforms(taken, "ShownImport")["import"]["id"]
    cloud.drain()
    shown = conforms(api("GET", f"/imports/{job}"), "ShownImport")["import"]
    assert shown["state"] == "done"
    assert {name: number for name, number in shown["results"].items() if number} == {"added": 2, "refused": 1}
    lines = conforms(api("GET", f"/imports/{job}/lines"), "ImportLines")
    assert [line["result"] for line in lines["lines"]] == ["added", "added", "refused"]
    assert [each["id"] for each in conforms(api("GET", "/imports"), "Imports")["imports"]] == [job]


def test_a_program_checks_first_and_imports_then_also_a_file_in_parts(cloud: Cloud, api: Program) -> None:
    made = conforms(api("POST", "/imports", {"size": len(LISTMONK), "file_name": "listmonk.csv"}), "ShownImport")
    job, parts = made["import"]["id"], made["import"]["upload"]["parts"]
    assert api("POST", f"/imports/{job}/check", {"as": "pending"}).status == 409
    assert api("PUT", parts[0].removeprefix("/api/v1"), LISTMONK[:-1]).status == 422
    put = api("PUT", parts[0].removeprefix("/api/v1"), LISTMONK)
    assert conforms(put, "ShownImport")["import"]["state"] == "uploaded"
    assert api("POST", f"/imports/{job}/start").status == 409
    checked = api("POST", f"/imports/{job}/check", {"as": "pending", "columns": {"name": "ignore"}})
    assert conforms(checked, "ShownImport")["import"]["state"] == "checking"
    cloud.drain()
    assert conforms(api("GET", f"/imports/{job}"), "ShownImport")["import"]["would"]["asked"] == 1
    assert cloud.items("Subscribers") == []
    assert api("POST", f"/imports/{job}/start").status == 202
    cloud.drain()
    assert len(cloud.mails("a@example.com")) == 1
    assert status_of("b@example.com") == Status.UNSUBSCRIBED
    assert api("POST", f"/imports/{job}/cancel").status == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "csv"),
        ({"csv": 1}, "csv"),
        ({"size": 0}, "size"),
        ({"size": 100_000_001}, "size"),
        ({"csv": "email\n", "as": "nobody"}, "as"),
        ({"csv": "email\n", "as": "confirmed"}, "evidence"),
        ({"csv": "email\n", "as": "pending", "columns": {"email": "address"}}, "columns"),
        ({"csv": "email\n", "as": "pending", "columns": {"a": "email", "b": "email"}}, "columns"),
        ({"csv": "email\n", "as": "pending", "meanings": {"gone": []}}, "meanings.gone"),
        ({"csv": "email\n", "as": "pending", "meanings": {"left": ["7"]}}, "columns"),
        ({"csv": "email\n", "as": "pending", "dry_run": "no"}, "dry_run"),
    ],
)
def test_what_an_import_cannot_be_is_said_by_field_and_nothing_is_kept(
    cloud: Cloud, api: Program, body: dict[str, Any], field: str
) -> None:
    refused = api("POST", "/imports", body)
    assert refused.status == 422
    assert field in conforms(refused, "Problem")["errors"]
    assert app.transfers.imports(5) == []
    assert cloud.items("Subscribers") == []


def test_a_program_that_may_only_read_sees_no_list(cloud: Cloud, issuer: Issuer) -> None:
    reading = Program(cloud, issuer.token())
    for method, path in (("GET", "/imports"), ("POST", "/imports"), ("GET", "/exports"), ("POST", "/exports")):
        assert reading(method, path, {} if method == "POST" else None).status == 403


def test_an_import_is_cancelled_and_its_file_goes(cloud: Cloud, marketing: Browser) -> None:
    where = send_file(marketing, "list.csv", MAILCHIMP).location
    press(marketing, f"{where}/cancel")
    cloud.drain()
    assert "Cancelled." in marketing.get(where).text
    assert [item for item in cloud.items("Guards") if item["key"]["S"].startswith("transfer#")] == []
    assert press(marketing, f"{where}/check", ("as", "pending")).status == 409


def test_readers_are_exported_by_topic_and_no_cell_is_a_formula(cloud: Cloud, marketing: Browser, api: Program) -> None:
    first = add_reader("a@example.com", "linkedin")
    change_choices(first, {"name": "=HYPERLINK(1)"}, app.now(), app)
    add_reader("b@example.com", "linkedin", language="sv")
    started = press(marketing, "/console/exports", ("status", "active"), ("topic", "linkedin"), ("language", "fi"))
    assert "Being written" in marketing.get(started.location).text
    assert marketing.get(f"{started.location}/files/1").status == 409
    assert cloud.drain() == []
    assert "1 reader, in 1 file." in marketing.get(started.location).text
    file = marketing.get(f"{started.location}/files/1")
    assert file.headers["Content-Disposition"].startswith("attachment")
    (row,) = list(csv.DictReader(io.StringIO(file.body.removeprefix("\ufeff"))))
    assert (row["email"], row["name"]) == ("a@example.com", "'=HYPERLINK(1)")
    shown = conforms(api("GET", f"/exports/{started.location.rpartition('/')[2]}"), "ShownExport")["export"]
    assert api("GET", shown["files"][0].removeprefix("/api/v1")).status == 200
    assert "readers exported" in [
        line.act for line in app.audit.page(f"{app.now():%Y-%m}", 50, "", now=app.now()).lines
    ]
    assert press(marketing, "/console/exports", ("status", "nobody")).status == 422


def test_the_file_of_an_export_is_there_for_a_day(cloud: Cloud, api: Program) -> None:
    add_reader("a@example.com")
    job = conforms(api("POST", "/exports", {}), "ShownExport")["export"]["id"]
    cloud.drain()
    assert "a@example.com" in api("GET", f"/exports/{job}/files/1").body
    assert api("GET", f"/exports/{job}/files/2").status == 404
    found = app.transfers.get_export(job)
    assert found is not None
    with pytest.raises(NotNow, match="kept no longer"):
        file_of(found, 1, found.forgotten_at, app)
