"""The whole day of a marketer, in Finnish: from a draft to its report, and what readers and scanners do meanwhile.

Fields and buttons are found by their names, and texts by their keys, so that other words change nothing here.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.desk import figure, row, said, sentence, step
from tests.browser.stage import Camera, Stage, link_to, mail_to, subscribe, unhurried

SUBJECT = "Kevään sparraukset ovat auki"
OTHER_SUBJECT = "Kolme aikaa jäljellä"
CLICKER, TAKER, LEAVER, GONE, SCANNED, LEFT_OUT = (
    f"{name}@example.com" for name in ("klikkaaja", "tarttuja", "lahtija", "kadonnut", "skannattu", "oma")
)
READERS = (CLICKER, TAKER, LEAVER, GONE, SCANNED)
BOOKING = "https://www.example.com/ajat"
NEW_BOOKING = "https://www.example.com/uudet-ajat"
REPORT = "/console/mailings/campaign-kevaan-sparraukset-ovat-auki"
TEXT = """::article({article})

Varaa aika **ennen vappua**, {{{{ first_name | hyvä lukija }}}}.

| Kaupunki | Aikoja |
|---|--:|
| Tampere | 3 |

::button[Varaa aika]({booking})

::offer(sparraus)
"""


@pytest.fixture
def desk(page: Page, stage: Stage) -> Page:
    """A tab of a colleague in marketing who is signed in; six readers are there."""
    for reader in (*READERS, LEFT_OUT):
        subscribe(page, stage, reader)
    page.goto(stage.url("/console"))
    page.locator("form button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(said("console.start.heading"))
    return page


def draft_that_survives_a_lost_tab(desk: Page, stage: Stage) -> Page:
    """Write it, close the tab without a press, and find it in another one."""
    desk.goto(stage.url("/console/campaigns/new"))
    desk.fill("[name=subject]", SUBJECT)
    article = stage.url("/_local/blog/nimea-kymmenen-lukijaa")
    desk.fill("[name=body]", TEXT.format(article=article, booking=BOOKING))
    expect(desk).to_have_url(re.compile(r"/campaigns/\d"))
    mail = desk.frame_locator("#screen iframe:not(.coming)")
    expect(mail.locator("p").get_by_text("hyvä lukija")).to_be_visible()
    expect(mail.get_by_role("cell", name="Tampere", exact=True)).to_be_visible()
    expect(mail.get_by_role("link", name="Varaa aika", exact=True)).to_be_visible()
    expect(mail.get_by_text("Nimeä kymmenen ihmistä").first).to_be_visible()
    expect(desk.locator("#notes li")).to_have_count(0)
    again = desk.context.new_page()
    desk.close()
    again.goto(stage.url("/console/campaigns"))
    again.get_by_role("link", name=SUBJECT).click()
    expect(again.locator("[name=body]")).to_have_value(re.compile(r"\| Tampere \| 3 \|"))
    return again


def picture_in_the_text(desk: Page) -> None:
    """Choose a picture, say what it shows, and see it in the mail."""
    desk.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 1200, height: 800 });
            canvas.getContext("2d").fillRect(0, 0, 1200, 800);
            const photo = await new Promise((done) => canvas.toBlob(done, "image/png"));
            const given = new DataTransfer();
            given.items.add(new File([photo], "meri.png", { type: "image/png" }));
            document.getElementById("picture-file").files = given.files;
        }"""
    )
    desk.fill("#picture-alt", "Meri illalla")
    desk.click("#picture-add")
    expect(desk.locator("[name=body]")).to_have_value(re.compile(r"!\[Meri illalla\]\(http"))
    expect(desk.frame_locator("#screen iframe:not(.coming)").get_by_alt_text("Meri illalla")).to_be_visible()


def audience_without_ourselves(desk: Page, stage: Stage, camera: Camera) -> None:
    """Everybody but one address, counted, asked about and saved with a name."""
    desk.goto(stage.url("/console/audiences"))
    desk.locator("details", has=desk.locator("#exclude_addresses")).locator("summary").click()
    desk.fill("[name=exclude_addresses]", LEFT_OUT)
    step(desk, "count")
    expect(desk.locator("#counted")).to_have_text(said("console.audiences.at_moment", count=len(READERS)))
    camera.shoot(desk, "80-day-audience")
    desk.fill("[name=address]", LEFT_OUT)
    step(desk, "why")
    expect(desk.locator("#told")).to_have_text(said("console.audiences.is_not_in", address=LEFT_OUT))
    desk.fill("form [name=name]", "Kaikki muut")
    step(desk, "save")
    expect(desk.get_by_role("link", name="Kaikki muut")).to_be_visible()


