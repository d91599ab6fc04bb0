"""What the console says, in the language of whoever reads it: templates/locales/<language>/console/*.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from newsletter.mail.locales import VALUE, Locales, Message, MissingText
from newsletter.mail.text_cleaning import OwnMarkup, clean
from newsletter.platform.words.said import ABOUT_SOMETHING, Said, Stored

ENGLISH = "en"
FEW_LETTERS = 8
KEPT = 500
"""Stored sentences whose translation is remembered."""
ABOUT = re.compile(r"(\S+): (.+)", re.DOTALL)
"""A sentence about a field or an address, which is before it (`about`)."""
QUOTED = re.compile("“([^“”]*)”")
DAY = re.compile(r"\d{4}-\d\d-\d\d")
"""A value of a sentence that is a day."""
NO_WORD = re.compile(r"\S*[/@]")
"""How a sentence begins that begins with an address."""


class ConsoleTexts:
    """The texts of the console below one directory, that of the locales.

    A file is read when a page first uses one of its keys: `console.<file>.<name>`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._others = Locales(root)
        self._files: dict[str, Locales] = {}
        self._words: dict[str, ConsoleWords] = {}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that the console speaks, by code."""
        return tuple(sorted(folder.parent.name for folder in self._root.glob("*/console")))

    def words(self, language: str) -> ConsoleWords:
        """What the console says in one of them."""
        if language not in self._words:
            self._words[language] = ConsoleWords(self, language)
        return self._words[language]

    def file(self, name: str) -> Locales:
        """The messages of console/<name>.toml."""
        if name not in self._files:
            self._files[name] = Locales(self._root, f"console/{name}.toml")
        return self._files[name]

    def holder(self, key: str) -> Locales:
        """Where the message of a key is; that of mails and public pages is among theirs."""
        first, _, rest = key.partition(".")
        return self.file(rest.partition(".")[0]) if first == "console" else self._others

    def all_messages(self, language: str) -> Mapping[str, Message]:
        """The messages of all files but the translated sentences, which are not messages of English."""
        messages = Locales(self._root, "console/*.toml").messages(language)
        return {key: message for key, message in messages.items() if not key.startswith("said.")}


class ConsoleWords:
    """Texts, numbers and moments in one language."""

    def __init__(self, texts: ConsoleTexts, language: str) -> None:
        self.language = language
        self._texts = texts
        self._plain: dict[str, str] = {}
        self._patterns: list[tuple[re.Pattern[str], Message]] | None = None
        self._recognized = lru_cache(KEPT)(self._recognize)

    def text(self, key: str, /, **values: Any) -> str:
        """The message of a dotted key. With a value that is markup, it is markup, in which all the rest is escaped."""
        return self._filled(self._texts.holder(key).form(key, self.language, values), values)

    def shown(self, key: str, /, **values: Any) -> str:
        """The same for a template: texts without values, which are most, are escaped and cleaned once."""
        if values:
            return self.text(key, **values)
        if key not in self._plain:
            self._plain[key] = OwnMarkup(escape(clean(self.text(key))))
        return self._plain[key]

    def named(self, value: str, group: str) -> str:
        """The message `console.words.<group>.<value>`; without one, the value itself, as of an unknown field."""
        try:
            return self.text(f"console.words.{group}.{value}")
        except MissingText:
            return value

    def said(self, text: str) -> str:
        """An English sentence of the product in this language; as it is where nobody has translated it.

        A sentence that comes from a table is recognized by its pattern (said.py).
        """
        if self.language == ENGLISH or not text:
            return str(text)
        if isinstance(text, Stored) or not isinstance(text, Said):
            return self._recognized(str(text))
        message = self._sentences.get(f"said.{text.pattern}")
        if message is None:
            return str(text)
        values = text.values
        if text.pattern == ABOUT_SOMETHING:
            values = {**values, "field": self.named(values["field"], "field")}
        return self._form(message, values)

    def sentence(self, text: str) -> str:
        """The same with a capital letter at its beginning, where that is no address."""
        words = self.said(text)
        return words if NO_WORD.match(words) else f"{words[:1].upper()}{words[1:]}"

    def number(self, number: int) -> str:
        """`12,345`, `12 345`."""
        return f"{number:,}".replace(",", self.text("console.words.thousands"))

    def change(self, number: int) -> str:
        """The same with its sign, but for 0."""
        if number == 0:
            return "0"
        return ("+" if number > 0 else "\N{MINUS SIGN}") + self.number(abs(number))

    def decimal(self, number: float, form: str = ".3g") -> str:
        """`0.25`, `0,25`; `form` is a format of Python, by default with three digits that mean something."""
        return f"{number:{form}}".replace(".", self.text("console.words.decimal"))

    def percent(self, number: float, form: str = ".3g") -> str:
        """`0.25%`, `0,25 %`, of a number in per cent."""
        return self.text("console.words.percent", number=self.decimal(number, form))

    def share(self, part: float) -> str:
        """`25.0%`, `25,0 %`, of a part of 1."""
        return self.percent(100 * part, ".1f")

    def moment(self, local: datetime) -> str:
        """`23 Nov 2026, 08:15`, `23.11.2026 klo 8.15`; it must be in the time zone in which it is to be read."""
        hour = str(local.hour).zfill(len(self.text("console.words.hours")))
        clock = {"hour": hour, "minute": f"{local:%M}"}
        return self.text("console.words.moment", day=self.day(local), **clock)

    def day(self, local: date) -> str:
        """`23 Nov 2026`, `23.11.2026`."""
        month = self.text("console.words.months").split()[local.month - 1]
        return self.text("console.words.day", day=str(local.day), month=month, year=str(local.year))

    def month(self, month: str) -> str:
        """`Nov 2026`, `11/2026`, of `2026-11`."""
        year, _, number = month.partition("-")
        return self.text(
            "console.words.month", month=self.text("console.words.months").split()[int(number) - 1], year=year
        )

    def scope(self) -> dict[str, Any]:
        """What templates know by name; the rest are filters."""
        return {"t": self.shown, "said": self.said, "console_words": self}

    @property
    def _sentences(self) -> Mapping[str, Message]:
        return self._texts.file("said").messages(self.language)

    def _form(self, message: Message, values: Mapping[str, Any]) -> str:
        if not isinstance(message, str):
            message = message["one" if values.get("count") in (1, "1") else "other"]
        return self._filled(message, {name: self._day_of(value) for name, value in values.items()})

    def _day_of(self, value: Any) -> Any:
        """A day as the language writes it; any other value as it is."""
        if not isinstance(value, str) or not DAY.fullmatch(value):
            return value
        try:
            return self.day(date.fromisoformat(value))
        except ValueError:
            return value

    def _filled(self, message: str, values: Mapping[str, Any]) -> str:
        html = any(hasattr(value, "__html__") for value in values.values())

        def value(found: re.Match[str]) -> str:
            if found[1] not in values:
                raise MissingText(f"message {message!r} ({self.language}) needs the value {found[1]!r}")
            shown = self._shown(values[found[1]])
            return str(escape(shown)) if html else shown

        text = VALUE.sub(value, str(escape(message)) if html else message)
        return Markup(text) if html else text  # noqa: S704 (each part is escaped)

    def _shown(self, value: Any) -> str:
        if isinstance(value, Said):
            return self.said(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.number(value)
        if isinstance(value, float):
            return self.decimal(value, "")
        return value if isinstance(value, str) else str(value)

    def _recognize(self, text: str) -> str:
        exact = self._sentences.get(f"said.{text}")
        if isinstance(exact, str):
            return exact
        if quoted := QUOTED.fullmatch(text):
            return self._form(self._sentences.get("said.“{text}”", text), {"text": quoted[1]})
        if self._patterns is None:
            known = ((key.removeprefix("said."), message) for key, message in self._sentences.items())
            self._patterns = [(_pattern(key), message) for key, message in known if recognizable(key)]
            # Of two patterns that fit, the one with more words of its own.
            self._patterns.sort(key=lambda known: -len(re.sub(r"\(\?P.*?\)", "", known[0].pattern)))
        for pattern, message in self._patterns:
            if found := pattern.fullmatch(text):
                return self._form(message, {name: self._recognize(value) for name, value in found.groupdict().items()})
        if about := ABOUT.fullmatch(text):
            what, sentence = about.groups()
            if (words := self._recognize(sentence)) != sentence:
                return f"{self.named(what, 'field')}: {words}"
        if "; " in text:
            return "; ".join(map(self._recognize, text.split("; ")))
        return text


def recognizable(pattern: str) -> bool:
    """Whether a text can be told to be of this pattern: it has words of its own, or begins with one."""
    bare = VALUE.sub("", pattern)
    few = FEW_LETTERS // 2 if ": " in bare else FEW_LETTERS
    return pattern != bare and (sum(map(str.isalpha, bare)) >= few or pattern[0].isalpha())


def _pattern(key: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for number, part in enumerate(VALUE.split(key)):
        if number % 2 == 0:
            parts.append(re.escape(part))
        else:
            value = r"[0-9,]+" if part == "count" else ".+?"
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>{value})")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)
