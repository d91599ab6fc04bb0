"""The templates of the tests, read and compiled once in a process."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path

from newsletter.container import Container
from newsletter.mail.templates import Templates
from tests.support.mailings.templates import TEMPLATES


def shared_templates() -> cached_property[Templates]:
    """As Container.templates, but read and compiled once in a process: those of the tests do not change under them."""

    def templates(app: Container) -> Templates:
        wanted = app.settings
        make = _compiled if wanted.templates == TEMPLATES else Templates
        return make(wanted.templates, wanted.public_url)

    part = cached_property(templates)
    part.__set_name__(Container, "templates")
    return part


@cache
def _compiled(root: Path, public_url: str) -> Templates:
    return Templates(root, public_url)
