"""Bursts: many links opened within seconds, as scanners do. Finding them takes n log n for n visits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from newsletter.leads.visits.rules import BurstSize, Rules

T = TypeVar("T")
NETWORKS_AT_ONCE = 3
"""Requests within seconds from so many networks were not made by one person, whatever each of them looks like. There
must also be a network for every two links: a burst of one network and a person beside it are not one burst."""
AT_ONCE = 10.0
"""Seconds within which requests from several networks count as at once."""

Source = tuple[str, str]
"""Network and user agent."""


class Opened(NamedTuple):
    """A link that was opened. `at` and `since` are seconds: on any one clock, and since delivery (None: not known).

    `known`: by itself it is a program's request.
    """

    at: float
    since: float | None
    link: str
    source: Source
    known: bool


@dataclass
class Bursts:
    """`certain` are the positions (in what was given) of requests of bursts, with the links and seconds of theirs;
    `likely` are those of what may have been a burst or an eager person.
    """

    certain: dict[int, tuple[int, float]] = field(default_factory=dict)
    likely: dict[int, tuple[int, float]] = field(default_factory=dict)


def find_bursts(opened: Sequence[Opened], rules: Rules) -> Bursts:
    """The bursts among requests in the order of time."""
    found = Bursts()
    by_network = _by(opened, lambda each: each.source[0])
    by_agent = _by(opened, lambda each: each.source[1])
    sizes = sorted(rules.bursts, key=lambda size: not size.certain)
    for group in {tuple(group): group for group in [*by_network.values(), *by_agent.values()]}.values():
        _look(opened, group, sizes, rules, found)
    if len(by_network) >= NETWORKS_AT_ONCE:
        quick = [size for size in sizes if size.seconds <= AT_ONCE]
        _look(opened, range(len(opened)), quick, rules, found, networks=NETWORKS_AT_ONCE)
    return found


def _by(opened: Sequence[Opened], key: Callable[[Opened], str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for position, each in enumerate(opened):
        groups.setdefault(key(each), []).append(position)
    return groups


def _look(
    opened: Sequence[Opened],
    group: Sequence[int],
    sizes: Sequence[BurstSize],
    rules: Rules,
    found: Bursts,
    networks: int = 1,
) -> None:
    """Mark the bursts of these sizes in the group. Once all of it is marked as certain, nothing can be added."""
    members = [opened[position] for position in group]
    different = len({each.link for each in members})
    for size in sizes:
        if different < size.links:
            continue
        for first, last in _spans(members, size, networks):
            _mark(group, members, (first, last), found, certain=size.certain, soon=rules.soon)
            if last - first + 1 == len(group) and group[first] in found.certain:
                return


def _mark(
    group: Sequence[int],
    members: Sequence[Opened],
    span: tuple[int, int],
    found: Bursts,
    *,
    certain: bool,
    soon: float,
) -> None:
    first, last = span
    within = members[first : last + 1]
    begins = within[0].since
    certain = certain or (begins is not None and begins <= soon) or any(each.known for each in within)
    told = len({each.link for each in within}), within[-1].at - within[0].at
    marked = found.certain if certain else found.likely
    for position in group[first : last + 1]:
        if position not in marked or marked[position] < told:
            marked[position] = told


def _spans(members: Sequence[Opened], size: BurstSize, networks: int) -> Iterator[tuple[int, int]]:
    """Stretches in which each request is in a window of the size, those that overlap as one."""
    if networks == 1 and members[-1].at - members[0].at <= size.seconds:
        yield 0, len(members) - 1
        return
    links: dict[str, int] = {}
    sources: dict[str, int] = {}
    start = 0
    span: tuple[int, int] | None = None
    for end, each in enumerate(members):
        links[each.link] = links.get(each.link, 0) + 1
        if networks > 1:
            sources[each.source[0]] = sources.get(each.source[0], 0) + 1
        while each.at - members[start].at > size.seconds:
            _less(links, members[start].link)
            if networks > 1:
                _less(sources, members[start].source[0])
            start += 1
        if len(links) < size.links or (networks > 1 and len(sources) < max(networks, len(links) / 2)):
            continue
        if span and start <= span[1]:
            span = span[0], end
            continue
        if span:
            yield span
        span = start, end
    if span:
        yield span


def _less(counts: dict[str, int], key: str) -> None:
    if counts[key] == 1:
        del counts[key]
    else:
        counts[key] -= 1


Times = dict[T, list[float]]
"""When something was seen, in the order of time."""


class Marked:
    """Requests that mark others like them: when they came, by source, network and agent."""

    def __init__(self) -> None:
        self.sources: Times[Source] = {}
        self.networks: Times[str] = {}
        self.agents: Times[str] = {}

    def add(self, source: Source, at: float) -> None:
        """In the order of time."""
        self.sources.setdefault(source, []).append(at)
        self.networks.setdefault(source[0], []).append(at)
        self.agents.setdefault(source[1], []).append(at)


def near(times: Times[T], key: T, at: float, seconds: float) -> bool:
    """Whether it was seen at most so many seconds before or after."""
    seen = times.get(key)
    if not seen:
        return False
    after = bisect_left(seen, at)
    return (after < len(seen) and seen[after] - at <= seconds) or (after > 0 and at - seen[after - 1] <= seconds)