def sent_after_second_thoughts(desk: Page, stage: Stage, camera: Camera, draft: str) -> None:
    """Test mail, schedule and take back, send and undo, send."""
    desk.goto(draft)
    desk.select_option("[name=saved_audience]", "Kaikki muut")
    desk.locator("details", has=desk.locator("#subject_2")).locator("summary").click()
    desk.fill("[name=subject_2]", OTHER_SUBJECT)
    desk.fill("[name=ab_share]", "99")
    desk.fill("[name=ab_hours]", "1")
    camera.shoot(desk, "81-day-draft")
    step(desk, "check")
    expect(desk.locator("input[name=readers]").first).to_have_value(str(len(READERS)))
    camera.shoot(desk, "82-day-ready")
    desk.fill("[name=to]", "minun@example.org")
    step(desk, "test")
    assert stage.cloud.drain()
    assert mail_to(stage, "minun@example.org")["subject"].startswith("[Test] ")

    later = (stage.clock.now() + timedelta(days=3)).date().isoformat()
    desk.fill("[name=date]", later)
    step(desk, "schedule")
    expect(desk.locator("button[value=unschedule]")).to_be_visible()
    desk.goto(stage.url("/console"))
    expect(desk.locator(".todo").get_by_text(SUBJECT).first).to_be_visible()
    desk.goto(draft)
    step(desk, "unschedule")
    for press in ("check", "send", "unschedule", "check", "send"):
        step(desk, press)
    expect(desk.locator("button[value=unschedule]")).to_be_visible()
    stage.wait(minutes=2)
    _tick(stage)
    expect(desk).to_have_url(re.compile(REPORT))  # by itself
    assert all(SUBJECT not in mail.subject for mail in stage.cloud.ses.mailbox.all() if LEFT_OUT in mail.to)


def what_readers_do(reader: Page, stage: Stage) -> None:
    """One clicks, one takes up the offer, one leaves and says why, one is gone; a scanner reads the mail of another."""
    _tick(stage)  # from now on the hour of the test runs
    stage.wait(minutes=20)
    reader.goto(link_to("c", mail_to(stage, CLICKER)["text"]))
    assert stage.cloud.drain()
    stage.wait(minutes=3)
    reader.goto(link_to("offer", mail_to(stage, TAKER)["text"]))
    assert stage.cloud.drain()
    stage.wait(seconds=40)
    with unhurried(reader, stage):
        reader.locator("main form button").first.click()
    reader.goto(link_to("unsubscribe", mail_to(stage, LEAVER)["text"]))
    with unhurried(reader, stage):
        reader.locator("main form button").first.click()
    reader.check("[name=reason][value=too_often]")
    with unhurried(reader, stage):
        reader.locator("main form", has=reader.locator("[name=reason]")).locator("button").click()
    scan = stage.url(f"/_local/mail/{mail_to(stage, SCANNED)['id']}/scan")
    assert reader.request.post(scan, data={"press": True}).ok
    bounce = stage.url(f"/_local/mail/{mail_to(stage, GONE)['id']}/act")
    assert reader.request.post(bounce, form={"what": "bounce"}).ok
    assert stage.cloud.drain()
    stage.wait(minutes=90)
    _tick(stage)
    stage.wait(minutes=20)
    _tick(stage)


def report_that_adds_up(desk: Page, stage: Stage, camera: Camera) -> None:
    """Every number is what the readers did."""
    desk.goto(stage.url("/console/mailings"))
    desk.locator(f"main a[href='{REPORT}']").first.click()
    assert [
        figure(desk, key)
        for key in (
            *("console.words.delivered", "console.mailing.no_word", "console.mailing.people"),
            *("console.mailing.machines_alone", "console.words.left", "console.mailing.bounced"),
        )
    ] == ["4", "0", "2", "1", "1", "1"]
    test = desk.locator("section", has=desk.locator("#test"))
    expect(test).to_contain_text(OTHER_SUBJECT)
    expect(test).to_contain_text(said("console.experiment.counted"))
    reason = said("pages.unsubscribed.reasons.too_often")
    expect(row(desk, reason).get_by_role("cell")).to_have_text(["1"])
    article = row(desk, stage.url("/_local/blog/nimea-kymmenen-lukijaa"))
    expect(article.get_by_role("cell").first).to_contain_text("1")
    expect(desk.locator("#recipients ~ table tbody tr")).to_have_count(len(READERS))
    camera.look(desk, "83-day-report")


def report_that_moves_by_itself(desk: Page, stage: Stage) -> None:
    """Of a mailing that is under way the page shows what has become of it, without a press."""
    delivered = desk.locator("#moving-certificate .figure dd").first

    def as_it_was(route: Route) -> None:
        answer = route.fetch()
        before = answer.text().replace('data-moves="no"', 'data-moves="yes"').replace("<dd>4 ", "<dd>3 ")
        route.fulfill(response=answer, body=before)

    desk.clock.install()
    desk.route(stage.url(REPORT), as_it_was, times=1)
    desk.goto(stage.url(REPORT))
    expect(delivered).to_contain_text("3")
    expect(desk.locator("[data-moves=yes]")).to_have_count(2)
    desk.clock.fast_forward(5_000)
    expect(delivered).to_contain_text("4")
    expect(desk.locator("[data-moves=yes]")).to_have_count(0)


