"""Every file of an archive comes from a wheel of the lock or from us, and what is gone is not claimed to be there."""

from __future__ import annotations

import pytest

from supply.origins import Copied, Shipped, of_others, trace
from supply.wheels import BadMaterial, Wheel


def wheel(name: str, *files: str) -> Wheel:
    held = frozenset({*files, f"{name}-1.0.dist-info/METADATA"})
    return Wheel(name, "1.0", f"{name}-1.0-py3-none-any.whl", "0" * 64, "MIT", frozenset(), held, {})


WIRE = wheel("wire", "wire/__init__.py", "wire/gone.py")
INFO = "wire-1.0.dist-info/METADATA"


def traced(*files: str, wheels: tuple[Wheel, ...] = (WIRE,), copied: tuple[Copied, ...] = ()) -> list[Shipped]:
    return trace(set(files), wheels, {"sender"}, copied)


def test_a_package_has_the_files_that_are_there_with_their_byte_code() -> None:
    code = "wire/__pycache__/__init__.cpython-313.pyc"
    (shipped,) = traced("wire/__init__.py", code, INFO, "sender/handler.py")
    assert shipped.files == {"wire/__init__.py", code, INFO}
    assert shipped.left_out == 1


def test_a_package_that_was_pruned_is_not_listed() -> None:
    assert [each.wheel.name for each in traced("wire/__init__.py", wheels=(WIRE, wheel("dns", "dns/name.py")))] == [
        "wire"
    ]


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (["wire/__init__.py", "wire/added.py"], r"wire/added\.py: of no wheel of the lock"),
        (["altcha.min.js"], r"altcha\.min\.js: of no wheel of the lock"),
        (["sender/__pycache__/old.cpython-313.pyc"], "byte code whose source is gone"),
        ([INFO], "wire: nothing of it is left but its metadata"),
    ],
)
def test_a_file_that_ought_not_to_be_there_stops_the_build(files: list[str], why: str) -> None:
    with pytest.raises(BadMaterial, match=why):
        traced(*files)


def test_copies_within_a_package_are_listed_as_they_are() -> None:
    holder = wheel("boto", "boto/__init__.py", "boto/vendored/six.py")
    entry = Copied("boto", "boto/vendored/six.py", "six", "MIT")
    (shipped,) = traced("boto/__init__.py", "boto/vendored/six.py", wheels=(holder,), copied=(entry,))
    assert shipped.copied == (entry,)
    with pytest.raises(BadMaterial, match=r"boto/vendored/six\.py looks like a copy"):
        traced("boto/__init__.py", "boto/vendored/six.py", wheels=(holder,))
    with pytest.raises(BadMaterial, match=r"nothing is at boto/vendored/six\.py any more"):
        traced("boto/__init__.py", wheels=(holder,), copied=(entry,))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("templates/pages/altcha.min.js", b"(()=>{})()"),
        ("templates/pages/altcha.js", b"/*! (c) Copyright 2026 Somebody */ let x;"),
        ("templates/pages/letters.woff2", b"\0"),
        ("templates/pages/style.css", b"/* @license MIT */"),
    ],
)
def test_a_script_of_others_among_the_templates_is_listed_or_stops_the_build(name: str, content: bytes) -> None:
    entry = Copied("templates", name, "altcha", "MIT")
    files = {name: content, "templates/pages/wait.html": b"Copyright of whoever publishes"}
    with pytest.raises(BadMaterial, match="looks like others' work"):
        of_others(files, ())
    assert of_others(files, (entry,)) == (entry,)
    with pytest.raises(BadMaterial, match="any more"):
        of_others({}, (entry,))


def test_our_own_scripts_are_ours() -> None:
    assert of_others({"templates/pages/altcha.js": b"// ours", "templates/pages/style.css": b"p {}"}, ()) == ()
