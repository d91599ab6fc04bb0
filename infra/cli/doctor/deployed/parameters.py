"""The stack against the publication: its state, and parameters that contradict publication.toml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cli.checks.stack import parameter_differences
from cli.doctor.finding import Finding, fault, of_difference, together, unknown, warning
from cli.doctor.place import Place
from newsletter.mailings.schedules import Cron, ExpressionError, parse
from newsletter.publication.read_publication import read_publication_file

CHANGING = frozenset({2, 3, 4})
"""Hours in which clocks are changed, so that a schedule may be skipped or come twice."""


def look(place: Place) -> Finding:
    """Also whether the publication can be read at all."""
    path = place.app.settings.templates / "publication.toml"
    publication, wrong = read_publication_file(path)
    found = [fault(f"{each.field}: {each.message}", "newsletter check") for each in wrong]
    if publication is None or found:
        return together(found or [fault(f"{path} cannot be read", "newsletter check")], "")
    if place.local:
        return unknown("publication.toml is right; the local cloud takes its parameters from it")
    deployed = place.deployed
    differences = parameter_differences(publication, deployed)
    found += [of_difference(where, message, is_fault=is_fault) for where, message, is_fault in differences]
    found += _doubtful(deployed.given, publication.time_zone.key)
    return together(found, f"{deployed.about['StackStatus']}, with the domain and time zone of publication.toml")


def _doubtful(given: Mapping[str, str], zone: str) -> Iterator[Finding]:
    if feed := given.get("FeedUrl", ""):
        right = 'set FeedUrl = "" in deploy.<stage>.toml, then make deploy'
        yield warning(f"the stack reads {feed} instead of the feeds of publication.toml", right)
    schedule = given.get("DigestSchedule", "")
    try:
        when = parse(schedule, zone)
    except ExpressionError:
        return  # one of those that EventBridge knows and we do not, such as the last day of a month
    if isinstance(when, Cron) and when.hours & CHANGING and len(when.hours) < 24:
        right = (
            'set DigestSchedule to another hour in deploy.<stage>.toml, e.g. "cron(0 8 ? * TUE *)", then make deploy'
        )
        yield warning(f"the digest goes out between 2 and 5 ({schedule}), where a change of clocks skips it", right)