def clickers_as_a_file_and_as_an_audience(desk: Page, stage: Stage, camera: Camera) -> None:
    """The two people who clicked, and no machine."""
    desk.goto(stage.url(f"{REPORT}/clickers"))
    camera.look(desk, "84-day-clickers")
    with desk.expect_download() as file:
        desk.get_by_role("button", name=said("console.clickers.download")).click()
    lines = Path(file.value.path()).read_text("utf-8-sig").splitlines()[1:]
    assert sorted(line.partition(",")[0] for line in lines) == sorted((CLICKER, TAKER))
    desk.get_by_role("link", name=said("console.clickers.as_audience")).click()
    step(desk, "count")
    expect(desk.locator("#counted")).to_have_text(said("console.audiences.at_moment", count=2))


def link_that_was_wrong(desk: Page, stage: Stage) -> None:
    """It leads elsewhere from now on, in mails that are out."""
    desk.goto(stage.url(REPORT))
    desk.locator("details", has=desk.locator("#new_url")).locator("summary").click()
    desk.select_option("[name=old_url]", BOOKING)
    desk.fill("[name=new_url]", NEW_BOOKING)
    with desk.expect_navigation():
        desk.locator("form[action$=relink] button").click()
    expect(desk.locator("[name=old_url] option", has_text=NEW_BOOKING)).to_have_count(1)


def what_is_left_of_the_day(desk: Page, stage: Stage, camera: Camera) -> None:
    """A reader, leads, the start page, and who did what."""
    desk.goto(stage.url("/console/leads"))
    person = desk.get_by_role("row").filter(has_text=TAKER)
    machine = desk.get_by_role("row").filter(has_text=SCANNED)
    expect(person).to_contain_text(said("console.leads.state.handed_off"))
    expect(machine).to_contain_text(said("console.leads.state.kept"))
    desk.goto(stage.url("/console/readers"))
    desk.fill("[name=address]", LEAVER)
    with desk.expect_navigation():
        desk.locator("form[action='/console/readers'] button").first.click()
    expect(desk.locator(".state.unsubscribed")).to_have_text(said("console.words.status.unsubscribed"))
    desk.goto(stage.url("/console"))
    numbers = desk.locator(".growth tbody tr").first.get_by_role("cell")
    assert numbers.all_inner_texts()[:3] == ["6", "1", "1"], "joined, left, bounced this week"
    camera.look(desk, "85-day-start")
    desk.goto(stage.url("/console/audit"))
    done = [each.strip() for each in desk.locator("main tbody th").all_inner_texts()]
    for act, times in (
        ("campaign sent", 2),
        ("campaign taken back", 2),
        ("audience saved", 1),
        ("picture uploaded", 1),
    ):
        assert done.count(sentence(act)) == times, (act, done)
    camera.look(desk, "86-day-audit")


def colleague_who_may_only_look(desk: Page, stage: Stage) -> None:
    """Sees the report, and neither whole addresses nor what they may not press."""
    desk.goto(stage.url("/console/logout"))
    desk.context.clear_cookies()
    desk.goto(stage.url(REPORT))
    desk.get_by_role("button", name="look", exact=True).click()
    expect(desk.get_by_text(f"{CLICKER[0]}…@example.com").first).to_be_visible()
    expect(desk.get_by_text(CLICKER)).to_have_count(0)
    expect(desk.locator("form[action$=relink], a[href$='/campaigns/new']")).to_have_count(0)


def _tick(stage: Stage) -> None:
    stage.cloud.run("nurture", stage.clock.now().isoformat())
    assert stage.cloud.drain()


def test_a_day_from_the_draft_to_the_report(desk: Page, stage: Stage, camera: Camera) -> None:
    desk = draft_that_survives_a_lost_tab(desk, stage)
    draft = desk.url
    picture_in_the_text(desk)
    audience_without_ourselves(desk, stage, camera)
    sent_after_second_thoughts(desk, stage, camera, draft)
    reader = desk.context.new_page()
    what_readers_do(reader, stage)
    reader.close()
    report_that_adds_up(desk, stage, camera)
    report_that_moves_by_itself(desk, stage)
    clickers_as_a_file_and_as_an_audience(desk, stage, camera)
    link_that_was_wrong(desk, stage)
    what_is_left_of_the_day(desk, stage, camera)
    colleague_who_may_only_look(desk, stage)
