"""Who opens the links of mails: mail scanners all of them within seconds, people one of them within hours.

Every visit asks API Gateway and Lambda to let it in, one by one. Those of one reader in `sample` are played by the real
function, with the real addresses of their mail; the others hold an execution for as long as a real visit lately took.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import import_module
from itertools import chain
from random import Random
from typing import Any

from cli.costs.prices import MB_OF_ONE_VCPU, WAIT_S
from newsletter.container import app
from newsletter.leads.visits.evidence import Evidence, VisitKind
from newsletter.platform.links.links import LinkClaims, LinkPurpose
from newsletter.platform.messages import Visited
from rehearsal import events
from rehearsal.limits.executions import Executions
from rehearsal.limits.front_door import FrontDoor
from rehearsal.site.http_api import Match, Router
from tests.bench.stack import PUBLIC_URL, memory_gb, stack
from tests.simulation.lambdas import Fleet
from tests.soak.clock import START
from tests.soak.lambdas import Context

SCANNED_WITHIN = 10.0
"""Seconds after the delivery within which a scanner has opened every link."""
HEADS = 0.2
"""The part of a scanner's requests that are HEAD."""
PEOPLE = 0.1
"""The part of readers who open a link themselves."""
HALF_LIFE = 40 * 60.0
"""Seconds after the delivery within which half of those have done so (assumed; the last ones come after hours)."""
STEP = 0.01
"""Seconds of the clock for which visits are gathered before they are looked at, in the order of their arrival."""
FIRST_GUESS = 0.03
"""Seconds that a visit takes, until one has been played."""
LINK = re.compile(r'href="([^"]*\{\{[^"]*)"')
CPU_S = 0.001
"""Seconds of CPU of a visit on one vCPU, which virtual time does not know. Of a click the bench measures 0.6 ms."""
LIKE_BROWSERS = 0.1
"""The part of scanners whose requests are those of a browser in every header (assumed)."""
SITE, CLICK = "PublicSite", "/c/{token}/{link}"

