"""The issuer of the console's tokens: discovery, and the keys that it signs with."""

from __future__ import annotations

from urllib.parse import urlsplit

from cli.doctor.finding import Finding, fault, fine
from cli.doctor.place import Place
from newsletter.platform.web.oidc_client import IssuerUnreachable


def look(place: Place) -> Finding:
    """As the console asks it, when somebody signs in."""
    issuer = place.app.settings.oidc_issuer
    right = (
        f"curl {issuer.rstrip('/')}/.well-known/openid-configuration\n"
        "if that is another issuer than the claim iss of its tokens: set OidcIssuer in deploy.<stage>.toml, then "
        "make deploy"
    )
    if not place.local and urlsplit(issuer).scheme != "https":
        return fault(f"{issuer} is no https address", right)
    try:
        keys = place.app.oidc.keys()
    except IssuerUnreachable as error:
        return fault(f"nobody can sign in: {error}", right)
    if not keys:
        return fault(
            f"{issuer} publishes no key that the console knows (RSA with RS256 or EC with ES256)",
            "have the issuer sign with RS256 or ES256",
        )
    return fine(f"{issuer} answers with its addresses and {keys} key{'s' if keys > 1 else ''}")
