"""A digest as a reader of every topic gets it, before anybody does; nothing of it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletter.mailings.mailing import Mailing, Variant
from newsletter.mailings.rendering.sketch import Sketch
from newsletter.mailings.rendering.variants import Variants
from newsletter.platform.errors import NotFound
from newsletter.readers.subscriber import Recipient

if TYPE_CHECKING:
    from newsletter.container import Container

Links = tuple[tuple[str, str], ...]


def preview_digest(mailing: Mailing, language: str, app: Container) -> tuple[Variant, Links]:
    """The variant with its links (key, url), as its articles stand now.

    Raises NotFound when all of them are skipped.
    """
    sketch = Sketch(app.articles.all())
    Variants(app.templates, sketch, sketch.articles).digest(
        mailing, Recipient("preview", (), language), mailing.articles
    )
    if not sketch.drawn:
        raise NotFound(f"an article of {mailing.id} that is not skipped")
    return sketch.drawn[0]
