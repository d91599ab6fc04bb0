"""What the templates of templates/crm/ may use: the data of the webhook, and the fields that the publication adds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.publication.crm import CrmSettings

PARTS = ("lead", "offer", "contact", "consent", "verdict", "source", "answers", "score", "links")
"""The tables of the webhook's data; a template may ask for any, and gets an empty one where there is none."""


class Part(dict[str, Any]):
    """A table of the data, in which what is not there is an empty text."""

    def __missing__(self, name: str) -> str:
        return ""


def template_values(body: Mapping[str, Any], settings: CrmSettings) -> dict[str, Any]:
    """The scope of a template: `type`, the parts of the data, `read`, `first_name`, `last_name`, `external_id`, and
    `fields`: those of the publication that have a value, by name.
    """
    data = body.get("data", {})
    parts = {name: _table(data.get(name)) for name in PARTS}
    first, last = _names(str(parts["contact"].get("name") or ""))
    mapped = {name: value_at(data, path) for name, path in settings.fields.items()}
    return {
        **parts,
        "read": [Part(each) for each in data.get("read", []) if isinstance(each, Mapping)],
        "type": str(body.get("type", "")),
        "first_name": first,
        "last_name": last,
        "external_id": settings.external_id,
        "fields": Part(
            {**settings.values, **{name: value for name, value in mapped.items() if value not in (None, "", [])}}
        ),
    }


def value_at(data: Any, path: str) -> Any:
    """The value at a path such as `score.value`, a list of texts as one text; None where there is none."""
    for step in path.split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    if isinstance(data, list | tuple):
        return "; ".join(str(each) for each in data if not isinstance(each, Mapping))
    return None if isinstance(data, Mapping) else data


def _table(value: Any) -> Part:
    return Part(value) if isinstance(value, Mapping) else Part()


def _names(name: str) -> tuple[str, str]:
    """First and last name: the last word is the last name, as in most names that are written in full."""
    first, _, last = name.strip().rpartition(" ")
    return first.strip(), last
