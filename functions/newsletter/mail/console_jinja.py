"""The environment of Jinja in which pages of the console are made. Imported where one is, for the cold start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import Environment, pass_context
from markupsafe import Markup

from newsletter.mail.text_cleaning import clean_value
from newsletter.platform.words.said import Said

FILTERS = ("number", "change", "decimal", "percent", "share", "month", "named", "sentence")
"""Methods of ConsoleWords that templates use as filters."""


@pass_context
def shown(context: Mapping[str, Any], value: object) -> str:
    """What Jinja prints in the console (`finalize`): a sentence of the product in the page's language."""
    return clean_value(context["said"](value) if isinstance(value, Said) else value)


def console_environment(jinja: Environment) -> Environment:
    """The same environment for pages of the console; `{{ 12345 | number }}` and the like write in their language."""
    console = jinja.overlay(finalize=shown)
    console.filters = {**jinja.filters, **{name: _filter(name) for name in FILTERS}, "strong": strong}
    return console


def strong(text: str) -> Markup:
    """The text with weight, as a value of a message."""
    return Markup("<strong>{}</strong>").format(text)


def _filter(name: str) -> Callable[..., str]:
    def written(context: Mapping[str, Any], *values: Any) -> str:
        return getattr(context["console_words"], name)(*values)  # type: ignore[no-any-return]

    return pass_context(written)
