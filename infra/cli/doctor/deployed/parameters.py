"""The stack against the publication: its state, and parameters that contradict publication.toml."""

from __future__ import annotations

from cli.checks.stack import parameter_differences
from cli.doctor.finding import Finding, fault, of_difference, together, unknown
from cli.doctor.place import Place
from newsletter.publication.read_publication import read_publication_file


def look(place: Place) -> Finding:
    """Also whether the publication can be read at all."""
    path = place.app.settings.templates / "publication.toml"
    publication, wrong = read_publication_file(path)
    found = [fault(f"{each.field}: {each.message}", "newsletter check") for each in wrong]
    if publication is None or found:
        return together(found or [fault(f"{path} cannot be read", "newsletter check")], "")
    if place.local:
        return unknown("publication.toml is right; the local cloud takes its parameters from it")
    differences = parameter_differences(publication, place.deployed)
    return together(
        (of_difference(where, message, is_fault=is_fault) for where, message, is_fault in differences),
        f"{place.deployed.about['StackStatus']}, with the domain and time zone of publication.toml",
    )
