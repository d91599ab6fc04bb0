"""The bill of materials of what was built."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.template.stacks import ROOT

VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()) or "valid")
"""


def validated(bill: str) -> str:
    """`valid`, or the first fault, by every checker of formats that the tests have, IRIs among them."""
    done = subprocess.run(
        [sys.executable, "-c", VALIDATE], input=bill, capture_output=True, text=True, timeout=300, check=True
    )
    return done.stdout.strip()


@pytest.mark.usefixtures("built")
def test_the_bill_of_what_was_built_is_what_the_schema_of_cyclonedx_asks_for_with_every_address_well_formed() -> None:
    """The build holds it against the schema, and has no checker of IRIs, addresses and times: the tests have."""
    bill = (ROOT / "build/deployed/sbom.cdx.json").read_text("utf-8")
    assert validated(bill) == "valid"
    address = '"url": "https://'
    assert address in bill
    assert "iri-reference" in validated(bill.replace(address, '"url": "https://[', 1))