BROWSER = (
    ("user-agent", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36"),
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("accept-language", "fi-FI,fi;q=0.9"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-user", "?1"),
)
SCANNER = (("user-agent", "Mozilla/5.0 (compatible; MailScanner)"),)
SHOWN = {
    (method, browser): Evidence(method, dict(headers)["user-agent"], "198.51.100.0/24", dict(headers))
    for method in ("GET", "HEAD")
    for browser, headers in ((True, BROWSER), (False, SCANNER))
}
"""What a visit that is not played shows, by its method and whether it is like a browser's."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request: who makes it, and to which route; with `path` it is played."""

    person: bool
    match: Match
    method: str = "GET"
    path: str = ""
    browser: bool = True


@dataclass
class Seen:
    """What became of the visits. `answers` counts statuses of those that were played, by route; `seconds` is how long
    each of them took, by route, too.

    `turned_away` counts those that API Gateway or Lambda refused, by route and who it was.
    """

    visits: int = 0
    people: int = 0
    at_once: int = 0
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    turned_away: Counter[str] = field(default_factory=Counter)
    truth: dict[str, set[str]] = field(default_factory=dict)
    """Of readers who were played: `machine`, `person` or both, by subscriber and mailing (`subscriber mailing`)."""
    busiest: int = 0
    """Visits in the busiest second."""
    executed_s: float = 0.0
    """Seconds for which executions were busy with those that were let in."""

    @property
    def share_at_once(self) -> float:
        """Of people's visits, those that were led where they wanted to go."""
        return self.at_once / self.people if self.people else 1.0

    @property
    def p99(self) -> float:
        """Seconds; 0 where none was played."""
        ordered = sorted(chain.from_iterable(self.seconds.values()))
        return ordered[int(0.99 * (len(ordered) - 1))] if ordered else 0.0


class Visitors:
    """`scanned` is the share of readers behind a scanner; one reader in `sample` is played by real code."""

    def __init__(
        self, fleet: Fleet, door: Callable[[Callable[[], float]], FrontDoor], scanned: float, sample: int, draw: Random
    ) -> None:
        self.seen = Seen()
        self._fleet, self._scanned, self._sample, self._draw = fleet, scanned, sample, draw
        self._moment = 0.0
        self._door = door(lambda: self._moment)
        self._executions: Executions = fleet.executions
        self._router = Router(stack().functions)
        self._due: list[tuple[float, int, Visit]] = []
        self._ends: list[tuple[float, int]] = []
        self._idle: list[int] = []
        self._containers = 0
        self._lately: defaultdict[str, deque[float]] = defaultdict(lambda: deque([FIRST_GUESS], maxlen=500))
        self._numbers = self._readers = 0
        self._ticking = False
        self._links: dict[int, dict[str, Match]] = {}
        self._second, self._in_second = 0, 0
        self._cpu = CPU_S / min(1.0, memory_gb("public_site") * 1024 / MB_OF_ONE_VCPU)
        self._handle = import_module("public_site.handler").handle

    def delivered(self, request: dict[str, Any], entry: dict[str, Any], delay: float) -> None:
        """A mail of a SendBulkEmail reaches its mailbox after that time."""
        self._readers += 1
        values = entry["ReplacementEmailContent"]["ReplacementTemplate"]["ReplacementTemplateData"]
        links = self._links_of(request, values)
        played = {link: _filled(link, json.loads(values)) for link in links} if not self._readers % self._sample else {}
        arrives = self._fleet.clock.seconds + delay
        kinds: set[str] = set()
        if self._draw.random() < self._scanned:
            kinds.add("machine")
            browser = self._draw.random() < LIKE_BROWSERS
            for link, match in links.items():
                method = "HEAD" if self._draw.random() < HEADS else "GET"
                visit = Visit(False, match, method, browser=browser)  # noqa: FBT003 (no person)
                self._expect(arrives + self._draw.uniform(0.2, SCANNED_WITHIN), visit, played.get(link))
        if self._draw.random() < PEOPLE:
            kinds.add("person")
            link, match = next((link, match) for link, match in links.items() if match.route.path == CLICK)
            after = self._draw.expovariate(0.693 / HALF_LIFE)
            self._expect(arrives + after, Visit(True, match), played.get(link))  # noqa: FBT003 (a person)
        if kinds and played:
            self._remember(played.values(), kinds)

    def _links_of(self, request: dict[str, Any], values: str) -> dict[str, Match]:
        """The links of a mail and the routes they lead to, which are the same for all its recipients."""
        html = request["DefaultContent"]["Template"]["TemplateContent"]["Html"]
        found = self._links.get(hash(html))
        if found is None:
            found = {link: self._match(_filled(link, json.loads(values))) for link in LINK.findall(html)}
            self._links[hash(html)] = found
        return found

    def _match(self, address: str) -> Match:
        match = self._router.match("GET", _path(address))
        assert match is not None, address
        return match

    def _expect(self, at: float, visit: Visit, address: str | None) -> None:
        """Have the visit come at that time; the one to an `address` is played."""
        if address:
            visit = replace(visit, match=self._match(address), path=_path(address))
        self._numbers += 1
        heapq.heappush(self._due, (at, self._numbers, visit))
        if not self._ticking:
            self._ticking = True
            self._fleet.later(max(STEP, at - self._fleet.clock.seconds), self._tick)

    def _tick(self) -> None:
        now = self._fleet.clock.seconds
        while self._due and self._due[0][0] <= now:
            at, _, visit = heapq.heappop(self._due)
            self._comes(at, visit)
        self._release(now)
        coming = [due[0][0] for due in (self._due, self._ends) if due]
        self._ticking = bool(coming)
        if coming:
            self._fleet.later(max(STEP, min(coming) - now), self._tick)

    def _comes(self, at: float, visit: Visit) -> None:
        self._moment = at
        self._count(at, visit)
        if not self._door.lets_in(visit.match.route_key):
            self._refuse("API Gateway", visit)
            return
        self._release(at)
        if not self._executions.begin(SITE):
            self._refuse("Lambda", visit)
            return
        number = self._container()
        if visit.path:
            self._fleet.visit(number, partial(self._play, visit, number))
        else:
            took = self._takes(at, visit, number)
            heapq.heappush(self._ends, (at + took, number))
            self.seen.executed_s += took
            self.seen.at_once += visit.person

    def _container(self) -> int:
        """One that has nothing to do, or a new one; AWS does not say which of them a request gets."""
        if not self._idle:
            self._containers += 1
            return self._containers
        place = self._draw.randrange(len(self._idle))
        self._idle[place], self._idle[-1] = self._idle[-1], self._idle[place]
        return self._idle.pop()

    def _takes(self, at: float, visit: Visit, number: int) -> float:
        """Seconds of an execution that a visit needs which is not played."""
        if visit.match.route.path != CLICK:
            return self._draw.choice(self._lately[visit.match.route.path])
        shown = SHOWN[visit.method, visit.browser]
        told = Visited("", "", "", 0, VisitKind.LINK, "", int((START.timestamp() + at) * 1000), {})
        called = self._fleet.calls_for(number, told, shown)
        return self._cpu + (WAIT_S["sqs"] * self._draw.uniform(0.5, 1.5) if called else 0.0)

    def _count(self, at: float, visit: Visit) -> None:
        self.seen.visits += 1
        self.seen.people += visit.person
        if int(at) != self._second:
            self._second, self._in_second = int(at), 0
        self._in_second += 1
        self.seen.busiest = max(self.seen.busiest, self._in_second)

    def _refuse(self, by: str, visit: Visit) -> None:
        self.seen.turned_away[f"{'people' if visit.person else 'scanners'} by {by} at {visit.match.route.path}"] += 1

    def _release(self, now: float) -> None:
        while self._ends and self._ends[0][0] <= now:
            self._idle.append(heapq.heappop(self._ends)[1])
            self._executions.end(SITE)

    def _play(self, visit: Visit, number: int) -> None:
        began = self._fleet.clock.seconds
        headers = BROWSER if visit.browser else SCANNER
        source = f"203.0.113.{self._draw.randrange(250)}" if visit.person else f"198.51.100.{self._draw.randrange(250)}"
        request = events.Request(visit.method, visit.path, "", headers, b"", source)
        event = events.http(request, visit.match.route_key, visit.match.path_parameters, self._fleet.clock.now())
        try:
            answer = self._handle(event, Context(self._fleet.clock, began + visit.match.function.timeout))
        finally:
            # Virtual time does not know the CPU, for which the execution is busy, too.
            heapq.heappush(self._ends, (self._fleet.clock.seconds + self._cpu, number))
        took = self._fleet.clock.seconds - began + self._cpu
        self._lately[visit.match.route.path].append(took)
        self.seen.seconds[visit.match.route.path].append(took)
        self.seen.executed_s += took
        self.seen.answers[visit.match.route.path, answer["statusCode"]] += 1
        self.seen.at_once += visit.person and answer["statusCode"] == 302

    def _remember(self, addresses: Iterable[str], kinds: set[str]) -> None:
        click = next(address for address in addresses if "/c/" in address)
        token = click.removeprefix(f"{PUBLIC_URL}/c/").partition("/")[0]
        claims: LinkClaims = app.links.read(LinkPurpose.CLICK, token)
        self.seen.truth[f"{claims.subscriber} {claims.mailing}"] = kinds


def _path(address: str) -> str:
    return address.removeprefix(PUBLIC_URL).partition("?")[0]


def _filled(link: str, values: dict[str, str]) -> str:
    """The address that stands in the mail of one reader."""
    return re.sub(r"\{\{\{?(\w+)\}?\}\}", lambda found: values[found[1]], link)
