"""The outputs of the stack hold what a person needs next, and docs/deploy.md explains each."""

from __future__ import annotations

import re
from typing import Any

from cli.doctor.dns.records import cname, mx, txt
from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.stack import load_stack
from tests.template.stacks import PARAMETERS, ROOT, stack
from tests.template.test_front import everything

DECLARED: dict[str, Any] = read_yaml(ROOT / "template.yaml", "template.yaml")["Outputs"]


def test_every_output_has_a_value_and_says_what_it_is_for() -> None:
    assert everything().outputs.keys() == DECLARED.keys()
    assert all(isinstance(value, str) and value for value in everything().outputs.values())
    assert all(body["Description"].endswith(".") for body in DECLARED.values())


def test_what_the_stack_does_not_have_it_does_not_put_out() -> None:
    bare = load_stack(ROOT, {**PARAMETERS, "ManageIdentity": "no"}, stack_name="newsletter").outputs
    missing = DECLARED.keys() - bare.keys()
    assert missing == {name for name, body in DECLARED.items() if "Condition" in body}
    assert missing - (DECLARED.keys() - stack().outputs.keys()) == {f"DkimRecord{number}" for number in (1, 2, 3)}


def test_dns_records_are_those_that_the_doctor_asks_for() -> None:
    outputs, domain = everything().outputs, PARAMETERS["SenderDomain"]
    assert outputs["DkimRecord2"] == cname(f"token2._domainkey.{domain}", "token2.dkim.amazonses.com")
    assert outputs["MailFromMx"] == mx(f"bounce.{domain}", 10, "feedback-smtp.eu-north-1.amazonses.com")
    assert outputs["MailFromSpf"] == txt(f"bounce.{domain}", "v=spf1 include:amazonses.com ~all")
    assert outputs["DmarcRecord"] == txt(f"_dmarc.{domain}", "v=DMARC1; p=none")
    assert outputs["ReplyMx"] == mx("vastaa.example.fi", 10, "inbound-smtp.eu-north-1.amazonaws.com")
    (distribution,) = everything().of_type("AWS::CloudFront::Distribution")
    assert outputs["PublicRecord"] == cname("uutiskirje.example.fi", f"{distribution.physical_id}.cloudfront.net")


def test_addresses_are_routes_of_the_stack() -> None:
    routes = {route.path for function in stack().functions for route in function.routes}
    paths = {
        name: stack().outputs[name].removeprefix(PARAMETERS["PublicUrl"])
        for name in ("SignUpForm", "ConsoleUrl", "ConsoleCallback")
    }
    assert paths == {"SignUpForm": "/subscribe", "ConsoleUrl": "/console", "ConsoleCallback": "/console/callback"}
    assert {"/subscribe", "/console", "/console/{proxy+}"} <= routes


def test_the_page_on_deploying_explains_every_output() -> None:
    page = (ROOT / "docs/deploy.md").read_text("utf-8")
    table = page.partition("| output |")[2].partition("\n\n")[0]
    named = re.findall(r"`(\w+)`", "\n".join(row.split(" | ")[0] for row in table.splitlines()))
    assert named == list(DECLARED)
