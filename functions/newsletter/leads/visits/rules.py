"""By what programs are known among the visitors of our links: thresholds, agents and networks of scanners.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from ipaddress import IPv6Address, ip_network
from pathlib import Path
from typing import Any

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import TomlTable

FILE = "scanners.toml"
BUILT_IN = "built-in"
"""The version of the rules without the file."""
KEPT = {4: 24, 6: 64}
"""Prefix length, by IP version, of the networks that are kept of addresses (readers/signup/networks.py)."""
WIDEST = {4: 8, 6: 24}
"""Nobody's scanners have more."""
LEAST_TEXT = 4
"""Characters of a text to look for in an agent; shorter ones are in the names of telephones and browsers."""
HEADERS = ("purpose", "sec-purpose", "x-purpose")
MOST = 500
"""Texts of agents, and networks."""
REMEMBERED = 2_000
"""Agents and networks whose names are remembered: most visitors have one of few browsers."""


@dataclass(frozen=True)
class BurstSize:
    """So many different links within so many seconds. `certain`: no person does that."""

    links: int
    seconds: float
    certain: bool


DEFAULT_BURSTS = (
    BurstSize(3, 1.5, certain=True),
    BurstSize(8, 10, certain=True),
    BurstSize(2, 0.7, certain=False),
    BurstSize(4, 5, certain=False),
    BurstSize(6, 20, certain=False),
    BurstSize(10, 120, certain=False),
)
DEFAULT_AGENTS = {"headlesschrome": "a browser without a window"}
DEFAULT_PREFETCH = dict.fromkeys(HEADERS, ("prefetch", "prerender", "preview"))


@dataclass(frozen=True)
class Rules:
    """What scanners.toml says; each of its fields is explained there. Times are in seconds.

    `agents` gives the name of a program for a text in its User-Agent (lower case), `networks` the name of an owner for
    a network in CIDR notation.
    """

    version: str = BUILT_IN
    too_soon: float = 5
    soon: float = 60
    near_burst: float = 60
    least_page_age: float = 1
    dwell: float = 2
    bursts: tuple[BurstSize, ...] = DEFAULT_BURSTS
    prefetch: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: DEFAULT_PREFETCH)
    agents: Mapping[str, str] = field(default_factory=lambda: DEFAULT_AGENTS)
    networks: Mapping[str, str] = field(default_factory=dict)

    def agent_name(self, user_agent: str) -> str:
        """Which known program it is; empty for every other."""
        return self._agent_names(user_agent)

    def network_name(self, network: str) -> str:
        """Whose scanners the network of an address belongs to; empty for every other and for what is no network."""
        return self._network_names(network)

    @cached_property
    def _agent_names(self) -> Callable[[str], str]:
        return lru_cache(REMEMBERED)(self._find_agent)

    @cached_property
    def _network_names(self) -> Callable[[str], str]:
        return lru_cache(REMEMBERED)(self._find_network)

    def _find_agent(self, user_agent: str) -> str:
        found = self._agent_pattern.search(user_agent.lower()) if self.agents else None
        return self.agents[found[0]] if found else ""

    def _find_network(self, network: str) -> str:
        try:
            number, bits = _number(network.partition("/")[0])
        except ValueError:
            return ""
        for prefix, owners in self._owners.get(bits, {}).items():
            if owner := owners.get(number >> (bits - prefix)):
                return owner
        return ""

    @cached_property
    def _agent_pattern(self) -> re.Pattern[str]:
        """The longest text first, so that a program's own name is found before the kind of program."""
        return re.compile("|".join(map(re.escape, sorted(self.agents, key=lambda text: (-len(text), text)))))

    @cached_property
    def _owners(self) -> Mapping[int, Mapping[int, Mapping[int, str]]]:
        """By bits of an address and length of the prefix, the owner of each prefix; the longest prefixes first."""
        owners: dict[int, dict[int, dict[int, str]]] = {}
        networks = {ip_network(cidr): owner for cidr, owner in self.networks.items()}
        for network, owner in sorted(networks.items(), key=lambda known: -known[0].prefixlen):
            bits = network.max_prefixlen
            by_prefix = owners.setdefault(bits, {}).setdefault(network.prefixlen, {})
            by_prefix[int(network.network_address) >> (bits - network.prefixlen)] = owner
        return owners


