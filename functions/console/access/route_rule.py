"""What stands beside each route: the role that it needs, and how much it costs us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from console.request import Request
from newsletter.publication.access.roles import Role


@dataclass(frozen=True)
class Needs:
    """The role for a route, None for everybody who is signed in.

    `steps` are other roles for single buttons of a form, or wishes of a program.
    """

    role: Role | None
    steps: Mapping[str, Role] = field(default_factory=dict)

    def for_request(self, request: Request) -> Role | None:
        """The role that this very request needs."""
        return self.steps.get(request.step, self.role) if self.steps else self.role


LOOK, WRITE, SEND, ADMINISTER = (Needs(role) for role in Role)
ANYBODY = Needs(None)


def by_step(others: Needs, **steps: Needs) -> Needs:
    """The role by the button that was pressed (Request.step), and that for all `others`."""
    return Needs(others.role, {name: needs.role for name, needs in steps.items() if needs.role})
