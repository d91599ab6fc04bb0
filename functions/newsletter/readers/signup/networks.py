"""Networks that count as one source of forms: whoever can send from a whole network is not as many people."""

from __future__ import annotations

import ipaddress

NARROW = {4: 24, 6: 64}
"""Bits of the network that is kept of an address: what a household or an office has."""
WIDE = {4: 16, 6: 48}
"""Bits of the wider one: a customer with a /48 has 65,536 networks of /64 (RFC 6177), and addresses of version 4 are
rented by the hundred where they lie close together."""


def network_of(address: str) -> str:
    """The network of an IP address; empty for what is none, and for this machine itself.

    Only the local cloud is reached from this machine, and its readers are all on it: no limit of a network is meant.
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
    """The wider network around one that `network_of` gave."""
    found = ipaddress.ip_network(network)
    return str(found.supernet(new_prefix=WIDE[found.version]))
