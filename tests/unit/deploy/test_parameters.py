"""The file of a stage's parameters: what is wrong with it is named, with what would be right, before anything runs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from cli.faults import Fault
from deploy import __main__ as command
from deploy import example, parameters, stage
from deploy.parameters import declared, read_parameters
from tests.support.mailings.templates import TEMPLATES
from tests.template.stacks import ROOT

GOOD = {
    "PublicUrl": '"https://uutiskirje.example.fi"',
    "SenderDomain": '"example.fi"',
    "CrmWebhookUrl": '"https://crm.example.fi/hook"',
    "OidcIssuer": '"https://issuer.example.fi"',
    "OidcAudience": '"console"',
}
STAGE = '[prod.global.parameters]\nstack_name = "n"\nregion = "r"'
PUBLICATION = 'time_zone = "Europe/Helsinki"\n[sender]\naddress = "hei@example.fi"\n'


def read(folder: Path, **changed: str | None) -> dict[str, str]:
    """What is read of the good file with these lines changed, or left out (None)."""
    lines = {name: value for name, value in (GOOD | changed).items() if value is not None}
    path, publication = folder / "deploy.prod.toml", folder / "publication.toml"
    path.write_text("\n".join(f"{name} = {value}" for name, value in lines.items()), encoding="utf-8")
    publication.write_text(PUBLICATION, encoding="utf-8")
    return read_parameters(path, publication)


def test_a_file_that_windows_wrote_is_read(tmp_path: Path) -> None:
    read(tmp_path)
    path = tmp_path / "deploy.prod.toml"
    text = path.read_text("utf-8")
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert read_parameters(path, tmp_path / "publication.toml")["SenderDomain"] == "example.fi"


def test_what_is_no_file_is_named_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="cannot be read") as refused:
        read_parameters(tmp_path)
    assert str(tmp_path) in str(refused.value)
    missing = tmp_path / "of ci.toml"
    with pytest.raises(Fault, match="does not exist") as refused:
        read_parameters(missing)
    assert f"`cp deploy.example.toml '{missing}'`" in str(refused.value)


def test_who_stops_a_deployment_is_told_that_cloudformation_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_run", stopped)
    assert command.main(["run", "prod"]) == 130
    assert "CloudFormation was told" in capsys.readouterr().err


def test_every_parameter_gets_a_value_so_that_a_line_that_was_taken_out_does_not_go_on_to_count(tmp_path: Path) -> None:
    found = read(tmp_path, RateShare="0.5")
    assert list(found) == list(declared())
    assert (found["RateShare"], found["LogDays"], found["ManageIdentity"]) == ("0.5", "30", "yes")
    assert all(isinstance(value, str) for value in found.values())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"PublicUrl": None}, "PublicUrl needs a value: an address without a path"),
        (
            {"OidcAudience": '""'},
            "OidcAudience is empty and must be the client id of the console; or ConsoleLogin must be cognito",
        ),
        (
            {"PublicUrl": '"https://uutiskirje.example.fi/"'},
            "PublicUrl is 'https://uutiskirje.example.fi/' and must be an address without a path",
        ),
        ({"PublikUrl": '"https://x.fi"'}, "PublikUrl is no parameter of template.yaml; did you mean PublicUrl?"),
        ({"Colour": '"red"'}, "Colour is no parameter of template.yaml; there are PublicUrl, "),
        ({"CrmWebhookUrl": '"http://crm.example.fi"'}, "an https address; leads are personal data"),
        ({"ManageIdentity": "true"}, 'write "yes"'),
        ({"LogDays": "true"}, "LogDays = True is no text and no number: write one of 1, 3, 5"),
        ({"ManageIdentity": '"maybe"'}, "must be one of ['yes', 'no']"),
        ({"LogDays": "31"}, "must be one of [1, 3, 5"),
        ({"RateShare": "11"}, "RateShare is 11 and must be from 0.02 to 1"),
        ({"RateShare": "0.01"}, "RateShare is 0.01 and must be from 0.02 to 1"),
        ({"RateShare": '"two"'}, "must be a number"),
        ({"OidcIssuer": '["a"]'}, "is no text and no number"),
        ({"SenderDomain": '"example.com"'}, 'sender.address of publication.toml means "example.fi"'),
        ({"TimeZone": '"Europe/Stockholm"'}, 'time_zone of publication.toml means "Europe/Helsinki"'),
        ({"ReplyDomain": '"vastaa.example.fi"'}, "publication.toml has no [replies]: have both, or none"),
        ({"ReplyDomain": '"Vastaa"'}, "must be empty, or a domain in small letters"),
        ({"ReceiptRuleSet": '"-x"'}, "or the name of a receipt rule set"),
        ({"DigestSchedule": '"every tuesday"'}, "is no schedule"),
        ({"RateShare": "= 2"}, "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_what_would_be_right(
    tmp_path: Path, changed: dict[str, str | None], said: str
) -> None:
    with pytest.raises(Fault, match=r"deploy\.prod\.toml: ") as fault:
        read(tmp_path, **changed)
    assert said in str(fault.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", 'set ReplyDomain = "vastaa.example.fi"'),
        ("toinen.example.fi", 'replies.domain of publication.toml is "vastaa.example.fi": one of the two is wrong'),
        ("vastaa.example.fi", ""),
    ],
)
def test_stack_and_publication_receive_answers_for_the_same_domain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    monkeypatch.setattr(f"{__name__}.PUBLICATION", f'{PUBLICATION}\n[replies]\ndomain = "vastaa.example.fi"\n')
    if not said:
        assert read(tmp_path, ReplyDomain=f'"{given}"')["ReplyDomain"] == given
        return
    with pytest.raises(Fault) as fault:
        read(tmp_path, ReplyDomain=f'"{given}"')
    assert said in str(fault.value)


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(Fault) as fault:
        read(tmp_path, PublicUrl=None, RateShare="11")
    assert len(str(fault.value).splitlines()) == 2


def test_a_file_that_is_not_there_is_said_with_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(Fault, match=r"cp deploy\.example\.toml \S*deploy\.prod\.toml`"):
        read_parameters(tmp_path / "deploy.prod.toml")


def test_the_example_is_made_from_the_template_and_is_refused_until_it_is_filled_in(tmp_path: Path) -> None:
    text = (ROOT / parameters.EXAMPLE).read_text("utf-8")
    assert text == example.example(), "python -m deploy example > deploy.example.toml"
    copy = tmp_path / "deploy.dev.toml"
    copy.write_text(text, encoding="utf-8")
    with pytest.raises(Fault) as fault:
        read_parameters(copy, TEMPLATES / "publication.toml")
    needed = [name for name, about in declared().items() if "Default" not in about]
    assert [line.split()[1] for line in str(fault.value).splitlines()] == needed


def test_what_the_example_shows_commented_out_are_the_defaults() -> None:
    lines = example.example().splitlines()
    shown = tomllib.loads("\n".join(line[2:] for line in lines if line.startswith("# ") and " = " in line))
    assert shown == {name: about["Default"] for name, about in declared().items() if "Default" in about}


# --- stages ----------------------------------------------------------------------------------------------------------


def test_there_are_two_stages_with_stacks_of_their_own() -> None:
    dev, prod = stage.read_stage("dev"), stage.read_stage("prod")
    assert dev.stack != prod.stack


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        (STAGE, "prd", r"is none of .*did you mean prod\?"),
        ('[prod.global.parameters]\nstack_name = "n"', "prod", r"lacks a region"),
        (f"{STAGE}\n[prod.deploy.parameters.parameter_overrides]\nA = 1", "prod", r"deploy\.prod\.toml"),
    ],
)
def test_a_stage_at_fault_says_what_would_be_right(tmp_path: Path, text: str, name: str, said: str) -> None:
    path = tmp_path / "samconfig.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Fault, match=said):
        stage.read_stage(name, path)


def test_everything_that_runs_for_a_stage_is_sent_to_its_region_and_account(tmp_path: Path) -> None:
    path = tmp_path / "samconfig.toml"
    path.write_text('[x.global.parameters]\nstack_name = "n"\nregion = "eu-west-1"\nprofile = "ours"', encoding="utf-8")
    found = stage.read_stage("x", path)
    assert found.environment["AWS_REGION"] == found.environment["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert found.environment["AWS_PROFILE"] == "ours"
    assert (
        found.command("doctor") == "AWS_PROFILE=ours AWS_DEFAULT_REGION=eu-west-1 .venv/bin/newsletter doctor --stack n"
    )
