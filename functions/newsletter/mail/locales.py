"""Messages of templates/locales/<language>/*.toml: a text for each dotted key, plurals by the language's rules."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from newsletter.platform.errors import NewsletterError

Message = str | Mapping[str, str]
"""A text, or its plural forms by CLDR category (`one`, `other`, ...)."""

PLURAL_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})
VALUE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


class MissingText(NewsletterError):
    """A message that is in no file, or a value of a message that the template did not give."""


class Locales:
    """The messages below one directory; those of a language are read at its first use.

    `files` are those that are read, of each language's folder.
    """

    def __init__(self, root: Path, files: str = "*.toml") -> None:
        self._root = root
        self._files = files
        self._messages: dict[str, Mapping[str, Message]] = {}

    def messages(self, language: str) -> Mapping[str, Message]:
        """All messages of the language by dotted key. Raises MissingText for a language without messages."""
        if language not in self._messages:
            self._messages[language] = self._read(language)
        return self._messages[language]

    def text(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """The message with its `{name}`s filled in; `count` among the values chooses the plural form.

        Raises MissingText that names the key, the language and what is missing.
        """
        message = self.form(key, language, values)

        def filled(found: re.Match[str]) -> str:
            if found[1] not in values:
                raise MissingText(f"message {key!r} ({language}) needs the value {found[1]!r}")
            return str(values[found[1]])

        return VALUE.sub(filled, message)

    def form(self, key: str, language: str, values: Mapping[str, Any]) -> str:
        """The message as it stands in the file; of plural forms the one for `count`. Raises MissingText."""
        message = self.messages(language).get(key)
        if message is None:
            raise MissingText(f"no message {key!r} in {self._root / language}")
        return message if isinstance(message, str) else self._plural(key, language, message, values)

    def _plural(self, key: str, language: str, forms: Mapping[str, str], values: Mapping[str, Any]) -> str:
        from babel import Locale  # here, for the cold start

        if not isinstance(values.get("count"), int):
            raise MissingText(f"message {key!r} ({language}) has plural forms and needs a whole number as 'count'")
        return forms.get(Locale.parse(language).plural_form(values["count"]), forms["other"])

    def _read(self, language: str) -> Mapping[str, Message]:
        messages: dict[str, Message] = {}
        for path in sorted((self._root / language).glob(self._files)):
            with path.open("rb") as file:
                for key, message in _flat(tomllib.load(file), path):
                    if key in messages:
                        raise MissingText(f"{path}: the message {key!r} is in another file of this language too")
                    messages[key] = message
        if not messages:
            raise MissingText(f"no messages for {language!r}: there is no {self._files} in {self._root / language}")
        return messages


def _flat(table: Mapping[str, Any], path: Path, prefix: str = "") -> Iterator[tuple[str, Message]]:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict) and not ("other" in value and value.keys() <= PLURAL_CATEGORIES):
            yield from _flat(value, path, f"{key}.")
        elif all(isinstance(form, str) for form in (value.values() if isinstance(value, dict) else [value])):
            yield key, value
        else:
            raise MissingText(f"{path}: {key!r} is neither a text nor a table of texts")
