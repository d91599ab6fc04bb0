"""Who asks is what API Gateway saw, unless our CDN proves that it saw somebody else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from public_site import request as module
from public_site.request import Request as PublicRequest
from public_site.source_address import PROOF, VIEWER, source_address
from rehearsal.events import Request, http

SEEN, READER = "203.0.113.9", "198.51.100.7"
HUSH = "hush"


@pytest.mark.parametrize(
    ("headers", "secret", "address"),
    [
        ({}, "", SEEN),
        ({PROOF: "", VIEWER: READER}, "", SEEN),  # no CDN: nobody can prove anything, not with an empty proof either
        ({VIEWER: READER}, "hush", SEEN),
        ({PROOF: "guessed", VIEWER: READER}, "hush", SEEN),
        ({PROOF: "hush,hush", VIEWER: READER}, "hush", SEEN),  # API Gateway joins a header that is sent twice
        ({PROOF: "hüsh", VIEWER: READER}, "hush", SEEN),
        ({PROOF: "hush", VIEWER: READER}, "hush", READER),
        ({PROOF: "hush", VIEWER: "2001:db8::7"}, "hush", "2001:db8::7"),
        ({PROOF: "hush"}, "hush", SEEN),
    ],
)
def test_an_address_is_taken_from_the_header_of_our_cdn_alone(
    headers: dict[str, str], secret: str, address: str
) -> None:
    assert source_address(SEEN, headers, secret) == address


@pytest.mark.parametrize(("proof", "network"), [("hush", "198.51.100.0/24"), ("guessed", "203.0.113.0/24")])
def test_limits_and_evidence_go_by_that_address(proof: str, network: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = SimpleNamespace(settings=SimpleNamespace(cdn_secret=HUSH))
    monkeypatch.setattr(module, "app", app)
    headers = (("X-Newsletter-Cdn", proof), ("True-Client-Ip", READER))
    request = PublicRequest(http(Request("GET", "/subscribe", headers=headers, source_ip=SEEN)))
    assert request.network == network
    assert request.evidence.network == network
