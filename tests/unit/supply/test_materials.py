"""The bill of materials is CycloneDX by its own schema, says what is in the archives, and is the same twice."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from supply.licences import Rules
from supply.materials import Archive, bill
from supply.origins import Copied, trace
from supply.wheels import read_wheels
from tests.unit.supply.wheel_files import CRATES, make_wheel

RULES = Rules(("MIT", "MPL-2.0"), {}, {}, (Copied("boto", "boto/vendored/six.py", "six", "MIT"),))
AT = datetime(2026, 11, 28, 12, tzinfo=UTC)


def made(folder: Path) -> str:
    lock = folder / "lock.txt"
    lock.write_text(
        make_wheel(
            folder, "boto", {"boto/core.py": "", "boto/vendored/six.py": ""}, "License: MIT\nRequires-Dist: wire"
        )
        + make_wheel(folder, "wire", {"wire.abi3.so": "", "wire.pyi": ""}, bom=CRATES)
        + make_wheel(folder, "dns", {"dns/name.py": ""})
    )
    files = ["boto/core.py", "boto/vendored/six.py", "wire.abi3.so", "sender/handler.py"]
    shipped = trace(files, read_wheels(folder, lock), ["sender"], RULES.copied)
    archives = [
        Archive(
            "functions.zip", "11" * 32, shipped, {"boto/vendored/six.py": "44" * 32, "sender/handler.py": "55" * 32}
        ),
        Archive("templates.zip", "22" * 32, (), {"templates/pages/altcha.js": "33" * 32}),
    ]
    return bill("1.2.3", archives, RULES, AT)


def components(text: str) -> dict[str, Any]:
    return {each["name"]: each for each in json.loads(text)["components"]}


def test_the_bill_is_what_the_schema_of_cyclonedx_asks_for(tmp_path: Path) -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(made(tmp_path)) is None


def test_the_same_archives_have_the_same_bill(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    assert made(tmp_path) == made(tmp_path / "again")


def test_it_lists_what_is_there_with_licence_and_hash_and_nothing_that_was_left_out(tmp_path: Path) -> None:
    text = made(tmp_path)
    found = components(text)
    assert set(found) == {
        *("functions.zip", "templates.zip", "templates/pages/altcha.js"),
        *("boto", "wire", "six", "cssparser"),
    }
    lock = (tmp_path / "lock.txt").read_text()
    assert found["wire"]["hashes"][0]["content"] in lock
    assert found["wire"]["purl"] == "pkg:pypi/wire@1.0"
    assert found["six"]["hashes"] == [{"alg": "SHA-256", "content": "44" * 32}]
    assert found["cssparser"]["externalReferences"] == [{"type": "vcs", "url": "https://example.fi/cssparser"}]
    assert found["cssparser"]["licenses"] == [{"license": {"id": "MPL-2.0"}}]
    assert found["templates/pages/altcha.js"]["hashes"] == [{"alg": "SHA-256", "content": "33" * 32}]
    assert all("licenses" in each for each in found.values() if not each["name"].endswith(".zip"))


def test_it_says_what_needs_what(tmp_path: Path) -> None:
    needs = {each["ref"]: set(each.get("dependsOn", ())) for each in json.loads(made(tmp_path))["dependencies"]}
    assert needs["newsletter@1.2.3"] == {"functions.zip", "templates.zip"}
    assert needs["functions.zip"] == {"pkg:pypi/boto@1.0", "pkg:pypi/wire@1.0"}
    assert needs["pkg:pypi/boto@1.0"] == {"pkg:pypi/wire@1.0", "boto:boto/vendored/six.py"}
    assert needs["pkg:pypi/wire@1.0"] == {"pkg:cargo/cssparser@0.38.0"}


def test_it_names_the_version_and_the_moment_it_was_given(tmp_path: Path) -> None:
    metadata = json.loads(made(tmp_path))["metadata"]
    assert metadata["component"]["version"] == "1.2.3"
    assert metadata["timestamp"] == "2026-11-28T12:00:00+00:00"
