"""Nothing but the public web is reached, whatever an address, a name or a redirect says."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from newsletter.platform.web.public_web_client import PublicWeb, WebAnswer, WebFault
from tests.support.stack.loopback import served

PRIVATE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 an address to refuse
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::10.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2001:0:7f00:1::f5ff:fffe",
    "192.88.99.1",
    "2001:20::1",
    "2001:2f:ffff::1",
    "3fff::1",
    "3fff:fff::1",
    "5f00::1",
    "2a00:1::5efe:10.0.0.1",
    "2a00:1::200:5efe:169.254.169.254",
]
LOOPBACK = ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"]
PUBLIC = "93.184.215.14"


def get(url: str, *, local: bool = False) -> WebAnswer:
    return PublicWeb(allow_loopback=local).get(url, {}, most_bytes=1_000, seconds=2)


def fault(url: str, *, local: bool = False) -> str:
    with pytest.raises(WebFault) as raised:
        get(url, local=local)
    return str(raised.value)


Names = Callable[[str, list[str]], None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Gives a name below .example its addresses, one set after the other; all others do not exist."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        if not host.endswith(".example"):
            return list(real(host, port, *more, **named))
        if not known.get(host):
            raise socket.gaierror
        addresses = known[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return lambda host, addresses: known.setdefault(host, []).append(addresses)


@pytest.fixture
def no_connections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made: list[Any] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, address: made.append(address))
    return made


@contextmanager
def server(answer: Callable[[Request], Response]) -> Iterator[tuple[int, list[Request]]]:
    """The port of a loopback server, and what it was asked."""
    asked: list[Request] = []

    def app(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        asked.append(request)
        return answer(request)(environ, start_response)

    with served(app) as url:
        yield int(url.rpartition(":")[2]), asked


@pytest.mark.parametrize("local", [False, True], ids=["in the cloud", "in the local cloud"])
@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_private_network_is_refused(
    address: str, names: Names, no_connections: list[Any], *, local: bool
) -> None:
    names("blog.example", [address])
    said = fault("https://blog.example/feed", local=local)
    assert said == f"blog.example leads to {address}, which is not on the public internet"
    assert no_connections == []


@pytest.mark.parametrize("address", LOOPBACK)
def test_this_machine_is_reached_from_the_local_cloud_alone(address: str, names: Names) -> None:
    names("blog.example", [address])
    names("blog.example", [address])
    assert "not on the public internet" in fault("http://blog.example:1/")
    assert "not on the public internet" not in fault("http://blog.example:1/", local=True)


def test_one_private_address_among_public_ones_is_enough_to_refuse(names: Names, no_connections: list[Any]) -> None:
    names("blog.example", [PUBLIC, "10.0.0.1"])
    assert fault("http://blog.example/").startswith("blog.example leads to 10.0.0.1")
    assert no_connections == []


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "127.1", "017700000001", "localhost", "[::1]", "[::ffff:7f00:1]"]
)
def test_no_way_of_writing_an_address_hides_it(host: str) -> None:
    assert "not on the public internet" in fault(f"http://{host}:1/")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://blog.example/",
        "gopher://blog.example/",
        "//blog.example/",
        "http://",
        "http:///feed",
        "http://[::1",
        "http://blog.example:99999/",
        "http://blog.example/ x",
        "http://blog.example/\r\nx: y",
        "http://maija:salasana@blog.example/",
        "http://blog.example/" + "x" * 2_000,
        "",
    ],
)
def test_what_is_no_plain_address_of_the_web_is_refused(url: str, names: Names, no_connections: list[Any]) -> None:
    names("blog.example", [PUBLIC])
    assert "salasana" not in fault(url)
    assert no_connections == []


def test_the_connection_goes_to_the_address_that_was_checked(names: Names) -> None:
    """A name that leads elsewhere when it is asked a second time (DNS rebinding) is not asked a second time."""
    names("blog.example", ["127.0.0.1"])
    names("blog.example", ["10.0.0.1"])
    with server(lambda request: Response(request.host)) as (port, asked):
        assert get(f"http://blog.example:{port}/x?y=1", local=True).body == f"blog.example:{port}".encode()
        assert [request.full_path for request in asked] == ["/x?y=1"]


def test_each_redirect_is_checked_like_the_first_address(names: Names) -> None:
    names("metadata.example", ["169.254.169.254"])
    names("metadata.example", ["169.254.169.254"])
    to = iter(["http://metadata.example/latest/", "file:///etc/passwd", "//metadata.example/", "gopher://x/"])
    with server(lambda _: Response(status=302, headers={"Location": next(to)})) as (port, _):
        said = [fault(f"http://127.0.0.1:{port}/", local=True) for _ in range(4)]
    assert said == [
        "metadata.example leads to 169.254.169.254, which is not on the public internet",
        "file: is not http or https",
        "metadata.example leads to 169.254.169.254, which is not on the public internet",
        "gopher: is not http or https",
    ]


def test_a_redirect_may_not_lead_from_the_public_web_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with server(lambda _: Response(status=301, headers={"Location": "http://localhost:1/secret"})) as (port, asked):
        allowed = iter([True, False])
        monkeypatch.setattr(PublicWeb, "_is_allowed", lambda *_: next(allowed))
        assert fault(f"http://127.0.0.1:{port}/").startswith("localhost leads to ")
        assert len(asked) == 1


def test_the_next_address_of_a_name_is_tried_when_one_does_not_answer(names: Names) -> None:
    with server(lambda _: Response("hei")) as (port, _):
        names("blog.example", ["127.0.0.2", "127.0.0.1"])
        assert get(f"http://blog.example:{port}/", local=True).body == b"hei"


@pytest.mark.usefixtures("names")
def test_a_name_that_does_not_exist_is_named() -> None:
    assert fault("http://nowhere.example/") == "there is no host nowhere.example"


def test_a_name_that_is_never_resolved_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = Event()

    def never(*_: Any, **__: Any) -> list[Any]:
        given_up.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", never)
    try:
        with pytest.raises(WebFault, match=r"^the name blog\.example was not resolved in time$"):
            PublicWeb(allow_loopback=False).get("http://blog.example/", {}, most_bytes=10, seconds=0.1)
    finally:
        given_up.set()


def test_a_certificate_is_asked_for_the_name_and_not_for_the_address(names: Names) -> None:
    """What stands there speaks no TLS, so nothing is sent to it."""
    with server(lambda _: Response("hei")) as (port, asked):
        names("blog.example", ["127.0.0.1"])
        assert fault(f"https://blog.example:{port}/", local=True).startswith("no connection to blog.example (")
        assert asked == []
