"""Networks that count as one source of forms, because one sender may have all the addresses of a network."""

from __future__ import annotations

import ipaddress

NARROW = {4: 24, 6: 64}
"""Prefix length, by IP version, of the network that is kept of an address: that of a household or an office."""
WIDE = {4: 16, 6: 48}
"""Prefix length of the wide network: a customer with a /48 has 65,536 networks of /64 (RFC 6177), and IPv4 addresses
that are close together are rented by the hundred."""


def network_of(address: str) -> str:
    """The network of an IP address; empty for an invalid one and for a loopback address.

    Only the local cloud gets requests from a loopback address, and there the limits of networks do not apply.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.is_loopback:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, NARROW[found.version]), strict=False))


def wider(network: str) -> str:
    """The wide network that contains one from `network_of`."""
    found = ipaddress.ip_network(network)
    return str(found.supernet(new_prefix=WIDE[found.version]))
