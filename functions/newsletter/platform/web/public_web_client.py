"""GET for addresses that others chose: to public networks alone, and within limits.

A name is resolved once and the connection goes to the very address that was checked, so that a name which points to a
private network a moment later (DNS rebinding) reaches nothing. Each redirect is a new address and is checked anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from time import monotonic
from urllib.parse import urljoin

from newsletter.platform.web.address import ascii_address, redirected_to
from newsletter.platform.web.http_client import REDIRECTS, Place, WebFault, exchange, place_of
from newsletter.platform.words.said import say

MAX_REDIRECTS = 5
TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""IPv6 that carries an IPv4 address in its last 32 bits (RFC 6052, RFC 4291)."""
ISATAP = (0x00005EFE, 0x02005EFE)
"""The third quarter of an IPv6 address that carries an IPv4 one in its last (RFC 5214, 6.1), on any network."""
SPECIAL = (
    IPv4Network("192.88.99.0/24"),  # anycast of 6to4 relays (RFC 7526)
    IPv6Network("2001:10::/28"),  # ORCHID (RFC 4843)
    IPv6Network("2001:20::/28"),  # ORCHIDv2 (RFC 7343)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
    IPv6Network("5f00::/16"),  # segment routing (RFC 9602)
)
"""What IANA's registries of special-purpose addresses hold and `ipaddress` calls global, in one version or another."""
FOR_GOOD = frozenset({301, 308})

__all__ = ["PublicWeb", "WebAnswer", "WebFault"]


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


class PublicWeb:
    """Fetches pages; `allow_loopback` (the local cloud) adds this machine to the public web and nothing else."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback

    def get(self, url: str, headers: Mapping[str, str], *, most_bytes: int | None, seconds: float) -> WebAnswer:
        """The answer to a GET, after redirects: at most `most_bytes` when unpacked, `seconds` for all of it together.

        With None for `most_bytes` the body is not read. Raises WebFault.
        """
        deadline = monotonic() + seconds
        try:
            url = ascii_address(url)
        except ValueError as error:
            raise WebFault(say("no address of the web ({why})", why=str(error))) from error
        asked, moved = url, True
        for _ in range(MAX_REDIRECTS + 1):
            answer = exchange(self._place(url, deadline), headers, most_bytes=most_bytes, deadline=deadline)
            location = answer.headers.get("location", "")
            if answer.status not in REDIRECTS or not location:
                return WebAnswer(answer.status, answer.headers, answer.body, url, moved and url != asked)
            moved = moved and answer.status in FOR_GOOD
            try:
                url = ascii_address(urljoin(url, redirected_to(location)))
            except ValueError:
                raise WebFault(say("redirected to {url}, which is no address", url=repr(location[:100]))) from None
        raise WebFault(say("more than {most} redirects", most=MAX_REDIRECTS))

    def _place(self, url: str, deadline: float) -> Place:
        place = place_of(url, deadline)
        for address in place.addresses:
            if not self._is_allowed(address):
                raise WebFault(
                    say(
                        "{host} leads to {address}, which is not on the public internet",
                        host=place.host,
                        address=str(address),
                    )
                )
        return place

    def _is_allowed(self, address: str) -> bool:
        ip = _unwrapped(ip_address(address.partition("%")[0]))
        if ip.is_loopback:
            return self._allow_loopback
        old = isinstance(ip, IPv6Address) and ip.is_site_local
        special = old or ip.is_multicast or ip.is_reserved or ip.is_link_local or any(ip in net for net in SPECIAL)
        return ip.is_global and not special


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address where an IPv6 one only carries it: what is reached is that one."""
    if isinstance(ip, IPv4Address) or ip.is_loopback or ip.is_unspecified:
        return ip
    if any(ip in network for network in TRANSLATED) or int(ip) >> 32 & 0xFFFFFFFF in ISATAP:
        return IPv4Address(ip.packed[12:])
    teredo = ip.teredo
    return ip.ipv4_mapped or ip.sixtofour or (teredo[1] if teredo else ip)
