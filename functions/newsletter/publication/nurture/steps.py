"""The tables [[sequences.steps]] of publication.toml: the mails of a nurture series, and for whom each is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.toml_table import KEY, Texts, TomlTable


@dataclass(frozen=True)
class Condition:
    """For whom a step is; an empty field restricts nobody.

    Readers of one of the `topics` (or of all), of one of the `languages`; who `clicked` a link in the mail of that
    step, or did `not_clicked`; and, with `not_lead`, who has taken up no offer.
    """

    topics: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    clicked: str = ""
    not_clicked: str = ""
    not_lead: bool = False


@dataclass(frozen=True)
class Step:
    """One mail of a sequence, `after` the reader's last mail of it (the first: after they came into it).

    `key` never changes while readers are under way; `formerly` are keys it had before. `body` names Markdown files
    below templates/, without `.<language>.md`. A step that could not go out `pointless_after` its time is left out.
    """

    key: str
    after: timedelta
    subject: Texts
    body: str
    formerly: tuple[str, ...] = ()
    condition: Condition = Condition()
    pointless_after: timedelta | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The key of today, and those of before."""
        return (self.key, *self.formerly)


def parse_step(table: TomlTable, sequence: str, languages: tuple[str, ...]) -> Step:
    """A step of the sequence of that key."""
    body = table.line("body")
    if "after_days" not in table and "after_hours" not in table:
        raise InvalidPublication(table.path("after_days"), "missing; give a whole number from 0 to 365, or after_hours")
    after = timedelta(
        days=table.number("after_days", 0, 365, default=0), hours=table.number("after_hours", 0, 8760, default=0)
    )
    pointless = table.number("pointless_after_days", 1, 365) if "pointless_after_days" in table else None
    return Step(
        key=table.key("key") if "key" in table else _key_of(body, sequence, table),
        after=after,
        subject=table.texts("subject", languages, one_line=True),
        body=body,
        formerly=_keys(table, "formerly"),
        condition=table.table("only_for", lambda t: _condition(t, languages)) if "only_for" in table else Condition(),
        pointless_after=timedelta(days=pointless) if pointless is not None else None,
    )


def _key_of(body: str, sequence: str, table: TomlTable) -> str:
    """The key of a step that has none: the name of its text, without that of the sequence before it."""
    name = body.rpartition("/")[2].lower().removeprefix(f"{sequence}-")
    if not KEY.match(name):
        raise InvalidPublication(table.path("key"), f"missing, and the name of the text, {name!r}, cannot be one")
    return name


def _keys(table: TomlTable, name: str) -> tuple[str, ...]:
    keys = table.lines(name)
    for key in keys:
        if not KEY.match(key):
            raise InvalidPublication(table.path(name), f"{key!r}: lower-case letters, digits and hyphens only")
    return keys


def _condition(table: TomlTable, languages: tuple[str, ...]) -> Condition:
    chosen = table.lines("languages")
    refuse_unknown(table.path("languages"), chosen, languages, "language")
    return Condition(
        topics=table.lines("topics"),
        languages=chosen,
        clicked=table.optional("clicked"),
        not_clicked=table.optional("not_clicked"),
        not_lead=table.yes_no("not_lead", default=False),
    )


def check_names(table: TomlTable, steps: tuple[Step, ...]) -> None:
    """Every key belongs to one step, and conditions name steps that come before."""
    repeated = [name for name, times in Counter(name for step in steps for name in step.names).items() if times > 1]
    if repeated:
        raise InvalidPublication(table.path("steps"), f"the key {repeated[0]!r} is there twice, here or in `formerly`")
    before: set[str] = set()
    for number, step in enumerate(steps, start=1):
        for name in ("clicked", "not_clicked"):
            wanted: str = getattr(step.condition, name)
            if wanted and wanted not in before:
                where = f"{table.path('steps')}[{number}].only_for.{name}"
                raise InvalidPublication(where, f"no step before this one has the key {wanted!r}")
        before.update(step.names)


def refuse_unknown(path: str, named: Iterable[str], known: Collection[str], what: str) -> None:
    """Raises InvalidPublication for a `named` key that is not among the `known`; `what` says what it is of."""
    for each in named:
        if each not in known:
            raise InvalidPublication(path, f"there is no {what} {each!r}")
