"""The built template uploads the archives that were looked at, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from supply.upload import name_release, release_of, upload
from supply.wheels import BadMaterial

TEMPLATE = """Globals:
  Function:
    CodeUri: functions/
Resources:
  Templates:
      ContentUri: ../../templates
  Sender:
      CodeUri: Sender
  Planner:
      CodeUri: Planner
"""


def test_every_function_and_the_layer_upload_the_archives(tmp_path: Path) -> None:
    template = tmp_path / ".aws-sam/build/template.yaml"
    template.parent.mkdir(parents=True)
    template.write_text(TEMPLATE)
    for _ in range(2):  # a second build finds what the first wrote
        upload(template, ["Planner", "Sender"], tmp_path / "build/deployed")
        lines = template.read_text().splitlines()
        assert lines.count("      CodeUri: ../../build/deployed/functions.zip") == 2
        assert lines.count("      ContentUri: ../../build/deployed/templates.zip") == 1


def test_a_function_that_would_be_packed_otherwise_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(TEMPLATE)
    with pytest.raises(BadMaterial, match="2 functions of 3"):
        upload(template, ["Planner", "Sender", "Console"], tmp_path)
    assert template.read_text() == TEMPLATE


# --- the release -----------------------------------------------------------------------------------------------------

ALIAS = "Globals:\n  Function:\n    Description: Release unnamed\nResources:\n  X: { Description: Release of it }\n"


def a_tree(root: Path) -> Path:
    """A repository with what a release is made of; returns where its archives are."""
    (root / "infra").mkdir()
    (root / "deployed").mkdir()
    for name in ("template.yaml", "samconfig.toml", "deploy.prod.toml", "infra/storage.yaml", "other.toml"):
        (root / name).write_text(name)
    for name in ("functions.zip", "templates.zip"):
        (root / "deployed" / name).write_bytes(name.encode())
    return root / "deployed"


def test_a_release_is_named_however_often_the_template_is_built(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(ALIAS)
    for release in ("12" * 32, "ab" * 32):
        name_release(template, release)
        assert template.read_text() == ALIAS.replace("unnamed", release[:12])


def test_a_template_that_has_no_place_for_the_release_is_refused(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Globals: {}\n")
    with pytest.raises(BadMaterial, match="named 0 times"):
        name_release(template, "ab" * 32)


def test_the_same_tree_is_the_same_release(tmp_path: Path) -> None:
    archives = a_tree(tmp_path)
    assert release_of(tmp_path, archives, {}) == release_of(tmp_path, archives, {"PATH": "/bin", "STAGE": ""})


@pytest.mark.parametrize(
    "changed",
    [
        "template.yaml",
        "samconfig.toml",
        "deploy.prod.toml",
        "infra/storage.yaml",
        "deployed/functions.zip",
        "deployed/templates.zip",
        "other.toml",
    ],
)
def test_whatever_a_version_is_made_of_makes_another_release(tmp_path: Path, changed: str) -> None:
    archives = a_tree(tmp_path)
    variables = {"PARAMETERS": "other.toml"}
    before = release_of(tmp_path, archives, variables)
    (tmp_path / changed).write_text("something else")
    assert release_of(tmp_path, archives, variables) != before


@pytest.mark.parametrize("option", ["STAGE", "DEPLOY"])
def test_options_of_the_deployment_make_another_release(tmp_path: Path, option: str) -> None:
    archives = a_tree(tmp_path)
    assert release_of(tmp_path, archives, {option: "x"}) != release_of(tmp_path, archives, {})
