"""One HTTP request and its answer, within a deadline and a size that the other server cannot extend.

A timeout of a socket is for one read, so a server that sends a byte a second never exceeds it. Here a timer shuts down
the socket at the deadline, whatever is reading from it: the connection, the response or the unpacking of its body.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Thread, Timer
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from newsletter.platform.errors import NewsletterError
from newsletter.platform.web.address import ascii_address
from newsletter.platform.words.said import say

if TYPE_CHECKING:
    from urllib3 import HTTPResponse
    from urllib3.connection import HTTPConnection

MAX_URL = 2_000
CHUNK = 65_536
ADDRESSES_TRIED = 3
"""So many addresses of a host are tried."""
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PACKINGS = {"br": "Brotli", "zstd": "Zstandard", "compress": "compress", "dcb": "Brotli", "dcz": "Zstandard"}
"""Content codings that no Python we run on can unpack without another package; no request of ours asks for them."""
NO_PACKINGS = frozenset({"none", "utf-8", "utf8", "iso-8859-1", "8bit", "binary"})
"""What servers that are not set up well call a body as it is."""
IN_TIME = say("no whole answer in time")


class WebFault(NewsletterError):
    """There is no answer; the message tells a person why."""


@dataclass(frozen=True)
class Exchanged:
    """What came back: names of headers in lower case, the body unpacked (empty for a redirect, or not read)."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Place:
    """Where a URL leads, and the addresses of its host."""

    url: str
    parts: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...] = field(repr=False)


def place_of(url: str, deadline: float) -> Place:
    """Take an http(s) address apart and resolve its host, until `deadline` (monotonic seconds). Raises WebFault."""
    try:
        parts = urlsplit(ascii_address(url))
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise WebFault(say("no address of the web ({why})", why=str(error))) from error
    if parts.scheme not in ("http", "https"):
        raise WebFault(say("{scheme}: is not http or https", scheme=parts.scheme or "no"))
    if not host or len(url) > MAX_URL or not url.isprintable() or " " in url:
        raise WebFault(say("no address of the web"))
    if parts.username is not None or parts.password is not None:
        raise WebFault(say("a name or password in the address is not supported"))
    port = port or (443 if parts.scheme == "https" else 80)
    return Place(url, parts, host, port, _resolved(host, port, deadline))


def exchange(
    place: Place,
    headers: Mapping[str, str],
    *,
    most_bytes: int | None,
    deadline: float,
    method: str = "GET",
    body: bytes | None = None,
    cut: bool = False,
) -> Exchanged:
    """Send a request and read its answer, of at most `most_bytes` when unpacked, until `deadline` (monotonic seconds).

    With None for `most_bytes` the body is not read: what counts is the status. With `cut`, a longer body is cut there
    instead of refused, and one that breaks off, comes too late or cannot be unpacked is what came of it.
    The next address of the host is tried only where no connection came about, so nothing is sent twice. Redirects are
    answers like others. Raises WebFault.
    """
    import urllib3

    fault: Exception | None = None
    for address in place.addresses[:ADDRESSES_TRIED]:
        connection = _connection(place, address, deadline)
        with _cut_off(connection, deadline) as timer:
            try:
                connection.connect()
                timer.socket = connection.sock
            except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
                fault = error
                continue
            try:
                connection.request(
                    method, _target(place), body, _sent(place, headers), preload_content=False, decode_content=True
                )
                with closing(connection.getresponse()) as response:
                    return _answered(response, most_bytes, deadline, cut=cut)
            except WebFault:
                raise
            except urllib3.exceptions.DecodeError as error:
                left(deadline)
                raise WebFault(say("the answer cannot be unpacked, though it says how it is packed")) from error
            except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
                left(deadline)
                raise WebFault(say("the connection broke ({kind})", kind=type(error).__name__)) from error
    left(deadline)
    raise WebFault(say("no connection to {host} ({why})", host=place.host, why=_why(fault))) from fault


