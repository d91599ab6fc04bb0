"""GET on the public web for addresses that others chose: only public networks, within limits, every fault named.

A name is resolved once and the connection goes to the very address that was checked, so that a name which points to a
private network a moment later (DNS rebinding) reaches nothing. Each redirect is a new address and is checked anew.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Thread, Timer
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from newsletter.domain.errors import NewsletterError

if TYPE_CHECKING:
    from urllib3 import HTTPResponse
    from urllib3.connection import HTTPConnection

MAX_REDIRECTS = 5
MAX_URL = 2_000
CHUNK = 65_536
ADDRESSES_TRIED = 3
"""Of a name with many addresses."""
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""IPv6 that carries an IPv4 address in its last 32 bits (RFC 6052, RFC 4291)."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOR_GOOD = frozenset({301, 308})


class WebFault(NewsletterError):
    """Why a page could not be had, for a person."""


@dataclass(frozen=True)
class WebAnswer:
    """What came back from `url`; `moved` when all redirects on the way there were for good.

    Names of headers are in lower case.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    moved: bool = False


@dataclass(frozen=True)
class _Place:
    """Where a URL leads, its addresses checked."""

    url: str
    parts: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...] = field(repr=False)


class PublicWeb:
    """Fetches pages; `allow_loopback` (the local cloud) adds this machine to the public web and nothing else."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback

    def get(self, url: str, headers: Mapping[str, str], *, most_bytes: int, seconds: float) -> WebAnswer:
        """The answer to a GET, after redirects: at most `most_bytes` when unpacked, `seconds` for all of it together.

        Raises WebFault.
        """
        deadline = monotonic() + seconds
        asked, moved = url, True
        for _ in range(MAX_REDIRECTS + 1):
            place = self._place(url, deadline)
            answer = _fetched(place, headers, most_bytes, deadline)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not location:
                return WebAnswer(answer.status, answer.headers, answer.body, url, moved and url != asked)
            moved = moved and answer.status in FOR_GOOD
            try:
                url = urljoin(url, location)
            except ValueError:
                raise WebFault(f"redirected to {location[:100]!r}, which is no address") from None
        raise WebFault(f"more than {MAX_REDIRECTS} redirects")

    def _place(self, url: str, deadline: float) -> _Place:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
            host = host if host.isascii() else host.encode("idna").decode()
        except ValueError as error:
            raise WebFault(f"no address of the web ({error})") from error
        if parts.scheme not in ("http", "https"):
            raise WebFault(f"{parts.scheme or 'no'}: is not http or https")
        if not host or len(url) > MAX_URL or not url.isprintable() or " " in url:
            raise WebFault("no address of the web")
        if parts.username is not None or parts.password is not None:
            raise WebFault("a name or password in the address is not supported")
        port = port or (443 if parts.scheme == "https" else 80)
        addresses = _resolved(host, port, deadline)
        for address in addresses:
            if not self._is_allowed(address):
                raise WebFault(f"{host} leads to {address}, which is not on the public internet")
        return _Place(url, parts, host, port, addresses[:ADDRESSES_TRIED])

    def _is_allowed(self, address: str) -> bool:
        ip = _unwrapped(ip_address(address.partition("%")[0]))
        if ip.is_loopback:
            return self._allow_loopback
        old = isinstance(ip, IPv6Address) and ip.is_site_local
        return ip.is_global and not (old or ip.is_multicast or ip.is_reserved or ip.is_link_local)


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address where an IPv6 one only carries it: what is reached is that one."""
    if isinstance(ip, IPv4Address) or ip.is_loopback or ip.is_unspecified:
        return ip
    if any(ip in network for network in TRANSLATED):
        return IPv4Address(ip.packed[12:])
    teredo = ip.teredo
    return ip.ipv4_mapped or ip.sixtofour or (teredo[1] if teredo else ip)


