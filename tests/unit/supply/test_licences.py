"""What we ship of others is under licences that we allow, and their texts go along."""

from __future__ import annotations

import pytest

from supply.licences import Rules, check, chosen, decide, notices, read_rules
from supply.origins import Copied, Shipped
from supply.wheels import BadMaterial, Part, Wheel

RULES = Rules(
    ("Apache-2.0", "MIT", "MPL-2.0"), {("old", "BSD License"): "MIT"}, {"bare": "Copyright Bare\n\nthe text"}, ()
)


def shipped(
    name: str, stated: str, *parts: Part, text: str = "the whole text", copied: tuple[Copied, ...] = ()
) -> Shipped:
    texts = {f"{name}.dist-info/LICENSE": text} if text else {}
    wheel = Wheel(name, "1.0", f"{name}.whl", "0" * 64, stated, frozenset(), frozenset(), texts, parts)
    return Shipped(wheel, frozenset(), copied)


OLD, BARE = shipped("old", "BSD License"), shipped("bare", "MIT", text="")


@pytest.mark.parametrize(
    ("expression", "taken"),
    [
        ("MIT", ("MIT",)),
        ("MIT OR Apache-2.0", ("Apache-2.0",)),
        ("Apache-2.0 OR GPL-2.0-only", ("Apache-2.0",)),
        ("GPL-2.0-only", ()),
        ("MIT AND GPL-3.0-or-later", ()),
        ("(MIT OR GPL-2.0-only) AND MPL-2.0", ("MIT", "MPL-2.0")),
        ("Apache-2.0 WITH LLVM-exception", ()),
    ],
)
def test_of_a_choice_the_first_that_is_allowed_is_taken(expression: str, taken: tuple[str, ...]) -> None:
    assert chosen(expression, RULES.allowed) == taken


@pytest.mark.parametrize(
    ("name", "stated", "why"),
    [
        ("copyleft", "AGPL-3.0-only", "AGPL-3.0-only is not in `allowed`"),
        ("silent", "", "silent states no licence"),
        ("vague", "BSD License", "read its text"),
        ("prose", "Do what you like with it (see LICENSE)", "read its text"),
    ],
)
def test_a_licence_that_nobody_allowed_stops_the_build(name: str, stated: str, why: str) -> None:
    with pytest.raises(BadMaterial, match=why):
        decide(name, stated, RULES)
    faults = list(check([shipped(name, stated), OLD, BARE], RULES))
    assert len(faults) == 1
    assert faults[0].startswith(f"{name} 1.0: ")


def test_what_was_read_once_holds_only_for_what_was_stated_then() -> None:
    assert decide("old", "BSD License", RULES) == "MIT"
    with pytest.raises(BadMaterial):
        decide("old", "GPL-3.0-only", RULES)


def test_parts_and_copies_are_held_against_the_list_too() -> None:
    part = Part("crate", "2.0", "GPL-3.0-only", purl="pkg:cargo/crate@2.0")
    copy = Copied("outer", "outer/vendored/lib.py", "lib", "EUPL-1.2")
    faults = "\n".join(check([shipped("outer", "MIT", part, copied=(copy,)), OLD, BARE], RULES))
    assert "crate states the licence 'GPL-3.0-only'" in faults
    assert "lib states the licence 'EUPL-1.2'" in faults


def test_a_wheel_without_a_text_and_an_entry_without_a_package_are_named() -> None:
    faults = list(check([shipped("mute", "MIT", text=""), OLD], RULES))
    assert [fault.partition(": ")[0] for fault in faults] == ["mute 1.0", "licences.toml"]
    assert "bare is not shipped any more" in faults[1]


def test_the_file_of_licences_has_every_package_with_its_text_and_its_parts() -> None:
    part = Part(
        "crate", "2.0", "MIT OR Apache-2.0", ("A. Author",), "pkg:cargo/crate@2.0", source="https://example.fi/crate"
    )
    text = notices([BARE, shipped("outer", "MPL-2.0", part), OLD], RULES)
    assert "bare 1.0: MIT\nouter 1.0: MPL-2.0\nold 1.0: MIT\n" in text
    assert "crate 2.0: MIT OR Apache-2.0, taken as Apache-2.0\n    by A. Author\n    https://example.fi/crate\n" in text
    assert text.count("the whole text") == 2
    assert "Copyright Bare\n\nthe text" in text
    assert "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION" in text


def test_what_lies_among_the_templates_is_in_the_file_too() -> None:
    text = notices([OLD], RULES, [Copied("templates", "templates/pages/altcha.min.js", "altcha", "MIT")])
    assert "altcha in templates/pages/altcha.min.js: MIT\n" in text
    assert "Permission is hereby granted" in text


def test_the_list_of_the_repository_is_one_that_spdx_knows() -> None:
    rules = read_rules()
    assert not {key for key in rules.allowed if "GPL" in key}
    for name, stated in rules.stated:
        decide(name, stated, rules)
    for copied in rules.copied:
        decide(copied.name, copied.licence, rules)
