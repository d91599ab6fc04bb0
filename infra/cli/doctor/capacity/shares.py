"""Whether the stacks of the account share SES's rate, and do not take more of it together than there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.doctor.capacity.classes import PARAMETER
from cli.doctor.finding import Finding, fine, warning
from cli.doctor.place import Client, Place

SHARE = "RateShare"


def look(place: Place) -> Finding:
    """The parameter of every stack of this product in the account and region."""
    if place.local:
        return fine("the local cloud is alone with its SES")
    return judge(dict(_shares(place.client)))


def judge(shares: Mapping[str, float]) -> Finding:
    """What the shares by stack come to."""
    together = sum(shares.values())
    said = ", ".join(f"{stack} {share:g}" for stack, share in sorted(shares.items()))
    if together <= 1.001:
        return fine(f"of SES's rate in this region: {said}")
    return warning(
        f"of SES's rate in this region: {said}, together {together:g}: when all send at once, SES refuses mails",
        f"set {SHARE} in deploy.<stage>.toml of each stack so that they come to 1, and run `make deploy` for each",
    )


def _shares(client: Client) -> Iterator[tuple[str, float]]:
    """Name and share of each stack; one of a version without the parameter takes all of it."""
    token: dict[str, Any] = {}
    while True:
        answer = client("cloudformation").describe_stacks(**token)
        for stack in answer["Stacks"]:
            given = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
            if PARAMETER in given and "ParentId" not in stack:
                yield stack["StackName"], float(given.get(SHARE, 1))
        if "NextToken" not in answer:
            return
        token = {"NextToken": answer["NextToken"]}
