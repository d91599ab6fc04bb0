"""A report by its parts, out of the whole product: new readers, bounces, why readers left, clickers, the mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from cli.main import main
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, start_campaign
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.planning.batches import Batch
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.times import iso, whole_seconds
from newsletter.readers.choices import Choices
from newsletter.readers.my_data import erase_every_address
from newsletter.readers.signup.pending import Effect
from newsletter.readers.subscriber import SignUp
from newsletter.reports.clickers.clickers import Clicker, clickers_of
from newsletter.reports.clickers.clickers_csv import csv_part
from newsletter.reports.groups.groups import EARLIER, NEW, GroupCount
from newsletter.reports.groups.left_comments import Comments, left_comments
from newsletter.reports.report_as_json import recipients_as_json, report_as_json
from newsletter.reports.report_mailing import addresses_of
from newsletter.reports.sent_mail import mail_again, sent_mail
from newsletter.sending.feedback.visit_marks import VisitMark
from newsletter.sending.ledger import BatchStatus
from rehearsal import events
from rehearsal.ses import Mail
from tests.support.mailings.reports import WholeReport, report_of
from tests.support.stack.cloud import PUBLIC_URL, Cloud, link_to

MAILING = "campaign-kevat"
BLOG, OTHER = "https://example.com/blogi", "https://example.com/toinen?a=1&b=2"
TEXT = Campaign("kevat", "Kevät {{ first_name | ystävä }}", f"Katso [blogi]({BLOG}) ja [toinen]({OTHER}).", "fi")
EVERYBODY = Campaign("kaikille", "Kevät", f"Katso [blogi]({BLOG}).", "fi", languages=("fi", "sv", "en"))
OLD, FRESH = timedelta(days=400), timedelta(days=29)


def join(address: str, ago: timedelta, language: str = "fi") -> str:
    """A reader who joined that long ago."""
    at = whole_seconds(app.now()) - ago
    form = SignUp(app.ids.of(address), address, Choices(language=language), "2026-11", "", "", at, iso(at))
    assert app.subscribers.activate(form, at)
    return form.id


def send(cloud: Cloud, campaign: Campaign = TEXT) -> dict[str, Mail]:
    """The mails of the campaign by address, delivered."""
    start_campaign(campaign, app, now=whole_seconds(app.now()))
    cloud.drain()
    mailing = f"campaign-{campaign.name}"
    return {mail.to[0]: mail for mail in cloud.mails() if mail.tags["mailing"] == mailing}


def came_back(cloud: Cloud, mail: Mail, kind: str, sub_type: str, status: str) -> None:
    """SES reports that the mail came back."""
    tags = {name: [value] for name, value in mail.tags.items()}
    about = {"timestamp": iso(app.now()), "messageId": "m", "destination": list(mail.to), "tags": tags}
    detail = {"bounceType": kind, "bounceSubType": sub_type, "bouncedRecipients": [{"status": status}]}
    assert cloud.invoke("feedback", events.sqs(events.ses_report("Bounce", about, detail)))["batchItemFailures"] == []


def leave(cloud: Cloud, mail: Mail, reason: str = "", more: str = "") -> None:
    """The reader leaves with the mail, and says why if there is anything to say."""
    path = link_to("unsubscribe", mail).removeprefix(PUBLIC_URL)
    assert cloud.http("POST", path, "")["statusCode"] == 200
    if reason or more:
        said = urlencode({"explain": "yes", "reason": reason, "more": more})
        assert cloud.http("POST", path, said)["statusCode"] == 200


def mark(mail: Mail, *places: int) -> None:
    """A person opened these links of the mail, by their place."""
    marks = {int(mail.tags["position"]): VisitMark(1, person=True, people=frozenset(places))}
    app.visit_marks.put(mail.tags["mailing"], mail.tags["batch"], marks, app.now() + timedelta(days=300))


def mailing(name: str = MAILING) -> Mailing:
    found = app.mailings.get(name)
    assert found is not None
    return found


def comments(report: WholeReport) -> Comments:
    return left_comments(report.mailing, report.stats.groups, app)


def test_readers_who_joined_in_the_thirty_days_before_are_told_from_earlier_ones(cloud: Cloud) -> None:
    join("new@example.com", FRESH)
    join("old@example.com", OLD)
    moved = join("confirmed-again@example.com", OLD)
    form = SignUp(moved, "confirmed-again@example.com", Choices(language="fi"), "2026-11", "", "", app.now(), "n2")
    assert app.subscribers.activate(form, app.now(), effect=Effect.CHANGE)
    mails = send(cloud)
    mark(mails["new@example.com"], 0)
    leave(cloud, mails["old@example.com"])
    groups = report_of(MAILING).stats.groups
    assert groups.readers == {NEW: GroupCount(1, 1, 0), EARLIER: GroupCount(2, 0, 1)}


def test_bounces_are_told_in_groups_with_what_ses_reported_and_soft_ones_too(cloud: Cloud) -> None:
    for name in ("gone", "full", "spam", "fine"):
        join(f"{name}@example.com", OLD)
    mails = send(cloud)
    came_back(cloud, mails["gone@example.com"], "Permanent", "General", "5.1.1")
    full = replace(mails["full@example.com"], tags={"mailing": MAILING, "batch": "zz-0", "position": "0"})
    (variant,) = report_of(MAILING).stats.groups.variants.values()
    batch = Batch(MAILING, "zz-0", variant.example, (app.ids.of("full@example.com"),))
    assert app.deliveries.claim(batch, ".", {}, app.now()) is None
    assert app.deliveries.record_result(batch, 1, BatchStatus.DONE, "a", {}, app.now())
    for _ in range(2):
        came_back(cloud, full, "Transient", "MailboxFull", "4.2.2")
    came_back(cloud, full, "Transient", "General", "")  # an auto-reply
    came_back(cloud, mails["spam@example.com"], "Permanent", "General", "5.7.1")
    report = report_of(MAILING)
    told = report_as_json(report)
    assert [(group["reason"], group["for_good"], group["mails"]) for group in told["bounces"]] == [
        ("no_such_address", True, 1),
        ("refused", True, 1),
        ("mailbox_full", False, 1),
    ]
    assert told["bounces"][0]["reported"] == [
        {"type": "Permanent", "sub_type": "General", "status": "5.1.1", "mails": 1}
    ]
    lines = recipients_as_json(addresses_of(report.lines, app))
    why = {line["address"]: line["bounce"] and line["bounce"]["reason"] for line in lines}
    assert why == {
        "gone@example.com": "no_such_address",
        "full@example.com": "mailbox_full",
        "spam@example.com": "refused",
        "fine@example.com": None,
    }


def test_reasons_for_leaving_are_counted_and_the_last_one_counts(cloud: Cloud) -> None:
    for number in range(4):
        join(f"r{number}@example.com", OLD)
    mails = send(cloud)
    leave(cloud, mails["r0@example.com"], "too_often")
    leave(cloud, mails["r1@example.com"], "off_topic", "Kirjoittakaa muusta")
    leave(cloud, mails["r1@example.com"], "too_often", "Kirjoittakaa muusta")
    leave(cloud, mails["r2@example.com"])
    # Who did not leave with it has no reason for it.
    assert not app.deliveries.explain_leaving(MAILING, mails["r3@example.com"].tags["batch"], 3, "other")
    report = report_of(MAILING)
    assert report.stats.groups.reasons == {"too_often": 2, "": 1}
    assert sum(report.stats.groups.reasons.values()) == report.certificate.unsubscribed == 3
    assert comments(report) == Comments([], few=True)


def test_what_they_wrote_is_told_without_who_they_are_once_enough_wrote(cloud: Cloud) -> None:
    for number in range(6):
        join(f"w{number}@example.com", OLD)
    mails = send(cloud)
    for number in range(5):
        leave(
            cloud, mails[f"w{number}@example.com"], "other", f"Syy {number} w{number}@example.com https://x.example/?a"
        )
    assert comments(report_of(MAILING)).texts == [f"Syy {number} …@… https://…" for number in range(5)]
    # Whoever is erased takes their words along; those who are left are not told apart by that.
    erase_every_address(app.ids.of("w0@example.com"), app.now(), app)
    assert len(comments(report_of(MAILING)).texts) == 4


def test_clickers_are_people_with_their_address_one_link_or_all_page_by_page(cloud: Cloud) -> None:
    for name in ("=cmd", "both", "one", "nobody"):
        join(f"{name}@example.com", OLD)
    mails = send(cloud)
    (variant,) = report_of(MAILING).stats.groups.variants.values()
    keys = app.mailings.outline(MAILING, variant.example)
    assert keys is not None
    urls = app.mailings.targets(MAILING, keys.links)
    blog = next(place for place, key in enumerate(keys.links) if urls[key].startswith(BLOG))
    mark(mails["both@example.com"], 0, 1)
    mark(mails["one@example.com"], blog)
    mark(mails["=cmd@example.com"], 1 - blog)

    def of(link: str = "") -> set[str]:
        return {clicker.email for clicker in clickers_of(mailing(), app, link=link)}

    assert of() == {"both@example.com", "one@example.com", "=cmd@example.com"}
    assert of(BLOG) == {"both@example.com", "one@example.com"}
    assert of(OTHER) == {"both@example.com", "=cmd@example.com"}
    with pytest.raises(InvalidInput, match="link"):
        of("https://example.com/elsewhere")

    whole = csv_part(clickers_of(mailing(), app))
    assert whole.following is None
    assert "\r\n'=cmd@example.com,active,fi,1," in whole.text
    pages: list[Clicker] = []
    while found := next(clickers_of(mailing(), app, after=pages[-1].place if pages else None), None):
        pages.append(found)
    assert [clicker.email for clicker in pages] == [clicker.email for clicker in clickers_of(mailing(), app)]
    part = csv_part(clickers_of(mailing(), app), limit=2)
    assert part.text.count("\r\n") == 3
    assert part.following is not None
    assert csv_part(clickers_of(mailing(), app, after=part.following)).text.count("\r\n") == 2


def test_the_command_writes_the_same_file_and_a_line_into_the_audit_trail(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    join("one@example.com", OLD)
    mark(send(cloud)["one@example.com"], 0)
    path = tmp_path / "clickers.csv"
    assert main(["mailing", "clickers", MAILING, "--csv", str(path)]) == 0
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].startswith("one@example.com,active,fi,1,")
    assert main(["mailing", "clickers", MAILING, "--link", "https://nothing.example"]) == 1
    assert "has no link to" in capsys.readouterr().err
    assert {(line.act, line.what) for line in app.audit.page(f"{app.now():%Y-%m}", 10, now=app.now()).lines} == {
        ("clickers of a mailing listed", MAILING)
    }
    assert main(["mailing", "show", MAILING]) == 0
    assert main(["mailing", "comments", MAILING]) == 0
    assert "Nobody wrote anything." in capsys.readouterr().out
    assert main(["mailing", "mail", MAILING]) == 0
    assert "Kevät ystävä" in capsys.readouterr().out


def test_a_mail_is_shown_as_it_was_sent_and_looking_is_no_visit(cloud: Cloud) -> None:
    join("one@example.com", OLD)
    join("sv@example.com", OLD, "sv")
    send(cloud, EVERYBODY)
    groups = report_of("campaign-kaikille").stats.groups
    assert {language: counted.mails for language, counted in groups.languages.items()} == {"fi": 1, "sv": 1}
    for (language, _), group in groups.variants.items():
        mail = sent_mail(mailing("campaign-kaikille"), group.example, app)
        assert (mail.language, mail.subject, mail.as_sent) == (language, "Kevät", True)
        for part in (mail.html, mail.text):
            assert BLOG in part
            assert f"{PUBLIC_URL}/c/" not in part
            assert "{{" not in part
    again = mail_again(mailing("campaign-kaikille"), "sv", app)
    assert (again.language, again.as_sent) == ("sv", False)
    for wrong in ("", "fi-aaaaaaaaaaaaaaaa", "../x"):
        with pytest.raises(NotFound):
            sent_mail(mailing("campaign-kaikille"), wrong, app)
    with pytest.raises(NotFound):
        mail_again(mailing("campaign-kaikille"), "xx", app)
