"""The built template uploads the archives that were looked at, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from supply.upload import upload
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
