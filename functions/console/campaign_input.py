"""A campaign from JSON: names and types of its fields are checked here, their values by `prepare_campaign`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from newsletter.mailings.campaign import Campaign
from newsletter.platform.errors import NewsletterError
from newsletter.readers.choices import FILTERS

TEXTS = ("name", "subject", "body", "language", "offer", "preheader", "doubt")
LISTS = ("topics", "languages", *FILTERS)
SWITCHES = ("archive",)
NUMBERS = ("doubt_wait_minutes",)
NEEDED = ("name", "subject", "body", "language")


class InvalidFields(NewsletterError):
    """Several invalid fields: {field: what would be right}."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {text}" for field, text in errors.items()))
        self.errors = errors


def campaign_of(data: Mapping[str, Any]) -> Campaign:
    """The campaign. Raises InvalidFields that names every field of the wrong type, missing or unknown."""
    errors = {name: "unknown field; is it misspelt?" for name in data if name not in TEXTS + LISTS + SWITCHES + NUMBERS}
    errors |= {name: "missing" for name in NEEDED if name not in data}
    errors |= {name: "give a text" for name in TEXTS if not isinstance(data.get(name, ""), str)}
    errors |= {name: "give a list of texts" for name in LISTS if not _texts(data.get(name, []))}
    errors |= {name: "give true or false" for name in SWITCHES if not isinstance(data.get(name, False), bool)}
    errors |= {name: "give a whole number" for name in NUMBERS if type(data.get(name, 0)) is not int}
    if errors:
        raise InvalidFields(errors)
    values = {name: data[name] for name in TEXTS + SWITCHES + NUMBERS if name in data}
    values |= {name: tuple(dict.fromkeys(data[name])) for name in LISTS if name in data}
    among = tuple((name, values.pop(name)) for name in FILTERS if name in values)
    return Campaign(**values | {"body": with_plain_newlines(data["body"]), "among": among})


def with_plain_newlines(text: str) -> str:
    """The text with LF at line ends, so that it is the same from a browser, which sends CR LF, as from a file."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
