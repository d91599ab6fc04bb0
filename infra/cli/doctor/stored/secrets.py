"""The secrets, and whether the pepper is the one that readers' ids were made with (its fingerprint)."""

from __future__ import annotations

from cli.checks import secret_parameters
from cli.doctor.finding import Finding, State, of_difference, together
from cli.doctor.place import Place
from newsletter.platform.aws.secrets_client import NAMES


def look(place: Place) -> Finding:
    """No value is ever shown."""
    found = []
    for where, message in secret_parameters.faults():
        one = of_difference(where.rpartition("/")[2], message, is_fault=True)
        short = one.message.endswith("; run `newsletter secrets init`")
        mend = f"newsletter secrets init {place.options}" if "secrets init" in (one.mend or one.message) else one.mend
        text = one.message.removesuffix("; run `newsletter secrets init`") if short else one.message
        found.append(Finding(State.FAULT, text, mend or f"newsletter secrets check {place.options}"))
    return together(
        found, f"{len(NAMES)} are there, and the pepper is the one that readers' ids were made with (docs/operate.md)"
    )
