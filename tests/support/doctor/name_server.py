"""A name server on the loopback interface, which answers by UDP what a test says is in DNS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], Sequence[str]]
"""Texts as in a zone file, by name (without the dot at the end) and type. `SERVFAIL` is an answer of its own."""


@contextmanager
def name_server(records: Records) -> Iterator[int]:
    """Its port. What is not among the records is NXDOMAIN, or has no record of that type."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(door, records), daemon=True)
        thread.start()
        port = int(door.getsockname()[1])
        yield port
        with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", port))
        thread.join()


def _serve(door: socket.socket, records: Records) -> None:
    while True:
        asked, whom = door.recvfrom(4096)
        if not asked:
            return
        door.sendto(_answer(dns.message.from_wire(asked), records).to_wire(), whom)


def _answer(query: dns.message.Message, records: Records) -> dns.message.Message:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    question = query.question[0]
    name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
    texts = records.get((name, kind), ())
    if "SERVFAIL" in texts:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif texts:
        answer.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, texts))
    elif not any(known == name for known, _ in records):
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer
