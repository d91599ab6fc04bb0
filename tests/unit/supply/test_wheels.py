"""What a wheel says of itself is read as it stands, and one that the lock does not know is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from supply.wheels import BadMaterial, locked_hashes, read_wheels
from tests.unit.supply.wheel_files import CRATES, MIT, make_wheel

ROOT = Path(__file__).parents[3]


def test_a_wheel_has_the_files_texts_and_parts_that_are_in_it(tmp_path: Path) -> None:
    metadata = 'License-Expression: MIT\nRequires-Dist: six\nRequires-Dist: rich ; extra == "cli"'
    lock = tmp_path / "lock.txt"
    lock.write_text(make_wheel(tmp_path, "wire", {"wire/__init__.py": ""}, metadata, CRATES))
    (wheel,) = read_wheels(tmp_path, lock)
    assert (wheel.name, wheel.version, wheel.stated, [*wheel.requires]) == ("wire", "1.0", "MIT", ["six"])
    assert "wire/__init__.py" in wheel.files
    assert wheel.texts == {"wire-1.0.dist-info/licenses/LICENSE": MIT}
    (crate,) = wheel.parts
    assert (crate.name, crate.stated, crate.authors) == ("cssparser", "MPL-2.0", ("Simon",))
    assert crate.source == "https://example.fi/cssparser"


def test_a_wheel_whose_hash_is_not_locked_is_refused(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(make_wheel(tmp_path, "wire", {"wire.py": ""}))
    make_wheel(tmp_path, "wire", {"wire.py": "import os\n"})
    with pytest.raises(BadMaterial, match=r"wire-1\.0-py3-none-any\.whl: its hash is not in lock\.txt"):
        read_wheels(tmp_path, lock)


def test_a_locked_package_without_a_wheel_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(make_wheel(tmp_path, "wire", {"wire.py": ""}) + "other==2.0 \\\n    --hash=sha256:" + "0" * 64)
    with pytest.raises(BadMaterial, match="no wheel for Lambda of other"):
        read_wheels(tmp_path, lock)


def test_every_pin_of_the_deployed_lock_has_hashes() -> None:
    lock = (ROOT / "functions/requirements.txt").read_text("utf-8")
    hashes = locked_hashes(lock)
    pins = [line for line in lock.splitlines() if "==" in line.partition(";")[0]]
    assert len(hashes) == len(pins) > 20
    assert all(hashes.values())
