"""The doors of the OpenID Connect issuer, and the shortcut that gives a program its token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.site.answers import as_json, json_object
from rehearsal.site.oidc import ROLES, TOKEN_SECONDS, WHO, OidcError

if TYPE_CHECKING:
    from rehearsal.site.views import PageRoute, Views


def discovery(views: Views, _request: Request) -> Response:
    """Where everything is."""
    return as_json(views.cloud.issuer.discovery())


def jwks(views: Views, _request: Request) -> Response:
    """The key."""
    return as_json(views.cloud.issuer.jwks())


def token_shortcut(views: Views, request: Request) -> Response:
    """A token without signing in. Optional JSON: `{"role": "write"}` is the token of a person with that role,
    `{"claims": {...}}` adds or replaces claims, to try refused tokens.
    """
    wishes = json_object(request)
    claims, role = wishes.get("claims", {}), wishes.get("role", "")
    if not isinstance(claims, dict):
        raise BadRequest('claims must be a JSON object, like {"claims": {"exp": 0}}.')
    try:
        made = views.cloud.issuer.token(role if isinstance(role, str) else "?", **claims)
    except OidcError as error:
        raise BadRequest(f"{error}.") from None
    return as_json({"token": made, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})


def sign_in(views: Views, request: Request) -> Response:
    """The page with a button for each person."""
    query = request.args.to_dict()
    try:
        views.cloud.issuer.check(query)
    except OidcError as error:
        raise BadRequest(f"This sign-in request is not right: {error}.") from None
    return views.page("signin.html", query=query, who=WHO, roles=ROLES)


def authorize(views: Views, request: Request) -> Response:
    """Back to the console with a code."""
    try:
        return redirect(views.cloud.issuer.authorize(request.form.to_dict(), request.form.get("role", "")), 303)
    except OidcError as error:
        raise BadRequest(f"This sign-in request is not right: {error}.") from None


def token(views: Views, request: Request) -> Response:
    """Tokens for a code; errors as RFC 6749 5.2 says."""
    try:
        return as_json(views.cloud.issuer.exchange(request.form.to_dict()))
    except OidcError as error:
        return as_json({"error": "invalid_grant", "error_description": str(error)}, 400)


ROUTES: list[PageRoute] = [
    ("GET", "/_local/oidc/.well-known/openid-configuration", discovery),
    ("GET", "/_local/oidc/jwks", jwks),
    ("GET", "/_local/oidc/authorize", sign_in),
    ("POST", "/_local/oidc/authorize", authorize),
    ("POST", "/_local/oidc/token", token),
    ("POST", "/_local/token", token_shortcut),
]