def left(deadline: float) -> float:
    """Seconds left; raises WebFault when there are none."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise WebFault(IN_TIME)
    return seconds


def _resolved(host: str, port: int, deadline: float) -> tuple[str, ...]:
    """The addresses of a name. getaddrinfo has no timeout, so it runs in a thread, which is left behind if late."""
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
    beside.join(max(0.0, deadline - monotonic()))
    if beside.is_alive():
        raise WebFault(say("the name {host} was not resolved in time", host=host))
    if faults or not found:
        raise WebFault(say("there is no host {host}", host=host))
    return tuple(found)


def _connection(place: Place, address: str, deadline: float) -> HTTPConnection:
    """To the given address; a certificate is asked for the name."""
    from urllib3.connection import HTTPConnection, HTTPSConnection

    timeout = left(deadline)
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


class _Cut:
    """Shuts a connection from another thread. `socket` is kept apart: with `Connection: close`, http.client hands it
    over to the response, and the connection knows it no more.
    """

    def __init__(self, connection: HTTPConnection) -> None:
        self.connection = connection
        self.socket: socket.socket | None = None

    def __call__(self) -> None:
        for each in (self.socket, self.connection.sock):
            with suppress(OSError, AttributeError):
                each.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]


@contextmanager
def _cut_off(connection: HTTPConnection, deadline: float) -> Iterator[_Cut]:
    cut = _Cut(connection)
    timer = Timer(left(deadline), cut)
    timer.daemon = True
    timer.start()
    try:
        yield cut
    finally:
        timer.cancel()
        connection.close()
        if cut.socket is not None:
            cut.socket.close()


def _target(place: Place) -> str:
    return (place.parts.path or "/") + (f"?{place.parts.query}" if place.parts.query else "")


def _sent(place: Place, headers: Mapping[str, str]) -> dict[str, str]:
    host = f"[{place.host}]" if ":" in place.host else place.host
    usual = 443 if place.parts.scheme == "https" else 80
    host = host if place.port == usual else f"{host}:{place.port}"
    return {"accept-encoding": "gzip, deflate", "user-agent": "newsletter", **headers, "host": host}


def _answered(response: HTTPResponse, most_bytes: int | None, deadline: float, *, cut: bool) -> Exchanged:
    left(deadline)  # after the timer, headers or body may look complete
    told = {name.lower(): value for name, value in response.headers.items()}
    if most_bytes is None or response.status in REDIRECTS:
        return Exchanged(response.status, told, b"")
    if cut:
        return Exchanged(response.status, told, _beginning(response, most_bytes))
    _refuse_packing(told.get("content-encoding", ""))
    return Exchanged(response.status, told, _body(response, most_bytes, deadline))


def _refuse_packing(codings: str) -> None:
    """Raises WebFault for a body that would stay packed, which urllib3 hands over as if it were unpacked."""
    known = {"gzip", "x-gzip", "deflate", "identity", ""}
    for coding in (each.strip().lower() for each in codings.split(",")):
        if coding not in known | NO_PACKINGS:
            name = f" ({PACKINGS[coding]})" if coding in PACKINGS else ""
            raise WebFault(
                say(
                    "the answer is packed as {coding}; we asked for gzip or deflate, or none",
                    coding=f"{coding[:20]!r}{name}",
                )
            )


def _body(response: HTTPResponse, most_bytes: int, deadline: float) -> bytes:
    """The unpacked body, in chunks, since a small file may unpack to any size."""
    body = bytearray()
    for chunk in response.stream(CHUNK, decode_content=True):
        body += chunk
        if len(body) > most_bytes:
            raise WebFault(say("larger than {most} bytes", most=most_bytes))
        left(deadline)
    left(deadline)
    return bytes(body)


def _beginning(response: HTTPResponse, most_bytes: int) -> bytes:
    """The body as far as it comes before the deadline (the timer shuts the socket), at most `most_bytes` of it."""
    import urllib3

    body = bytearray()
    # Piece by piece as it arrives: what came before a connection broke would be lost with a larger one.
    with suppress(urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError):
        while len(body) < most_bytes and (piece := response.read1(CHUNK, decode_content=True)):
            body += piece
    return bytes(body[:most_bytes])


def _why(fault: Exception | None) -> str:
    """The kind of fault: messages of urllib3 name our own side of the connection."""
    reason = getattr(fault, "__cause__", None) or fault
    return getattr(reason, "strerror", None) or type(reason).__name__