def read_rules(folder: Path) -> Rules:
    """The rules of scanners.toml in a folder like templates/; the default ones if it has no such file.

    Raises InvalidPublication, whose field begins with the name of the file.
    """
    path = folder / FILE
    try:
        return parse_rules(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Rules()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InvalidPublication(FILE, f"not TOML in UTF-8: {fault}") from None
    except InvalidPublication as fault:
        raise InvalidPublication(f"{FILE}: {fault.field}", fault.message) from None


def parse_rules(data: Mapping[str, Any]) -> Rules:
    """The rules from the parsed TOML. What it leaves out is as in the default rules, but for `version`.

    Raises InvalidPublication that names the first wrong value.
    """
    root = TomlTable(data)
    default = Rules()
    seconds = root.table("seconds", _seconds) if "seconds" in root else {}
    rules = Rules(
        version=root.line("version"),
        bursts=root.each("bursts", _burst_size) or default.bursts,
        prefetch=root.table("prefetch", _prefetch) if "prefetch" in root else default.prefetch,
        agents=_once("agents", root.each("agents", _agents)) or default.agents,
        networks=_once("networks", root.each("networks", _networks)),
        **seconds,
    )
    root.refuse_leftovers()
    if rules.version == BUILT_IN:
        raise InvalidPublication("version", f"{BUILT_IN!r} is the name of the rules without a file; give another one")
    if rules.dwell < rules.least_page_age:
        raise InvalidPublication("seconds.dwell", "not less than least_page_age")
    return rules


def _seconds(table: TomlTable) -> dict[str, float]:
    default = Rules()
    return {
        "too_soon": table.decimal("too_soon", 0, 60, default.too_soon),
        "soon": table.decimal("soon", 0, 3600, default.soon),
        "near_burst": table.decimal("near_burst", 0, 3600, default.near_burst),
        "least_page_age": table.decimal("least_page_age", 0, 10, default.least_page_age),
        "dwell": table.decimal("dwell", 0, 60, default.dwell),
    }


def _burst_size(table: TomlTable) -> BurstSize:
    return BurstSize(
        links=table.number("links", 2, 100),
        seconds=table.decimal("seconds", 0.1, 600),
        certain=table.yes_no("certain", default=False),
    )


def _prefetch(table: TomlTable) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(text.lower() for text in table.lines(name)) for name in HEADERS}


def _agents(table: TomlTable) -> dict[str, str]:
    name, texts = table.line("name"), table.lines("contains")
    if not texts:
        raise InvalidPublication(table.path("contains"), "name at least one text")
    for text in texts:
        if len(text) < LEAST_TEXT:
            raise InvalidPublication(table.path("contains"), f"{text!r} is too short: at least {LEAST_TEXT} characters")
    return {text.lower(): name for text in texts}


def _networks(table: TomlTable) -> dict[str, str]:
    name, cidrs = table.line("name"), table.lines("cidrs")
    if not cidrs:
        raise InvalidPublication(table.path("cidrs"), "name at least one network")
    return {_checked(table.path("cidrs"), cidr): name for cidr in cidrs}


def _checked(path: str, cidr: str) -> str:
    try:
        network = ip_network(cidr)
    except ValueError as fault:
        raise InvalidPublication(path, f"no network such as 192.0.2.0/24: {fault}") from None
    if network.prefixlen > KEPT[network.version]:
        kept = KEPT[network.version]
        raise InvalidPublication(path, f"{cidr} is narrower than the /{kept} that is kept of an address; give that")
    if network.prefixlen < WIDEST[network.version]:
        raise InvalidPublication(path, f"{cidr} is wider than /{WIDEST[network.version]}, so most of it is not theirs")
    return str(network)


def _number(address: str) -> tuple[int, int]:
    """The address as a number, and its bits. Raises ValueError. IPv4 is read here: ip_address takes ten times as long,
    and a trace can have thousands of networks."""
    octets = address.split(".")
    if len(octets) == 4:
        number = 0
        for octet in octets:
            number = number << 8 | int(octet) & 255
        return number, 32
    return int(IPv6Address(address)), 128


def _once(where: str, tables: tuple[dict[str, str], ...]) -> dict[str, str]:
    """All tables in one. Raises InvalidPublication for what stands in two of them."""
    whole: dict[str, str] = {}
    for table in tables:
        for key, name in table.items():
            if key in whole:
                raise InvalidPublication(where, f"{key!r} is there twice, of {whole[key]} and of {name}")
            whole[key] = name
    if len(whole) > MOST:
        raise InvalidPublication(where, f"at most {MOST}")
    return whole
