"""Forms for hands without a mouse, and for people who mistype."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.stage import Camera, Stage, mail_to, send_form, unhurried

FARTHEST = 40


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus; fails when the focus cannot be seen there, or never comes."""
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    focused = page.locator(":focus")
    assert focused.evaluate("(element, selector) => element.matches(selector)", selector), (
        f"Tab never reached {selector}"
    )
    # A choice shows the focus on the card around it.
    assert focused.evaluate(
        "element => [element, element.closest('label') ?? element]"
        ".some(each => getComputedStyle(each).outlineStyle !== 'none')"
    ), f"nobody can see that {selector} has the focus"


def test_the_form_can_be_filled_in_and_sent_with_the_keyboard_alone(page: Page, stage: Stage) -> None:
    page.goto(stage.url("/subscribe"))
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Siirry sisältöön")
    page.keyboard.press("Enter")
    tab_to(page, "#email")
    page.keyboard.type("nappaimisto@example.com")
    tab_to(page, "input[name=topics][value=linkedin]")
    page.keyboard.press("Space")
    tab_to(page, "input[name=language]:checked")
    page.keyboard.press("ArrowRight")
    tab_to(page, "#name")
    page.keyboard.type("Näppäimistö")
    tab_to(page, "#consent")
    page.keyboard.press("Space")
    tab_to(page, "main form button")
    with unhurried(page, stage):
        page.keyboard.press("Enter")
    # The arrow key chose the second language, so the answer speaks it.
    expect(page.get_by_role("heading", level=1)).to_have_text("Kolla din e-post")
    assert stage.cloud.drain()
    assert mail_to(stage, "nappaimisto@example.com")["subject"].startswith("Bekräfta")


def test_an_error_stands_at_its_field_and_what_was_typed_stays(page: Page, stage: Stage, camera: Camera) -> None:
    page.goto(stage.url("/subscribe"))
    page.fill("#email", "maija@")
    page.fill("#name", "Maija <b>Meikäläinen</b>")
    page.check("input[name=topics][value=tekoaly]")
    page.check("input[name=language][value=en]")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        send_form(page, stage)
    assert answered.value.status == 422
    # The form answers in the language chosen for the newsletter.
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_count(2)

    email = page.locator("#email")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description("Enter an email address like name@example.com.")
    expect(page.locator("#consent")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#name")).not_to_have_attribute("aria-invalid", "true")

    expect(email).to_have_value("maija@")
    expect(page.locator("#name")).to_have_value("Maija <b>Meikäläinen</b>")
    assert page.locator("input[name=topics]:checked").evaluate_all("all => all.map(each => each.value)") == ["tekoaly"]
    expect(page.locator("input[name=language][value=en]")).to_be_checked()
    camera.look(page, "18-subscribe-errors")

    summary.get_by_role("link").first.click()
    expect(email).to_be_focused()
    email.fill("korjattu@example.com")
    page.check("#consent")
    send_form(page, stage)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert stage.cloud.drain()
    assert mail_to(stage, "korjattu@example.com")["subject"].startswith("Confirm")


def test_a_form_sent_in_a_flash_is_asked_for_once_more_and_loses_nothing(
    page: Page, stage: Stage, camera: Camera
) -> None:
    stage.clock.stands = stage.clock.now()
    page.goto(stage.url("/subscribe"))
    page.evaluate("""() => {
        document.querySelector("#email").value = "nopea@example.com";
        document.querySelector("#consent").checked = true;
        document.querySelector("main form").requestSubmit();
    }""")
    expect(page.get_by_role("alert")).to_be_visible()
    stage.clock.stands = None
    expect(page.locator("#email")).to_have_value("nopea@example.com")
    camera.check(page, "19-subscribe-too-fast")
    send_form(page, stage)
    expect(page.get_by_role("heading", level=1)).to_have_text("Tarkista sähköpostisi")
    assert stage.cloud.drain()
    assert mail_to(stage, "nopea@example.com")["subject"].startswith("Vahvista")


def test_a_mistyped_domain_is_pointed_out_and_one_button_mends_it(page: Page, stage: Stage, camera: Camera) -> None:
    page.goto(stage.url("/subscribe"))
    page.fill("#email", "maija@gmial.com")
    page.check("#consent")
    send_form(page, stage)
    expect(page.get_by_role("alert")).to_contain_text("maija@gmail.com")
    camera.check(page, "19-subscribe-suggestion")
    with unhurried(page, stage):
        page.get_by_role("alert").get_by_role("button").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tarkista sähköpostisi")
    assert stage.cloud.drain()
    assert mail_to(stage, "maija@gmail.com")["subject"].startswith("Vahvista")
