"""Values for a deployment, held against what template.yaml declares, before CloudFormation is asked for anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.target import REPOSITORY
from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.parameters import faults

TEMPLATE = "template.yaml"


def faults_of_parameters(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each parameter that CloudFormation would refuse; what is wrong with it, and what would be right.

    `given` are the values by their names, as in `parameter_overrides` of samconfig.toml; what is left out has its
    default.
    """
    for fault in faults(read_yaml(REPOSITORY / TEMPLATE, TEMPLATE), given):
        yield fault.name, fault.what
