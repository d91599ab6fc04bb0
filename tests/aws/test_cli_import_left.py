"""`newsletter import` wakes nobody: who left here or elsewhere stays left, whatever the file and its options."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli import consent, export_readers, import_readers
from cli.faults import Fault
from cli.import_wishes import NO_WISHES, Wishes, wishes_of
from cli.main import main
from newsletter import wiring
from newsletter.domain.consent import Consent, brought_record
from newsletter.domain.standing import Standing
from newsletter.domain.subscriber import Frequency, Status, Subscriber, subscriber_id
from newsletter.domain.times import iso
from newsletter.usecases import my_data
from newsletter.usecases.import_readers import import_rows
from tests.aws.cloud import PEPPER, Cloud, link_to

NOW = datetime.now(UTC).replace(microsecond=0)
EVIDENCE = "messut 2.10.2026, lomake 4"
LEFT = (Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED)
MAILABLE = (
    *("status", "email", "name", "language", "topics", "frequency", "paused_until", "tracking", "confirmed_at"),
    *("consent_version", "left_at", "left_how", "left_why"),
)


def id_of(email: str) -> str:
    return subscriber_id(PEPPER.encode(), email)


def status_of(email: str) -> str:
    profile = wiring.subscribers().profile(id_of(email))
    return str(profile["status"]) if profile else ""


def bring(
    path: Path, text: str, how: str = "confirmed", *, dry: bool = False, wishes: Wishes = NO_WISHES
) -> dict[str, Any]:
    """Import the text as a file; the facts that --json prints."""
    path.write_text(text, encoding="utf-8")
    with io.StringIO() as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        evidence = EVIDENCE if how == "confirmed" else ""
        import_readers.import_file(path, how, evidence, dry=dry, wishes=wishes, as_json=True)
        facts: dict[str, Any] = json.loads(out.getvalue())
    return facts


def done(facts: dict[str, Any]) -> dict[str, int]:
    """What became of the rows, without noughts."""
    return {result: count for result, count in facts["results"].items() if count}


def exported(tmp_path: Path) -> str:
    path = tmp_path / "export.csv"
    export_readers.export(path)
    return path.read_text(encoding="utf-8")


def empty(cloud: Cloud) -> None:
    """Another stack, with nobody in it."""
    client, table = cloud.client("dynamodb"), wiring.settings().subscribers_table
    for item in wiring.subscribers().everything():
        client.delete_item(TableName=table, Key={"id": {"S": item["id"]}, "record": {"S": item["record"]}})


def chain_is_whole(email: str) -> bool:
    with io.StringIO() as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        return consent.show(email, as_json=True) == 0


def reader(email: str, status: Status = Status.ACTIVE, **more: Any) -> Subscriber:
    """A reader with usual choices."""
    usual: dict[str, Any] = {"topics": ("linkedin",), "language": "fi", "name": "Maija", "consent_version": "1"}
    left_at = None if status is Status.ACTIVE else NOW - timedelta(days=3)
    usual |= {"confirmed_at": NOW - timedelta(days=90), "left_at": left_at}
    return Subscriber(id=id_of(email), email=email, status=status, **(usual | more))


def keep(one: Subscriber, how: str = "", why: str = "") -> None:
    proof = brought_record(Consent("given" if one.status is Status.ACTIVE else "withdrawn", "form", NOW, one.id))
    assert wiring.subscribers().admit(one, proof, how=how, why=why)


def fill_in(cloud: Cloud, email: str) -> None:
    """The form, without the button behind its mail."""
    assert cloud.http("POST", "/subscribe", f"email={quote(email)}&language=fi&consent=yes")["statusCode"] == 200
    cloud.drain()


def erase(email: str) -> None:
    stores: Any = {"subscribers": wiring.subscribers(), "leads": wiring.leads()}
    my_data.erase(id_of(email), NOW, publication=wiring.templates().publication, **stores)


readers = st.builds(
    reader,
    email=st.from_regex(r"[a-z0-9+=-]{1,12}@[a-z]{1,8}\.fi", fullmatch=True),
    status=st.sampled_from([Status.ACTIVE, *LEFT]),
    topics=st.lists(st.sampled_from(["linkedin", "kriisit", "mittaaminen"]), unique=True).map(
        lambda keys: tuple(key for key in ("linkedin", "kriisit", "mittaaminen") if key in keys)
    ),
    language=st.sampled_from(["fi", "sv", "en"]),
    name=st.text("Äåb=+-@',;\"| ", max_size=12).map(lambda name: " ".join(name.split())),
    frequency=st.sampled_from(Frequency),
    tracking=st.booleans(),
    paused_until=st.none() | st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    confirmed_at=st.integers(1, 3000).map(lambda hours: NOW - timedelta(hours=hours + 100)),
    consent_version=st.sampled_from(["", "1", "2026-10"]),
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.lists(readers, max_size=6, unique_by=lambda one: one.email),
    how=st.sampled_from(["page", "one-click", "bounced"]),
    why=st.sampled_from(["", "=liian usein", "muu, syy"]),
)
def test_an_export_comes_back_exactly_in_an_empty_stack(
    cloud: Cloud, tmp_path: Path, people: list[Subscriber], how: str, why: str
) -> None:
    empty(cloud)
    for one in people:
        gone = one.status is not Status.ACTIVE
        keep(one, how if gone else "", why if gone else "")
    before = exported(tmp_path)
    empty(cloud)

    facts = bring(tmp_path / "vanha.csv", before)

    assert facts["rejected"] == 0
    assert mailable(exported(tmp_path)) == mailable(before)
    assert {one.email: status_of(one.email) for one in people} == {one.email: one.status for one in people}
    assert all(chain_is_whole(one.email) for one in people)


def mailable(text: str) -> list[tuple[str, ...]]:
    return sorted(tuple(row[name] for name in MAILABLE) for row in csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("how", ["confirmed", "pending"])
def test_nobody_who_left_bounced_complained_or_was_erased_in_one_stack_is_woken_up_in_another(
    cloud: Cloud, tmp_path: Path, how: str
) -> None:
    keep(reader("reads@example.com", tracking=False, paused_until=date(2027, 1, 1)))
    for status in LEFT:
        keep(reader(f"{status}@example.com", status), "page")
    keep(reader("gone@example.com"))
    erase("gone@example.com")
    fill_in(cloud, "waits@example.com")
    before = exported(tmp_path)
    empty(cloud)

    facts = bring(tmp_path / "vanha.csv", before, how)

    assert [status_of(f"{status}@example.com") for status in LEFT] == list(LEFT)
    assert status_of("gone@example.com") == "erased"
    assert status_of("waits@example.com") == ""
    asked = {"asked": 2} if how == "pending" else {"added": 1, "unconfirmed": 1}
    assert done(facts) == {**asked, "suppressed": 4}
    assert status_of("reads@example.com") == ("active" if how == "confirmed" else "")
    for again in ("confirmed", "pending"):
        bare = "email\n" + "".join(f"{word}@example.com\n" for word in (*LEFT, "gone"))
        assert done(bring(tmp_path / "uusi.csv", bare, again)) == {"left": 4}


def test_marks_of_erased_readers_of_another_pepper_are_told_and_nobodys(cloud: Cloud, tmp_path: Path) -> None:
    mark = subscriber_id(b"another pepper", "gone@example.com")
    there = subscriber_id(b"another pepper", "a@example.com")
    text = f"id,record,status,email\n{mark},profile,erased,\n{there},profile,active,a@example.com\n"

    facts = bring(tmp_path / "a.csv", text)

    assert done(facts) == {"added": 1, "nameless": 1}
    assert [item["id"]["S"] for item in cloud.items("Subscribers")] == [id_of("a@example.com")]


def test_who_left_elsewhere_is_left_here_and_comes_back_only_by_a_confirmation(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,name,topics,tila,poistumispäivä\na@example.com,http://x,golf,perunut,24.12.2025\n"

    assert done(bring(tmp_path / "a.csv", text, "pending")) == {"suppressed": 1}

    profile = wiring.subscribers().profile(id_of("a@example.com")) or {}
    assert (profile["status"], profile["left_at"], profile["name"]) == ("unsubscribed", "2025-12-23T22:00:00Z", "")
    assert "mailable" not in profile
    assert profile["due_at"] == "2026-12-23T22:00:00Z"
    assert cloud.drain() == []
    assert cloud.mails() == []
    assert chain_is_whole("a@example.com")
    fill_in(cloud, "a@example.com")
    assert status_of("a@example.com") == "unsubscribed"
    assert cloud.http("POST", link_to("confirm", cloud.mails("a@example.com")[-1]))["statusCode"] == 200
    assert status_of("a@example.com") == "active"
    assert chain_is_whole("a@example.com")


@pytest.mark.parametrize("rows", [("active", "unsubscribed"), ("unsubscribed", "active"), ("", "bounced", "active")])
@pytest.mark.parametrize("how", ["confirmed", "pending"])
def test_of_an_address_that_is_there_twice_the_stricter_word_counts_in_any_order(
    cloud: Cloud, tmp_path: Path, rows: tuple[str, ...], how: str
) -> None:
    addresses = ("a@example.com", "A@EXAMPLE.com", " a@example.com")
    text = "email,status\n" + "".join(f"{email},{word}\n" for email, word in zip(addresses, rows, strict=False))

    facts = bring(tmp_path / "a.csv", text, how)

    assert done(facts) == {"suppressed": 1, "twice": len(rows) - 1}
    assert status_of("a@example.com") in LEFT
    assert cloud.drain() == []
    assert cloud.mails() == []


def test_a_list_of_those_who_left_needs_addresses_alone_and_ends_readers_of_ours(cloud: Cloud, tmp_path: Path) -> None:
    keep(reader("reads@example.com"))
    bring(tmp_path / "kutsu.csv", "email\nasked@example.com\n", "pending")
    text = "reads@example.com\nasked@example.com\nnew@example.com\nnew@example.com\n"

    would = bring(tmp_path / "estolista.csv", text, "left", dry=True)
    assert status_of("reads@example.com") == "active"
    facts = bring(tmp_path / "estolista.csv", text, "left")

    assert done(facts) == done(would) == {"suppressed": 2, "ended": 1, "known": 1}
    assert {status_of(f"{word}@example.com") for word in ("reads", "asked", "new")} == {"unsubscribed"}
    assert chain_is_whole("reads@example.com")
    assert wiring.sign_ups().kept(id_of("asked@example.com"), NOW) is None
    assert cloud.drain() == []
    assert cloud.mails() == []
    assert done(bring(tmp_path / "uusi.csv", text)) == {"left": 4}


def test_who_came_back_since_is_not_ended_by_the_same_list_or_an_older_day(cloud: Cloud, tmp_path: Path) -> None:
    text = "email\na@example.com\n"
    bring(tmp_path / "estolista.csv", text, "left")
    cloud.subscribe("a@example.com")

    assert done(bring(tmp_path / "estolista.csv", text, "left")) == {"known": 1}
    older = "email,unsubscribed_at\na@example.com,2020-01-01\n"
    assert done(bring(tmp_path / "vanha.csv", older)) == {"known": 1}
    assert status_of("a@example.com") == "active"
    assert done(bring(tmp_path / "toinen.csv", f"{text}b@example.com\n", "left")) == {"ended": 1, "suppressed": 1}
    assert chain_is_whole("a@example.com")


def test_whom_soft_bounces_stopped_stays_left_when_a_mail_comes_after_all(cloud: Cloud, tmp_path: Path) -> None:
    keep(reader("a@example.com"))
    at = NOW - timedelta(hours=1)
    counted = wiring.reachability().add_soft_bounce(id_of("a@example.com"), at, "m")
    assert counted is not None
    assert wiring.reachability().stop(
        *(id_of("a@example.com"), Status.BOUNCED, "soft bounces"),
        **{"valid_at": at, "now": NOW, "forget_after": timedelta(days=9), "passing": set(counted.mails)},
    )

    assert done(bring(tmp_path / "a.csv", "email,status\na@example.com,unsubscribed\n")) == {"left": 1}

    assert status_of("a@example.com") == "unsubscribed"
    assert cloud.url


def test_a_list_of_those_who_left_that_calls_readers_active_is_asked_about(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,status\na@example.com,active\nb@example.com,complained\n"

    with pytest.raises(Fault, match="1 of 2 rows are called active in status; --as left would end them"):
        bring(tmp_path / "a.csv", text, "left")
    assert cloud.items("Subscribers") == []
    facts = bring(tmp_path / "a.csv", text, "left", wishes=wishes_of(("status",), (), {}))

    assert done(facts) == {"suppressed": 2}
    assert facts["columns"]["unused"] == ["status"]


@pytest.mark.parametrize(
    ("name", "how", "fault"),
    [
        ("unsubscribed_segment_export_6e2c88b0cf", "confirmed", "import it --as left"),
        ("cleaned_members_export_bd91baeb6f", "pending", "import it --as left"),
        ("peruneet 2026", "confirmed", "import it --as left"),
        ("nonsubscribed_members_export_3f2a", "confirmed", "import it --as pending"),
    ],
)
def test_a_file_whose_name_alone_says_who_is_in_it_is_not_taken_for_another(
    cloud: Cloud, tmp_path: Path, name: str, how: str, fault: str
) -> None:
    with pytest.raises(Fault, match=fault):
        bring(tmp_path / f"{name}.csv", "Email Address,First Name\na@example.com,Maija\n", how)
    assert cloud.items("Subscribers") == []


def test_a_question_comes_before_anything_is_written_and_its_answer_is_taken(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,Tila\n" + "".join(f"r{number}@example.com,1\n" for number in range(40)) + "a@example.com,7\n"

    with pytest.raises(Fault, match=r"the column 'Tila' .* \"1\" \(40\), \"7\" \(1\)"):
        bring(tmp_path / "a.csv", text)
    assert cloud.items("Subscribers") == []
    answer = wishes_of((), ("Tila",), {Standing.ACTIVE: "1", Standing.LEFT: "7"})
    facts = bring(tmp_path / "a.csv", text, wishes=answer)

    assert done(facts) == {"added": 40, "suppressed": 1}
    assert facts["columns"] == {"fields": {"email": "email"}, "status": ["Tila"], "unused": []}


def test_other_options_are_another_import_and_never_go_on_where_one_was_stopped(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "email\n" + "".join(f"r{number}@example.com\n" for number in range(4))
    monkeypatch.setattr(import_readers, "WORKERS", 1)
    monkeypatch.setattr(import_readers, "GET_LIMIT", 2)
    with monkeypatch.context() as patch:
        calls = iter(range(2))

        def stopped(*args: Any, **options: Any) -> Any:
            if next(calls):
                raise KeyboardInterrupt
            return import_rows(*args, **options)

        patch.setattr(import_readers, "import_rows", stopped)
        with pytest.raises(KeyboardInterrupt):
            bring(tmp_path / "a.csv", text)

    bring(tmp_path / "a.csv", text, "left")

    assert {status_of(f"r{number}@example.com") for number in range(4)} == {"unsubscribed"}
    assert len(cloud.items("Subscribers")) == 6


def test_columns_that_are_not_used_are_named(cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Email Address,First Name,Address,TAGS,Status\na@example.com,Maija,Katu 1,vip,\n", encoding="utf-8")

    assert import_readers.import_file(path, "confirmed", EVIDENCE, dry=True) == 0

    said = capsys.readouterr().out
    assert "Not used: Address, TAGS, Status" in said
    assert cloud.items("Subscribers") == []


def test_topics_come_by_what_readers_see_of_them(cloud: Cloud, tmp_path: Path) -> None:
    bring(tmp_path / "a.csv", 'email,topics,language\na@example.com,"Experterna tar ordet, LINKEDIN",sv-FI\n')

    profile = wiring.subscribers().profile(id_of("a@example.com")) or {}
    assert (profile["topics"], profile["language"]) == (["linkedin", "asiantuntijat"], "sv")
    assert cloud.url


def test_a_report_that_was_mended_is_imported(cloud: Cloud, tmp_path: Path) -> None:
    text = "email,name,topics\na@example.com,=Maija,golf\n=b,+Pekka,\n"
    facts = bring(tmp_path / "a.csv", text)
    report = Path(facts["report"])
    content = report.read_text(encoding="utf-8")
    assert "'=Maija" in content
    assert "'=b" in content

    mended = content.replace(",golf", ",linkedin").replace("'=b,", "b@example.com,")
    facts = bring(report, mended)

    assert (done(facts), facts["rejected"]) == ({"added": 2}, 0)
    assert (wiring.subscribers().profile(id_of("a@example.com")) or {})["name"] == "=Maija"
    assert cloud.url


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("tracking", "maybe", "true or false"),
        ("paused_until", "3/4/2026", "a day such as 2026-12-24"),
        ("confirmed_at", iso(NOW + timedelta(days=9)), "a moment that has been"),
        ("consent_version", "1" * 201, "at most 200 characters"),
    ],
)
def test_what_our_own_columns_cannot_hold_is_rejected_with_what_would_be_right(
    cloud: Cloud, tmp_path: Path, column: str, value: str, problem: str
) -> None:
    facts = bring(tmp_path / "a.csv", f"email,{column}\na@example.com,{value}\n")

    (row,) = csv.DictReader(io.StringIO(Path(facts["report"]).read_text(encoding="utf-8")))
    assert (row["field"], row["email"]) == (column, "a@example.com")
    assert problem in row["problem"]
    assert cloud.items("Subscribers") == []


def test_the_options_of_the_command_reach_the_import(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email;Koodi;Status\na@example.com;1;x\nb@example.com;2;y\nc@example.com;3;x\n", encoding="utf-8")
    command = ["import", str(path), "--as", "confirmed", "--evidence", EVIDENCE, "--json"]

    assert main([*command, "--ignore-column", "Status", "--left", "2"]) == 1
    assert "name it with --status-column" in capsys.readouterr().err
    answers = (
        "--ignore-column",
        "Status",
        "--status-column",
        "koodi",
        "--left",
        "2",
        "--active",
        "1",
        "--pending",
        "3",
    )
    assert main([*command, *answers]) == 0

    facts = json.loads(capsys.readouterr().out)
    assert done(facts) == {"added": 1, "suppressed": 1, "unconfirmed": 1}
    assert (facts["as"], facts["rows"], facts["dry_run"]) == ("confirmed", 3, False)
    assert facts["columns"] == {"fields": {"email": "email"}, "status": ["Koodi"], "unused": ["Status"]}
    assert main(["import", str(path), "--as", "left", "--json", "--ignore-column", "status"]) == 0
    assert done(json.loads(capsys.readouterr().out)) == {"ended": 1, "suppressed": 1, "left": 1}
    assert cloud.url