def _resolved(host: str, port: int, deadline: float) -> tuple[str, ...]:
    """The addresses of a name. getaddrinfo knows no timeout, so it runs beside us and is left behind if late."""
    found: list[str] = []
    faults: list[Exception] = []

    def resolve() -> None:
        try:
            lines = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.extend(dict.fromkeys(str(line[4][0]) for line in lines))
        except (OSError, UnicodeError) as error:
            faults.append(error)

    beside = Thread(target=resolve, daemon=True)
    beside.start()
    beside.join(_left(deadline))
    if beside.is_alive():
        raise WebFault(f"the name {host} was not resolved in time")
    if faults or not found:
        raise WebFault(f"there is no host {host}")
    return tuple(found)


def _fetched(place: _Place, headers: Mapping[str, str], most_bytes: int, deadline: float) -> WebAnswer:
    import urllib3

    fault: Exception | None = None
    for address in place.addresses:
        connection = _connection(place, address, deadline)
        with _cut_off(connection, deadline):
            try:
                connection.connect()
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                fault = error
                continue
            try:
                return _answered(connection, place, headers, most_bytes, deadline)
            except WebFault:
                raise
            except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
                _left(deadline)
                raise WebFault(f"the connection broke ({type(error).__name__})") from error
    _left(deadline)
    raise WebFault(f"no connection to {place.host} ({_why(fault)})") from fault


def _connection(place: _Place, address: str, deadline: float) -> HTTPConnection:
    """To the checked address; a certificate is asked for the name."""
    from urllib3.connection import HTTPConnection, HTTPSConnection

    timeout = _left(deadline)
    if place.parts.scheme == "http":
        return HTTPConnection(address, place.port, timeout=timeout)
    return HTTPSConnection(
        address,
        place.port,
        timeout=timeout,
        cert_reqs="CERT_REQUIRED",
        server_hostname=place.host,
        assert_hostname=place.host,
    )


@contextmanager
def _cut_off(connection: HTTPConnection, deadline: float) -> Iterator[None]:
    """Shuts the socket at the deadline: a server that sends a byte a second never runs into a timeout of reading."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(_left(deadline), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        connection.close()


def _answered(
    connection: HTTPConnection, place: _Place, headers: Mapping[str, str], most_bytes: int, deadline: float
) -> WebAnswer:
    target = (place.parts.path or "/") + (f"?{place.parts.query}" if place.parts.query else "")
    sent = {"accept-encoding": "gzip, deflate", "user-agent": "newsletter", **headers, "host": _host_header(place)}
    connection.request("GET", target, headers=sent, preload_content=False, decode_content=True)
    response = connection.getresponse()
    told = {name.lower(): value for name, value in response.headers.items()}
    if response.status in REDIRECTS:
        return WebAnswer(response.status, told, b"", place.url)
    return WebAnswer(response.status, told, _body(response, most_bytes, deadline), place.url)


def _body(response: HTTPResponse, most_bytes: int, deadline: float) -> bytes:
    """The unpacked body, bit by bit: a small file may unpack to any size."""
    body = bytearray()
    for chunk in response.stream(CHUNK, decode_content=True):
        body += chunk
        if len(body) > most_bytes:
            raise WebFault(f"larger than {most_bytes} bytes")
        _left(deadline)
    _left(deadline)  # what was cut off may look like the end
    return bytes(body)


def _host_header(place: _Place) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = 443 if place.parts.scheme == "https" else 80
    return host if place.port == usual else f"{host}:{place.port}"


def _left(deadline: float) -> float:
    """Seconds left; raises WebFault when there are none."""
    left = deadline - monotonic()
    if left <= 0:
        raise WebFault("no whole answer in time")
    return left


def _why(fault: Exception | None) -> str:
    """The kind of fault: messages of urllib3 name our own side of the connection."""
    reason = getattr(fault, "__cause__", None) or fault
    return getattr(reason, "strerror", None) or type(reason).__name__
