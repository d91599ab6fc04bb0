"""Which licences what we ship of others is under, whether they may be, and the file with their texts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from license_expression import ExpressionError, ExpressionParseError, get_spdx_licensing

from supply.origins import Copied, Shipped
from supply.wheels import BadMaterial, Part

HERE = Path(__file__).parent
LIST = HERE / "licences.toml"
SPDX = get_spdx_licensing()
RULE = "=" * 80
WHERE_SOURCE_IS = {"MPL-2.0": "The source code is at the address above; the licence: https://mozilla.org/MPL/2.0/"}
"""Of licences that ask for the way to the source, not for their text, when compiled code is handed on."""


@dataclass(frozen=True)
class Rules:
    """The file licences.toml."""

    allowed: tuple[str, ...]
    stated: Mapping[tuple[str, str], str]
    """Package and what it states, to what that means."""
    texts: Mapping[str, str]
    """Package to the text that its wheel lacks."""
    copied: tuple[Copied, ...]


def read_rules(file: Path = LIST) -> Rules:
    """Raises BadMaterial for an id in `allowed` that SPDX does not know."""
    data: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    for each in data["allowed"]:
        if SPDX.validate(each).errors:
            raise BadMaterial(f"{file.name}: {each} is no licence of the SPDX list")
    return Rules(
        allowed=tuple(data["allowed"]),
        stated={(each["package"], each["states"]): each["licence"] for each in data.get("stated", ())},
        texts={each["package"]: f"{each['copyright']}\n\n{_text(each['text'])}" for each in data.get("texts", ())},
        copied=tuple(Copied(**each) for each in data.get("copied", ())),
    )


def decide(name: str, stated: str, rules: Rules) -> str:
    """The SPDX expression of a package or part. Raises BadMaterial for one that is unknown or not allowed."""
    written = rules.stated.get((name, stated), stated)
    where = f"{name} states the licence {stated!r}" if stated else f"{name} states no licence"
    try:
        parsed = SPDX.parse(written, validate=True) if written else None
    except (ExpressionError, ExpressionParseError):
        parsed = None
    if parsed is None:
        raise BadMaterial(f"{where}: read its text, and write what it means into [[stated]] of {LIST.name}")
    if not chosen(parsed, rules.allowed):
        raise BadMaterial(f"{where}: {parsed} is not in `allowed` of {LIST.name}")
    return str(parsed)


def chosen(expression: Any, allowed: Sequence[str]) -> tuple[str, ...]:
    """The licences that we take of an expression; none if one that is needed is not allowed."""
    node = SPDX.parse(expression) if isinstance(expression, str) else expression
    if node.isliteral:
        return (str(node),) if str(node) in allowed else ()
    below = [chosen(each, allowed) for each in node.args]
    if isinstance(node, SPDX.AND):
        return tuple(dict.fromkeys(key for each in below for key in each)) if all(below) else ()
    ways = [each for each in below if each]
    return min(ways, key=lambda way: [allowed.index(key) for key in way], default=())


def check(shipped: Iterable[Shipped], rules: Rules, copied: Iterable[Copied] = ()) -> Iterator[str]:
    """What is wrong with the licences of packages, and of copies among the templates; one line each."""
    packages = list(shipped)
    for each in packages:
        named = [(each.wheel.name, each.wheel.stated), *((part.name, part.stated) for part in each.wheel.parts)]
        named += [(one.name, one.licence) for one in each.copied]
        package = f"{each.wheel.name} {each.wheel.version}"
        for name, stated in named:
            try:
                decide(name, stated, rules)
            except BadMaterial as fault:
                yield f"{package}: {fault}"
        if not each.wheel.texts and each.wheel.name not in rules.texts:
            yield f"{package}: its wheel has no licence text; add it to [[texts]] of {LIST.name}"
    for one in copied:
        try:
            decide(one.name, one.licence, rules)
        except BadMaterial as fault:
            yield f"{one.path}: {fault}"
    there = {each.wheel.name for each in packages}
    everything = there | {part.name for each in packages for part in each.wheel.parts}
    for name in sorted({name for name, _ in rules.stated} - everything | rules.texts.keys() - there):
        yield f"{LIST.name}: {name} is not shipped any more; take its entry out"


def notices(shipped: Sequence[Shipped], rules: Rules, copied: Sequence[Copied] = ()) -> str:
    """The file LICENCES.txt of the archive: every package with its licence and texts, then the parts compiled in."""
    parts: dict[str, Part] = {}
    lines = [
        "This archive holds the software of others that is listed here, with the texts their licences ask for.",
        "",
    ]
    for each in shipped:
        wheel = each.wheel
        lines.append(f"{wheel.name} {wheel.version}: {decide(wheel.name, wheel.stated, rules)}")
        lines += [f"    with {one.name} in {one.path}: {one.licence}" for one in each.copied]
        parts |= {part.purl: part for part in wheel.parts}
    lines += [f"{one.name} in {one.path}: {one.licence}" for one in copied]
    needed: dict[str, None] = dict.fromkeys(one.licence for one in copied)
    lines += ["", "Compiled into them:", ""]
    for _, part in sorted(parts.items()):
        licence = decide(part.name, part.stated, rules)
        taken = chosen(licence, rules.allowed)
        needed |= dict.fromkeys(taken)
        lines.append(
            f"{part.name} {part.version}: {licence}"
            + (f", taken as {' AND '.join(taken)}" * (str(licence) not in taken))
        )
        lines += [f"    by {', '.join(part.authors)}"] if part.authors else []
        lines += [f"    {part.source}"] if part.source else []
    for each in shipped:
        texts = each.wheel.texts or {"": rules.texts[each.wheel.name]}
        for file, text in texts.items():
            lines += [
                "",
                RULE,
                f"{each.wheel.name} {each.wheel.version} {file.rpartition('/')[2]}".rstrip(),
                RULE,
                "",
                text.strip(),
            ]
    for key in sorted(needed):
        text = WHERE_SOURCE_IS.get(key) or _text(key)
        lines += ["", RULE, f"{key}, of the parts above that are under it", RULE, "", text.strip()]
    return "\n".join(lines) + "\n"


def _text(key: str) -> str:
    """The text of a licence. Raises BadMaterial where texts/ has none."""
    file = HERE / "texts" / f"{key}.txt"
    if not file.is_file():
        raise BadMaterial(
            f"{LIST.name}: {key} wants its text to go along; add it as {file.relative_to(HERE.parents[1])}"
        )
    return file.read_text("utf-8")
