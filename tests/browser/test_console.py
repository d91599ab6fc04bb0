"""The console with mouse and eyes: sign in, read a report, send a campaign."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.stage import PHONE, Camera, Stage, mail_to, resize, sideways, subscribe

READER = "kolmas@example.com"
READERS = ("eka@example.com", "toka@example.com")


@pytest.fixture
def locale() -> str:
    """The console speaks the language of the browser."""
    return "en-GB"


@pytest.fixture
def signed_in(page: Page, stage: Stage) -> Page:
    """A colleague in marketing, who came through the issuer's sign-in page."""
    page.goto(stage.url("/console"))
    page.get_by_role("button", name="Sign in as marketing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    return page


def test_nobody_gets_in_without_signing_in(page: Page, stage: Stage, camera: Camera) -> None:
    page.goto(stage.url("/console/campaigns/new"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    camera.look(page, "20-sign-in")
    page.get_by_role("button", name="Sign in as marketing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("New campaign")
    page.get_by_role("button", name="Sign out").click()
    page.goto(stage.url("/console"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_report_of_the_digest_shows_where_every_recipient_stands(
    page: Page, stage: Stage, camera: Camera, signed_in: Page
) -> None:
    for reader in READERS:
        subscribe(page, stage, reader)
    stage.cloud.run("planner")
    signed_in.goto(stage.url("/console/mailings"))
    camera.look(signed_in, "21-mailings")
    signed_in.get_by_role("link", name="Digest of week").click()
    expect(signed_in.get_by_text("SES accepted every one of 2 mails.")).to_be_visible()
    rows = signed_in.get_by_role("row").filter(has_text="@example.com")
    assert sorted(rows.locator("th").all_inner_texts()) == sorted(READERS)
    assert rows.locator(".standing").all_inner_texts() == ["delivered", "delivered"]
    camera.look(signed_in, "22-digest-report")


def test_a_campaign_is_written_looked_at_and_sent_once(
    page: Page, stage: Stage, camera: Camera, signed_in: Page
) -> None:
    subscribe(page, stage, READER)
    signed_in.goto(stage.url("/console"))
    signed_in.get_by_role("link", name="New campaign").click()
    camera.look(signed_in, "23-campaign-empty")
    signed_in.get_by_role("button", name="Look at it").click()
    expect(signed_in.get_by_role("alert")).to_be_focused()
    camera.look(signed_in, "24-campaign-errors")

    signed_in.get_by_label("Name").fill("kevaan-sparraus")
    signed_in.get_by_label("Subject").fill("Kevään sparraukset ovat auki")
    signed_in.get_by_label("Text", exact=True).fill(
        "Varaa aika **ennen vappua**.\n\n## Kenelle\n\nJohtajille ja asiantuntijoille."
    )
    signed_in.get_by_label("Shall we talk it through?").check()
    signed_in.get_by_role("button", name="Look at it").click()
    expect(signed_in.get_by_role("heading", level=1)).to_have_text("Ready to send?")
    for frame in range(4):
        expect(signed_in.frame_locator("iframe").nth(frame).locator("body")).to_contain_text("ennen vappua")
    camera.look(signed_in, "25-campaign-preview")
    assert not any("sparraukset" in mail.subject for mail in stage.cloud.ses.mailbox.all()), "looking at it sent it"

    # Impatient hands press twice.
    signed_in.get_by_role("button", name="Send it now").dblclick()
    expect(signed_in.get_by_role("status")).to_contain_text("It goes out in")
    camera.look(signed_in, "26-campaign-undo")
    waiting = signed_in.url
    signed_in.goto("about:blank")  # the page goes to the report by itself once the campaign has begun
    stage.cloud.run("nurture", (stage.clock.now() + timedelta(minutes=2)).isoformat())
    assert stage.cloud.drain()
    signed_in.goto(waiting)
    expect(signed_in.get_by_text("SES accepted every one of")).to_be_visible()
    camera.look(signed_in, "27-campaign-report")
    mails = [mail for mail in stage.cloud.ses.mailbox.all() if mail.subject == "Kevään sparraukset ovat auki"]
    assert [mail.to for mail in mails].count((READER,)) == 1
    assert "ennen vappua" in mail_to(stage, READER)["text"]


def test_what_is_typed_is_saved_without_a_press_and_found_again(stage: Stage, camera: Camera, signed_in: Page) -> None:
    signed_in.goto(stage.url("/console/campaigns/new"))
    signed_in.get_by_label("Subject").fill("Syksyn sparraukset")
    signed_in.get_by_label("Text", exact=True).fill("Aikoja on **kolme**.")
    expect(signed_in.locator("#saved")).to_contain_text("Saved")
    assert not signed_in.url.endswith("/new")
    signed_in.goto(stage.url("/console/campaigns"))
    camera.look(signed_in, "28-campaigns")
    signed_in.get_by_role("link", name="Syksyn sparraukset").click()
    expect(signed_in.get_by_label("Text", exact=True)).to_have_value("Aikoja on **kolme**.")
    signed_in.get_by_label("Text", exact=True).fill("")
    signed_in.get_by_label("Text", exact=True).fill("Aikoja on **neljä**.")
    expect(signed_in.locator("#saved")).to_contain_text("Saved")
    camera.look(signed_in, "29-campaign-draft")
    signed_in.get_by_role("link", name="Earlier versions").click()
    camera.look(signed_in, "30-campaign-versions")


def test_the_numbers_of_the_lines_keep_their_place_before_a_script_has_seen_the_new_width(
    stage: Stage, signed_in: Page
) -> None:
    signed_in.goto(stage.url("/console/campaigns/new"))
    resize(signed_in, PHONE)
    signed_in.locator(".lines").evaluate("it => { it.style.width = '1200px' }")
    assert sideways(signed_in) == 0


def test_the_mail_and_its_mistakes_stand_beside_the_text(stage: Stage, camera: Camera, signed_in: Page) -> None:
    signed_in.goto(stage.url("/console/campaigns/new"))
    signed_in.get_by_label("Text", exact=True).fill("Hei {{ first_name | lukija }}!\n\nTule <b>heti</b>.")
    mail = signed_in.frame_locator("#screen iframe:not(.coming)").locator("body")
    expect(mail).to_contain_text("Hei lukija!")
    expect(signed_in.locator("#notes li")).to_contain_text(["Line 3"])
    expect(signed_in.locator(".lines .bad")).to_have_text("Tule <b>heti</b>.")
    signed_in.get_by_role("link", name="Line 3").click()
    text = signed_in.get_by_label("Text", exact=True)
    assert text.evaluate("it => it.value.slice(it.selectionStart, it.selectionEnd)") == "Tule <b>heti</b>."
    signed_in.get_by_text("As another reader").click()
    signed_in.locator("#as_name").fill("Maija")
    expect(mail).to_contain_text("Hei Maija!")
    steps = signed_in.evaluate("history.length")
    signed_in.get_by_text("As plain text").click()
    expect(signed_in.frame_locator("#screen iframe:not(.coming)").locator("pre")).to_contain_text("Hei Maija!")
    assert signed_in.evaluate("history.length") == steps
    camera.look(signed_in, "31-campaign-beside")


def test_a_photo_is_made_small_put_into_the_text_and_seen_in_the_mail(
    stage: Stage, camera: Camera, signed_in: Page
) -> None:
    signed_in.goto(stage.url("/console/campaigns/new"))
    signed_in.get_by_label("Text", exact=True).fill("Katso tätä.")
    signed_in.evaluate(
        """async () => {
            const canvas = Object.assign(document.createElement("canvas"), { width: 2400, height: 1600 });
            canvas.getContext("2d").fillRect(0, 0, 1200, 1600);
            const photo = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
            const given = new DataTransfer();
            given.items.add(new File([photo], "meri.jpg", { type: "image/jpeg" }));
            document.getElementById("picture-file").files = given.files;
        }"""
    )
    signed_in.get_by_role("button", name="Put it in").click()
    expect(signed_in.locator("#picture-said")).to_contain_text("Say what it shows")
    signed_in.locator("#picture-alt").fill("Meri")
    signed_in.get_by_role("button", name="Put it in").click()
    expect(signed_in.locator("#picture-said")).to_contain_text("1200 × 800 pixels")
    picture = signed_in.frame_locator("#screen iframe:not(.coming)").get_by_alt_text("Meri")
    expect(picture).to_have_attribute("width", "520")
    assert picture.evaluate("async it => { await it.decode(); return it.naturalWidth }") == 1200
    expect(signed_in.locator("#notes li")).to_have_count(0)
    signed_in.goto(stage.url("/console/pictures"))
    expect(signed_in.get_by_role("img")).to_have_count(1)
    camera.look(signed_in, "32-pictures")
