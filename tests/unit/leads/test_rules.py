"""scanners.toml: read with clear errors; without it the thresholds stand."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from newsletter.leads.visits.rules import BUILT_IN, Rules, parse_rules, read_rules
from newsletter.platform.errors import InvalidPublication
from tests.support.mailings.templates import TEMPLATES

RULES = read_rules(TEMPLATES)


def test_the_file_says_what_the_rules_without_it_say_and_more() -> None:
    built_in = Rules()
    assert RULES.version != BUILT_IN
    for name in ("too_soon", "soon", "near_burst", "least_page_age", "dwell", "bursts"):
        assert getattr(RULES, name) == getattr(built_in, name), name
    assert RULES.agents.keys() > built_in.agents.keys()


def test_a_folder_without_the_file_has_the_built_in_rules(tmp_path: Path) -> None:
    assert read_rules(tmp_path) == Rules()
    assert read_rules(tmp_path).version == BUILT_IN


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "version: missing; give a line of text"),
        ('version = "built-in"', "version: 'built-in' is the name of the rules without a file; give another one"),
        ('version = "1"\n[seconds]\ntoo_soon = -1', "seconds.too_soon: -1 is not from 0 to 60"),
        ('version = "1"\n[seconds]\ntoo_soon = nan', "seconds.too_soon: nan is not from 0 to 60"),
        ('version = "1"\n[seconds]\ntoo_soon = "5"', "seconds.too_soon: give a number from 0 to 60"),
        ('version = "1"\n[seconds]\ntoo_soon = true', "seconds.too_soon: give a number from 0 to 60"),
        ('version = "1"\n[seconds]\ntoo_late = 5', "seconds.too_late: unknown field; is it misspelt?"),
        ('version = "1"\n[seconds]\ndwell = 0.5', "seconds.dwell: not less than least_page_age"),
        ('version = "1"\n[[bursts]]\nlinks = 1\nseconds = 1', "bursts[1].links: 1 is not from 2 to 100"),
        ('version = "1"\n[[bursts]]\nlinks = 3', "bursts[1].seconds: missing; give a number from 0.1 to 600"),
        ('version = "1"\n[[agents]]\ncontains = ["curl/"]', "agents[1].name: missing; give a line of text"),
        ('version = "1"\n[[agents]]\nname = "x"', "agents[1].contains: name at least one text"),
        ('version = "1"\n[[agents]]\nname = "x"\ncontains = ["bot"]', "'bot' is too short: at least 4 characters"),
        (
            'version = "1"\n[[agents]]\nname = "x"\ncontains = ["curl/"]\n[[agents]]\nname = "y"\ncontains = ["CURL/"]',
            "agents: 'curl/' is there twice, of x and of y",
        ),
        (
            'version = "1"\n[[networks]]\nname = "x"\ncidrs = ["192.0.2.7/24"]',
            "networks[1].cidrs: no network such as 192.0.2.0/24: 192.0.2.7/24 has host bits set",
        ),
        (
            'version = "1"\n[[networks]]\nname = "x"\ncidrs = ["192.0.2.0/28"]',
            "networks[1].cidrs: 192.0.2.0/28 is narrower than the /24 that is kept of an address; give that",
        ),
        (
            'version = "1"\n[[networks]]\nname = "x"\ncidrs = ["2001:db8::/96"]',
            "networks[1].cidrs: 2001:db8::/96 is narrower than the /64 that is kept of an address; give that",
        ),
        ('version = "1"\n[[networks]]\nname = "x"\ncidrs = ["0.0.0.0/0"]', "0.0.0.0/0 is wider than /8"),
        ('version = "1"\n[prefetch]\nx-moz = ["prefetch"]', "prefetch.x-moz: unknown field; is it misspelt?"),
        ('version = "1"\nagent = 1', "agent: unknown field; is it misspelt?"),
        ("version = ", "scanners.toml: not TOML in UTF-8"),
    ],
)
def test_a_wrong_value_is_named_with_its_file_and_field(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "scanners.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidPublication) as caught:
        read_rules(tmp_path)
    assert str(caught.value).startswith("scanners.toml")
    assert said in str(caught.value)


def test_what_a_file_leaves_out_is_as_without_it() -> None:
    assert parse_rules({"version": "7"}) == Rules(version="7")


@pytest.mark.parametrize(
    ("network", "owner"),
    [
        ("40.94.16.0/24", "Microsoft"),
        ("40.96.1.0/24", ""),
        ("2a01:111:f400:7c00::/64", "Microsoft"),
        ("2a01:111:f500::/64", ""),
        ("67.231.152.0/24", "Proofpoint"),
        ("0.0.0.1/32", ""),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_a_network_is_found_by_what_is_kept_of_an_address(network: str, owner: str) -> None:
    assert RULES.network_name(network) == owner


def test_the_narrower_of_two_networks_tells_the_owner() -> None:
    both = [{"name": "wide", "cidrs": ["10.0.0.0/8"]}, {"name": "narrow", "cidrs": ["10.1.0.0/16"]}]
    rules = parse_rules({"version": "1", "networks": both})
    assert (rules.network_name("10.1.2.0/24"), rules.network_name("10.2.2.0/24")) == ("narrow", "wide")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", "Slack"),
        ("Mozilla/5.0 (compatible; BarracudaCentral)", "Barracuda"),
        ("curl/8.5.0", "a program"),
        ("Mozilla/5.0 (compatible; SomethingNew/1.0; +http://new.example)", "bot"),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36", ""),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1", ""),
        ("", ""),
    ],
)
def test_a_program_is_known_by_its_agent_and_a_telephone_is_none(agent: str, name: str) -> None:
    assert RULES.agent_name(agent) == name


def test_the_file_is_what_it_says_it_is() -> None:
    whole: dict[str, Any] = tomllib.loads((TEMPLATES / "scanners.toml").read_text(encoding="utf-8"))
    assert parse_rules(whole) == RULES
