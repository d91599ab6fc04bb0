"""Asks DNS, by dnspython: MX, TXT and CNAME, which the standard library does not know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import dns.exception
import dns.resolver

from cli.doctor.finding import Unknown

R = TypeVar("R")
LIFETIME = 8.0
"""Seconds for one question, with all its tries."""
PORT = 53


class NoAnswer(Unknown):
    """No name server answered; the message says which were asked."""


class Resolver:
    """The name servers of this computer, or one that is named. Names are in lower case, without the dot at the end."""

    def __init__(self, server: str = "", port: int = PORT) -> None:
        self._server, self._port = server, port

    def texts(self, name: str) -> list[str]:
        """The TXT records, each put together (RFC 7208, 3.3); none where there is no such name. Raises NoAnswer."""
        return self._ask(name, "TXT", lambda each: b"".join(each.strings).decode("utf-8", "replace"))

    def exchanges(self, name: str) -> list[tuple[int, str]]:
        """Preference and name of each mail server, the best first. Raises NoAnswer."""
        return sorted(self._ask(name, "MX", lambda each: (int(each.preference), _plain(each.exchange))))

    def aliases(self, name: str) -> list[str]:
        """What the name is an alias of. Raises NoAnswer."""
        return self._ask(name, "CNAME", lambda each: _plain(each.target))

    def has_address(self, name: str) -> bool:
        """Whether it has an address, which takes mail where there is no MX (RFC 5321, 5.1). Raises NoAnswer."""
        return bool(self._ask(name, "A", str) or self._ask(name, "AAAA", str))

    def _ask(self, name: str, kind: str, read: Callable[[Any], R]) -> list[R]:
        # Made for each question: one that threads share keeps what another one is doing.
        resolver = dns.resolver.Resolver(configure=not self._server)
        if self._server:
            resolver.nameservers, resolver.port = [self._server], self._port
        try:
            return [read(each) for each in resolver.resolve(name, kind, search=False, lifetime=LIFETIME)]
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            asked = ", ".join(map(str, resolver.nameservers)) or "no name server is known here"
            message = f"DNS does not answer for {kind} of {name} ({type(error).__name__}; {asked})"
            raise NoAnswer(message, "run it where DNS answers, or with --resolver 1.1.1.1") from error


def _plain(name: Any) -> str:
    return str(name).rstrip(".").lower()
