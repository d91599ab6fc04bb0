"""What somebody wrote themselves: without the mail they answer, their signature and the footers of their programs.

Every line is looked at by itself or with the two before it, cut at MOST_OF_LINE: the time is linear in the text.
"""

from __future__ import annotations

import re

from newsletter.replies.judging.rules import Rules

MOST_LOOKED_AT = 20_000
"""Characters of the mail's text."""
MOST_OF_LINE = 300
LONGEST_SIGNATURE = 15
"""Lines; what is longer after a closing is no signature."""
LABELS_WITHIN = 5
_DATED = re.compile(r"\b\d{4}\b|\d{1,2}[.:]\d{2}\b|@")
_RULE = re.compile(r"[_*=-]{2,}|[\u2010-\u2015]+")
_LONG_RULE = re.compile(r"[_-]{10,}")
_MANY_BREAKS = re.compile(r"\n{3,}")


def own_part(text: str, rules: Rules) -> str:
    """What the sender wrote, whole, signature left out."""
    lines = text[:MOST_LOOKED_AT].split("\n")
    begin, after = _quote(lines, rules)
    before = [line for line in lines[:begin] if not line.startswith(">")]
    rest = lines[after:]
    if any(line.startswith(">") for line in rest):  # answers between the quoted lines, or below them
        before += [line for line in rest if not line.startswith(">")]
    return _MANY_BREAKS.sub("\n\n", "\n".join(_unsigned(before, rules))).strip()


def cut_at_word(text: str, most: int) -> str:
    """The text's beginning, at most this many characters, no word cut in two."""
    if len(text) <= most:
        return text
    at = max(text.rfind(" ", 0, most), text.rfind("\n", 0, most))
    return text[: at if at > most // 4 else most - 1].rstrip() + "…"


def _quote(lines: list[str], rules: Rules) -> tuple[int, int]:
    """The line with which the mail that is answered begins, and the first one after its heading."""
    for number, full in enumerate(lines):
        line = full[:MOST_OF_LINE].strip("> ")
        if not line:
            continue
        if rules.separator.fullmatch(line) or _is_block(lines, number, rules):
            return number, len(lines)
        if begin := _wrote(lines, number, rules):
            return begin[0], number + 1
    return len(lines), len(lines)


def _is_block(lines: list[str], number: int, rules: Rules) -> bool:
    """Whether a block of headers begins here, as Outlook writes it, perhaps after a rule."""
    line = lines[number][:MOST_OF_LINE].strip("> ")
    following = [each[:MOST_OF_LINE].strip("> ") for each in lines[number + 1 : number + 1 + LABELS_WITHIN]]
    if _LONG_RULE.fullmatch(line):
        return any(rules.first_label.match(each) for each in following[:2])
    return bool(rules.first_label.match(line)) and any(rules.other_label.match(each) for each in following)


def _wrote(lines: list[str], number: int, rules: Rules) -> tuple[int] | None:
    """Where a heading begins that ends with this line: "On … X wrote:", which programs fold to three lines."""
    line = lines[number].strip("> ")
    if not line.endswith((":", "\uff1a")) or len(line) > MOST_OF_LINE:
        return None
    quoted = next((each for each in lines[number + 1 : number + 4] if each.strip()), "").startswith(">")
    heading = ""
    for begin in range(number, max(-1, number - 3), -1):
        part = lines[begin].strip("> ")
        if not part or len(part) > MOST_OF_LINE:
            break
        heading = f"{part} {heading}"
        if (quoted or rules.wrote.search(heading)) and _DATED.search(heading):
            return (begin,)
    return (number,) if quoted and rules.wrote.search(line) else None


def _unsigned(lines: list[str], rules: Rules) -> list[str]:
    kept: list[str] = []
    left = sum(bool(line.strip()) for line in lines)
    for full in lines:
        line = full.strip()[:MOST_OF_LINE]
        folded = line.casefold()
        if _RULE.fullmatch(line) or rules.footer.fullmatch(line.strip("*_ ")) or folded.startswith(rules.notices):
            if kept and any(each.strip() for each in kept):
                break
            continue
        if kept and left <= LONGEST_SIGNATURE and rules.closing.fullmatch(line):
            break
        left -= bool(line)
        kept.append(full)
    return kept
