"""What our templates make of leads is what those CRMs take, and what they would refuse is named by file and line."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.checks.crm_mapping import RULES, call_refusals, mapping_faults, sample_bodies
from newsletter.leads.outbox.crm_calls import Call, parse_calls
from newsletter.leads.outbox.crm_values import template_values
from newsletter.mail.templates import Templates
from newsletter.publication.crm import CrmFormat, CrmSettings
from tests.support.mailings.templates import TEMPLATES

FORMATS = ["hubspot", "pipedrive", "salesforce"]
Root = Callable[..., Path]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    """A folder of templates whose publication has this table, with a change of one template."""

    def made(crm: str, template: str = "", old: str = "", new: str = "") -> Path:
        folder = tmp_path / "templates"
        shutil.copytree(TEMPLATES, folder)
        publication = folder / "publication.toml"
        publication.write_text(publication.read_text("utf-8") + f"\n{crm}\n", "utf-8")
        if template:
            path = folder / "crm" / f"{template}.json.j2"
            text = path.read_text("utf-8")
            assert old in text
            path.write_text(text.replace(old, new), "utf-8")
        return folder

    return made


def faults(folder: Path) -> list[tuple[str, str]]:
    return [
        (where.removeprefix(f"{folder}/"), message)
        for where, message in mapping_faults(folder, Templates(folder, "https://news.example"))
    ]


def line_of(path: Path, text: str) -> int:
    return next(number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if text in line)


@pytest.mark.parametrize("name", FORMATS)
def test_our_templates_keep_the_rules_of_the_crms_documentation(root: Root, name: str) -> None:
    assert faults(root(f'[crm]\nformat = "{name}"')) == []


@pytest.mark.parametrize("name", FORMATS)
def test_the_rules_say_where_they_are_from_and_cover_every_request(name: str) -> None:
    text = (RULES / f"{name}.toml").read_text("utf-8")
    assert text.count("https://") >= 3
    assert tomllib.loads(text)["calls"]


def test_the_plain_format_has_no_template() -> None:
    assert list(mapping_faults(TEMPLATES, Templates(TEMPLATES, "https://news.example"))) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (
            "salesforce",
            '"LastName": {{ (last_name or contact.email)[:80]',
            '"LastName": {{ last_name[:80]',
            "is required",
        ),
        ("salesforce", "[:255] | tojson }},\n", " | tojson }},\n", "Company has at most 255 characters"),
        ("salesforce", '"FirstName"', '"Firstname"', "Firstname is no field that it has, nor can be one of your own"),
        ("salesforce", "| capitalize", "", "Rating is 'hot' and must be one of Hot, Warm, Cold"),
        ("salesforce", '"Description"', '"Id": "00Q", "Description"', "Id cannot be set"),
        ("hubspot", '"NEW"', '"New"', "hs_lead_status is 'New' and must be one of NEW,"),
        ("hubspot", '"phone": {{ answers.phone | tojson }}', '"phone": 358', "phone must be text"),
        ("pipedrive", '"title"', '"name"', "title is required"),
        ("pipedrive", '"was_seen": false', '"was_seen": "no"', "was_seen must be boolean"),
    ],
)
def test_what_the_crm_would_refuse_is_named_by_the_line_of_its_template(
    root: Root, name: str, old: str, new: str, message: str
) -> None:
    folder = root(f'[crm]\nformat = "{name}"', name, old, new)
    found = faults(folder)
    assert any(message in each for _, each in found), found
    at = line_of(folder / "crm" / f"{name}.json.j2", new.strip().partition(":")[0])
    assert all(where.startswith(f"crm/{name}.json.j2:") for where, _ in found)
    if '"' in new and "required" not in message:
        assert f"crm/{name}.json.j2:{at}" in [where for where, _ in found]


@pytest.mark.parametrize(
    ("crm", "field", "message"),
    [
        ('[crm]\nformat = "hubspot"\n[crm.values]\nhs_lead_status = "HOT"', "hs_lead_status", "must be one of NEW"),
        ('[crm]\nformat = "hubspot"\n[crm.fields]\nscore = "score.total"', "score", "'score.total' is no value"),
        ('[crm]\nformat = "salesforce"\n[crm.values]\nLead_Origin = "x"', "Lead_Origin", "is no field that it has"),
        ('[crm]\nformat = "salesforce"\n[crm.values]\nOwnerId = "me"', "OwnerId", "is not of the form it takes"),
        ('[crm]\nformat = "pipedrive"\n[crm.values]\nowner_id = "12"', "owner_id", "owner_id must be number"),
    ],
)
def test_a_wrong_field_of_the_publication_is_named_by_its_line_there(
    root: Root, crm: str, field: str, message: str
) -> None:
    folder = root(crm)
    lines = (folder / "publication.toml").read_text("utf-8").splitlines()
    at = max(number for number, line in enumerate(lines, start=1) if line.startswith(f"{field} ="))
    assert any(where == f"publication.toml:{at}" and message in each for where, each in faults(folder)), faults(folder)


def test_a_template_that_gives_no_json_or_asks_for_what_is_not_there_is_named(root: Root) -> None:
    folder = root('[crm]\nformat = "hubspot"', "hubspot", '"inputs": [', '"inputs" [')
    ((where, message),) = faults(folder)
    assert where == "crm/hubspot.json.j2:1"
    assert "not JSON" in message
    shutil.rmtree(folder)
    folder = root('[crm]\nformat = "hubspot"', "hubspot", "answers.phone | tojson", "nobody.phone | tojson")
    ((where, message),) = faults(folder)
    assert where == f"crm/hubspot.json.j2:{line_of(folder / 'crm/hubspot.json.j2', 'nobody.phone')}"
    assert "nobody" in message
    (folder / "crm" / "hubspot.json.j2").unlink()
    assert "no such file" in faults(folder)[0][1]


def test_what_a_reader_types_stays_text_in_every_format() -> None:
    wicked = '"}, {"learned": "person_id"} {{ 7*7 }} {person_id} \\ </script> \u2028'
    for body in sample_bodies():
        body["data"]["contact"]["name"] = wicked
        for name in FORMATS:
            settings = CrmSettings(CrmFormat(name))
            templates = Templates(TEMPLATES, "https://news.example")
            for call in parse_calls(templates.crm(name, template_values(body, settings))):
                assert list(call_refusals(call, settings)) == []
                assert "49" not in call.body
                assert isinstance(json.loads(call.body), dict)


def test_a_request_that_the_crm_does_not_know_is_refused() -> None:
    (refusal,) = call_refusals(Call("POST", "/api/v1/deals", "{}"), CrmSettings(CrmFormat.PIPEDRIVE))
    assert refusal.message == "pipedrive knows no POST /api/v1/deals"


def test_what_a_request_takes_of_an_answer_must_be_kept_of_one_before_it(root: Root) -> None:
    folder = root('[crm]\nformat = "pipedrive"', "pipedrive", '"keep": { "person_id": "data.id" },', "")
    line = line_of(folder / "crm/pipedrive.json.j2", '"person_id"')
    assert faults(folder)[0] == (
        f"crm/pipedrive.json.j2:{line}",
        "for lead.created: /api/v1/leads uses person_id, which no request before it keeps",
    )
