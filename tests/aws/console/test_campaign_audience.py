"""To whom a campaign goes, in drafts: in its form, in the API, and when it goes out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from newsletter.container import app
from newsletter.mailings.audience.save_audience import save_audience
from newsletter.mailings.drafts.draft import DraftState
from newsletter.mailings.drafts.edit_drafts import find_draft, list_drafts
from newsletter.platform.times import iso, whole_seconds
from tests.aws.console.test_console_api import _conforms
from tests.support.console.console_calls import Answer, Browser, Program
from tests.support.console.issuer import Issuer
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

MAIJA, KALLE, LIISA = (f"{name}@example.com" for name in ("maija", "kalle", "liisa"))
NEW = "/console/campaigns/new"
TEXT: dict[str, Any] = {"subject": "Kevät", "body": "Kevät on **hyvää** aikaa.", "language": "fi"}
FORM = (*TEXT.items(), ("audience", "fields"))


@pytest.fixture(autouse=True)
def _readers(cloud: Cloud) -> None:
    assert cloud.mails() == []
    add_reader(MAIJA, "linkedin")
    add_reader(KALLE, "kriisit")
    add_reader(LIISA)


@pytest.fixture
def api(cloud: Cloud, issuer: Issuer) -> Program:
    return Program(cloud, issuer.token(scope="openid campaigns:send"))


@pytest.fixture
def browser(marketing: Browser) -> Browser:
    return marketing


def press(browser: Browser, path: str, step: str, *fields: tuple[str, str]) -> Answer:
    return browser.post(path, ("form_token", browser.form_token()), *fields, ("step", step))


def save(name: str, rule: dict[str, Any]) -> None:
    save_audience(name, rule, "anna", whole_seconds(app.now()), app, anew=True)


def sent_to(cloud: Cloud, subject: str = "Kevät") -> list[str]:
    cloud.drain()
    return sorted(mail.to[0] for mail in cloud.mails() if mail.subject == subject)


def only_path() -> str:
    (draft,), _ = list_drafts(app, cursor="", limit=10)
    return f"/console/campaigns/{draft.id}"


def test_a_saved_audience_is_taken_by_its_name_and_goes_out(cloud: Cloud, browser: Browser) -> None:
    save("Linkedin", {"topics": ["linkedin"], "exclude": {"addresses": [LIISA]}})
    assert ">Linkedin</option>" in browser.get(NEW).body
    assert press(browser, NEW, "save", *FORM, ("saved_audience", "Linkedin")).status == 303
    path = only_path()
    opened = browser.get(path).body
    assert 'name="topics" value="linkedin" checked' in opened
    assert f'name="exclude_listed" value="{app.ids.of(LIISA)}"' in opened
    fields = (*FORM, ("topics", "linkedin"), ("exclude_listed", app.ids.of(LIISA)))
    assert "1 reader at the moment Among them m…@example.com." in press(browser, path, "count", *fields).text
    looked = press(browser, path, "check", *fields)
    assert "but not those who have the listed address" in looked.text
    assert "Left out: 1 fit an exclusion" in looked.text
    assert press(browser, path, "send", *fields).status == 303
    cloud.run("nurture", app.now() + timedelta(minutes=2))
    assert sent_to(cloud) == [MAIJA]


def test_fields_of_the_form_are_the_rule_and_a_form_without_them_leaves_it(browser: Browser) -> None:
    fields = (*FORM, ("not_clicked_in_days", "30"), ("signed_up_by", "import a.csv\r\nimport b.csv"))
    press(browser, NEW, "save", *fields, ("languages", "sv"))
    path = only_path()
    draft = find_draft(path.rsplit("/", 1)[1], app)
    assert draft.campaign.languages == ("sv",)
    assert draft.campaign.audience.not_clicked_days == 30
    assert draft.campaign.audience.signed_up_by == ("import a.csv", "import b.csv")
    press(browser, path, "save", *(TEXT | {"subject": "Toinen"}).items())
    after = find_draft(draft.id, app).campaign
    assert (after.subject, after.audience) == ("Toinen", draft.campaign.audience)
    asked = browser.get(f"/console/audiences?campaign={draft.id}").body
    assert "import a.csv\nimport b.csv</textarea>" in asked


def test_a_rule_that_is_none_is_told_at_its_field_and_what_is_written_is_kept(browser: Browser) -> None:
    wrong = press(browser, NEW, "check", *FORM, ("clicked_in_days", "often"), ("addresses", "no address"))
    assert wrong.status == 422
    assert 'href="#clicked_in_days"' in wrong.body
    assert 'name="clicked_in_days" value="often"' in wrong.body
    draft = find_draft(only_path().rsplit("/", 1)[1], app)
    assert (draft.campaign.subject, draft.campaign.audience.clicked_days) == ("Kevät", 0)
    gone = press(browser, only_path(), "save", *FORM, ("saved_audience", "Nobody's"))
    assert (gone.status, "no audience" in gone.text) == (422, True)
    listed = press(browser, only_path(), "save", *FORM, ("addresses", MAIJA))
    assert listed.status == 303
    fields = (*FORM, ("listed", app.ids.of(MAIJA)), ("addresses_anew", "yes"), ("addresses", KALLE))
    assert press(browser, only_path(), "save", *fields).status == 303
    assert find_draft(draft.id, app).campaign.audience.listed == (app.ids.of(KALLE),)


def test_a_long_list_of_addresses_goes_through_the_form(browser: Browser) -> None:
    many = " ".join(f"reader{number}@example.com" for number in range(300))
    assert press(browser, NEW, "save", *FORM, ("addresses", many)).status == 303
    draft = find_draft(only_path().rsplit("/", 1)[1], app)
    listed = browser.get(only_path()).body.split('name="listed" value="')[1].split('"')[0]
    assert press(browser, only_path(), "save", *FORM, ("listed", listed), ("addresses", MAIJA)).status == 303
    after = find_draft(draft.id, app).campaign.audience.listed
    assert after == (*draft.campaign.audience.listed, app.ids.of(MAIJA))
    assert len(after) == 301


def test_a_draft_in_the_api_has_its_rule_and_what_was_read_can_be_sent_back(api: Program) -> None:
    rule = {"topics_none": ["kriisit"], "exclude": [{"addresses": [LIISA]}]}
    made = api("POST", "/campaigns", TEXT | {"draft": True, "audience": rule})
    assert made.status == 201
    kept = made.json["campaign"]
    assert kept["audience"] == {"topics_none": ["kriisit"], "exclude": [{"listed": [app.ids.of(LIISA)]}]}
    path = f"/campaigns/{kept['id']}"
    assert api("PUT", path, kept).json["campaign"]["version"] == kept["version"], "nothing changed"
    save("Muut", {"topics": ["kriisit"]})
    named = api("PUT", path, TEXT | {"audience": "Muut"}).json
    _conforms(named, {"$ref": "#/components/schemas/KeptCampaign"}, "KeptCampaign")
    assert named["campaign"]["audience"] == {"topics": ["kriisit"]}
    assert api("PUT", path, TEXT | {"audience": "None"}).json["errors"].keys() == {"audience"}
    assert api("PUT", path, TEXT | {"audience": None}).json["campaign"]["audience"] == {}
    errors = api("PUT", path, TEXT | {"audience": {"score_at_least": 101}, "subjekt": "x"}).json["errors"]
    assert errors.keys() == {"audience.score_at_least", "subjekt"}


def test_a_draft_may_name_what_there_is_not_and_is_not_sent_like_that(api: Program) -> None:
    rule = {"topics_all": ["nothing"], "got": ["campaign-never"]}
    kept = api("POST", "/campaigns", TEXT | {"draft": True, "audience": rule}).json["campaign"]
    assert kept["problems"].keys() == {"audience.topics_all"}
    path = f"/campaigns/{kept['id']}"
    assert api("POST", f"{path}/send").json["errors"].keys() == {"audience.topics_all"}
    assert api("PUT", path, TEXT | {"audience": {"got": ["campaign-never"]}}).status == 200
    for body in ({}, {"send_at": iso(app.now() + timedelta(hours=1))}):
        assert api("POST", f"{path}/send", body).json["errors"].keys() == {"audience.got"}


def test_a_campaign_to_who_did_not_get_one_that_is_going_out_may_be_scheduled_and_is_held_if_it_still_is(
    cloud: Cloud, api: Program
) -> None:
    assert api("POST", "/campaigns", TEXT | {"name": "eka", "topics": ["linkedin"]}).status == 201
    assert api("POST", "/mailings/campaign-eka/pause").status == 200
    rest = TEXT | {"name": "toka", "audience": {"not_got": ["campaign-eka"]}}
    assert api("POST", "/campaigns", rest).json["errors"].keys() == {"audience.not_got"}
    at = app.now() + timedelta(minutes=20)
    draft = api("POST", "/campaigns", rest | {"send_at": iso(at)}).json["campaign"]["id"]
    cloud.run("nurture", at)
    held = find_draft(draft, app)
    assert (held.state, "still going out" in held.reason) == (DraftState.HELD, True)


def test_the_rule_is_asked_when_it_goes_and_a_person_is_asked_again_if_it_grew(cloud: Cloud, api: Program) -> None:
    at = app.now() + timedelta(minutes=20)
    rule = {"topics_none": ["kriisit"]}
    seen = {"send_at": iso(at), "readers": 2}
    drafts = [
        api("POST", "/campaigns", TEXT | {"name": name, "subject": name, "audience": rule} | seen).json["campaign"]
        for name in ("same", "grown")
    ]
    assert [each["readers"] for each in drafts] == [2, 2]
    cloud.run("nurture", at)
    assert sent_to(cloud, "same") == [LIISA, MAIJA]
    more = api("POST", "/campaigns", TEXT | {"name": "more", "audience": rule} | seen).json["campaign"]["id"]
    for number in range(11):
        add_reader(f"reader{number}@example.com", "linkedin")
    changed = api("PUT", f"/campaigns/{more}", TEXT | {"name": "more", "audience": {"topics": ["kriisit"]}})
    assert changed.json["campaign"]["readers"] == 2, "another audience is counted when it is saved"
    assert api("PUT", f"/campaigns/{more}", TEXT | {"name": "more", "audience": rule, "readers": 2}).status == 200
    cloud.run("nurture", at)
    held = find_draft(more, app)
    assert held.state is DraftState.HELD
    assert held.reason.startswith("the audience had 2 readers when it was looked at, and has 13 now")


def test_a_campaign_that_went_out_is_duplicated_with_its_rule(cloud: Cloud, api: Program) -> None:
    rule = {"exclude": [{"topics": ["kriisit"]}], "frequency": "weekly"}
    assert api("POST", "/campaigns", TEXT | {"name": "eka", "topics": ["linkedin"], "audience": rule}).status == 201
    assert api("POST", "/campaigns", TEXT | {"name": "eka", "topics": ["linkedin"], "audience": rule}).status == 200
    copy = api("POST", "/campaigns/campaign-eka/duplicate").json["campaign"]
    assert (copy["topics"], copy["audience"]) == (["linkedin"], rule)
    assert sent_to(cloud) == [LIISA, MAIJA]
