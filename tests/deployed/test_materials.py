"""The bill of materials of what was built."""

from __future__ import annotations

from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.template.stacks import ROOT


@pytest.mark.usefixtures("built")
def test_the_bill_of_what_was_built_is_what_the_schema_of_cyclonedx_asks_for_with_every_address_well_formed() -> None:
    """The build holds it against the schema, and has no checker of IRIs, addresses and times: the tests have."""
    text = Path(ROOT / "build/deployed/sbom.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
