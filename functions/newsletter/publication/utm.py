"""The table [links]: parameters that tell a website's statistics that a visitor came from a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import TomlTable

PARAMETERS = ("source", "medium", "campaign", "content", "term")
"""The names that Google Analytics and others know, without their `utm_`."""
MAX_VALUE = 100
PLACEHOLDER = re.compile(r"{[^{}]*}|[{}]")
MAILING = "{mailing}"
HOST = re.compile(r"(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+|localhost")


@dataclass(frozen=True)
class Utm:
    """`values` by parameter, in which MAILING stands for the mailing's id. `hosts` are those whose links get them; one
    that begins with `*.` stands for every host below it.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    hosts: tuple[str, ...] = ()

    def added_to(self, url: str, mailing: str) -> str:
        """The URL with the parameters that it does not have yet; as it is, where its host is none of ours.

        Everything else in it stays as it is spelled: they come after its own parameters and before its fragment.
        """
        if not self.values or not self._is_for(url):
            return url
        address, sign, fragment = url.partition("#")
        query = address.partition("?")[2]
        own = {each.partition("=")[0].lower() for each in query.split("&")}
        more = [
            f"utm_{name}={quote(value.replace(MAILING, mailing), safe='')}"
            for name, value in self.values.items()
            if f"utm_{name}" not in own
        ]
        glue = "?" if "?" not in address else "" if not query or query.endswith("&") else "&"
        return f"{address}{glue}{'&'.join(more)}{sign}{fragment}" if more else url

    def taken_from(self, url: str) -> str:
        """The URL without the parameters that `added_to` adds."""
        address, sign, fragment = url.partition("#")
        path, _, query = address.partition("?")
        names = {f"utm_{name}" for name in self.values}
        kept = "&".join(each for each in query.split("&") if each.partition("=")[0] not in names)
        return f"{path}{'?' * bool(kept)}{kept}{sign}{fragment}"

    def _is_for(self, url: str) -> bool:
        try:
            host = (urlsplit(url).hostname or "").lower()
        except ValueError:
            return False
        return any(host.endswith(each[1:]) if each.startswith("*.") else host == each for each in self.hosts)


NO_UTM = Utm()


def parse_links(table: TomlTable, site_url: str) -> Utm:
    """The table [links]; without `hosts` the parameters go on links to the site, with and without `www.`.

    Raises InvalidPublication.
    """
    own = (urlsplit(site_url).hostname or "").removeprefix("www.")
    hosts = table.lines("hosts") or (own, f"www.{own}")
    for host in hosts:
        if not HOST.fullmatch(host):
            raise InvalidPublication(table.path("hosts"), f"{host!r} is no host such as www.example.fi or *.example.fi")
    return Utm(table.table("utm", _values), hosts) if "utm" in table else NO_UTM


def _values(table: TomlTable) -> dict[str, str]:
    values = {name: table.line(name) for name in PARAMETERS if name in table}
    for name, value in values.items():
        if len(value) > MAX_VALUE:
            raise InvalidPublication(table.path(name), f"at most {MAX_VALUE} characters")
        if unknown := set(PLACEHOLDER.findall(value)) - {MAILING}:
            raise InvalidPublication(table.path(name), f"{min(unknown)!r} is unknown; {MAILING} is the mailing's id")
    if "source" not in values:
        raise InvalidPublication(table.path("source"), 'missing; e.g. "newsletter"')
    return values
