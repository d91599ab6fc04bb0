"""Addresses of the web as people write them, in the form in which they are sent: ASCII alone."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

PATH = "!$%&'()*+,/:;=@~"
"""Characters of a path that stay as they are (RFC 3986, 3.3); `%` among them, for it is encoded already."""
QUERY = f"{PATH}?[]"


def ascii_address(url: str) -> str:
    """The address with its host in IDNA (`xn--…`) and other letters of path and query percent-encoded as UTF-8.

    What is percent-encoded already stays, and a fragment, which is never sent, goes. Raises ValueError for what cannot
    be taken apart.
    """
    parts = urlsplit(url)
    if url.isascii() and not parts.fragment:
        return url
    path, query = quote(parts.path, safe=PATH), quote(parts.query, safe=QUERY)
    return urlunsplit(SplitResult(parts.scheme, _authority(parts), path, query, ""))


def redirected_to(location: str) -> str:
    """A Location header as the address that was meant.

    http.client reads headers as Latin-1, but servers write UTF-8 in it if they do not encode (RFC 9110, 10.2.2 asks for
    an encoded one); and spaces, which browsers encode.
    """
    with suppress(UnicodeError):
        location = location.encode("latin-1").decode("utf-8")
    return location.strip().replace(" ", "%20")


def _authority(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if host.isascii():
        return parts.netloc
    before, at, _ = parts.netloc.rpartition("@")
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{before}{at}{host.encode('idna').decode()}{port}"
