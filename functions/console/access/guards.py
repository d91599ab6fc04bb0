"""The doors in front of every view: who is it, may they, and have they asked for too much?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from console import session
from console.access.limits import admit
from console.access.once import once
from console.access.route_rule import Needs
from console.audited import act_in, audited
from console.description import requests
from console.principal import NotSignedIn, principal_of
from console.problems import status_of
from console.request import Request
from console.responses import redirect
from newsletter.container import app
from newsletter.platform.errors import NewsletterError
from newsletter.platform.web.answer import Answer
from newsletter.platform.web.router import View


@dataclass(frozen=True)
class Page:
    """A page, for users with a session who have the role; a form must also have the user's form token."""

    view: View
    needs: Needs

    def __call__(self, request: Request, **in_path: str) -> Answer:
        """The view's answer. Raises NotSignedIn, ForgedForm and RoleNeeded before the view is asked."""
        try:
            who = session.principal(request)
        except NotSignedIn:
            if request.method == "POST":
                raise
            return redirect(f"/console/login?next={quote(request.address)}")
        if request.method == "POST":
            session.check_form(request, who)
        who.require(self.needs.for_request(request))
        return audited(request, who, in_path, lambda: self.view(request, who, **in_path))


@dataclass(frozen=True)
class Endpoint:
    """A view of the API, for requests with a bearer token of the issuer (RFC 6750); cookies are ignored.

    `costly` routes may be used less often. Where the answer of an act shows a reader, it is not kept for the case that
    the request comes again: `again` is the view that shows it then.
    """

    view: View
    needs: Needs
    costly: bool = False
    again: View | None = None

    def __call__(self, request: Request, **in_path: str) -> Answer:
        """The view's answer, or the one that the same request was given before (once.py).

        Raises NotSignedIn, BadToken, TooManyRequests, RoleNeeded, and what `requests.check` raises for a request that
        is not as described, before the view is asked; for an act, such a request is in the audit trail all the same.
        """
        scheme, _, token = request.header("authorization").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise NotSignedIn
        who = principal_of(app.oidc.verify(token.strip()))
        admit(request, who, costly=self.costly)
        who.require(self.needs.for_request(request))
        wrong = _fault(request, in_path)
        again = self.again

        def view() -> Answer:
            if wrong:
                raise wrong
            return self.view(request, who, **in_path)

        def work() -> Answer:
            return audited(request, who, in_path, view)

        if wrong or request.method != "POST" or not act_in(request, in_path):
            return work()
        shown_again = partial(again, request, who, **in_path) if again else None
        return once(request, who, work, refused=lambda error: status_of(error) < 500, shown_again=shown_again)


def _fault(request: Request, in_path: Mapping[str, str]) -> NewsletterError | None:
    """How the request differs from its description."""
    try:
        requests.check(request, in_path)
    except NewsletterError as wrong:
        return wrong
    return None


def signed_in(view: View, needs: Needs) -> Page:
    """A page for people of a role."""
    return Page(view, needs)


def with_token(view: View, needs: Needs, *, costly: bool = False, again: View | None = None) -> Endpoint:
    """A view of the API for programs of a role."""
    return Endpoint(view, needs, costly, again)
