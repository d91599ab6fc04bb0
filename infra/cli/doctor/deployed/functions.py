"""The functions: as the template has them, with its rights; and whether Lambda lets those loop that have to."""

from __future__ import annotations

from collections.abc import Iterator

from cli.checks.stack import functions_differences, physical_id
from cli.doctor.finding import Finding, fault, of_difference, together, warning
from cli.doctor.place import Place


def look(place: Place) -> Finding:
    """Settings, environment and rights."""
    place.not_local("Lambda")
    differences = functions_differences(place.deployed.wanted, place.client)
    return together(
        [of_difference(where, message, is_fault=is_fault) for where, message, is_fault in differences],
        f"{len(place.deployed.wanted.functions)} functions with the settings, environment and rights of template.yaml",
    )


def recursion(place: Place) -> Finding:
    """Lambda ends what it takes for an endless loop after 16 rounds; some queues of ours go round for longer."""
    place.not_local("Lambda")
    return together(_loops(place), "functions that put the next step on their own queue may, the others may not")


def _loops(place: Place) -> Iterator[Finding]:
    for function in place.deployed.wanted.functions:
        name = physical_id(place.stack, function.logical_id, place.client)
        found = place.client("lambda").get_function_recursion_config(FunctionName=name)["RecursiveLoop"]
        wanted = "Allow" if function.may_loop else "Terminate"
        command = f"aws lambda put-function-recursion-config --function-name {name} --recursive-loop {wanted}"
        if found == wanted:
            continue
        if function.may_loop:
            yield fault(f"Lambda would end {function.logical_id} after 16 rounds, in the middle of its work", command)
        else:
            yield warning(f"Lambda would not notice an endless loop of {function.logical_id}", command)
