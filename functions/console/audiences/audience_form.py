"""The rule of an audience in the fields of a form, as JSON would have it."""

from __future__ import annotations

import json
import re
from typing import Any

from console.request import Request
from newsletter.mailings.audience.written import DAYS, FIELDS, LISTS, NUMBERS
from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import say
from newsletter.readers.choices import FILTERS

EXCLUDED_BY = ("topics", "got", "lead_states", "listed", "addresses")
"""Fields of an exclusion that the form has."""
NOTHING: dict[str, Any] = dict.fromkeys(FIELDS)
"""A rule without a condition, with all its fields: a template refuses a field that is not there."""
SEPARATORS = re.compile(r"[\s,;]+")


def rule_in_form(request: Request) -> dict[str, Any]:
    """The rule: fields as in JSON, and `exclude_topics`, `exclude_got`, `exclude_addresses` … for one exclusion."""
    rule = _fields(request, "")
    exclude = _fields(request, "exclude_")
    rest = _rest(request.field("rest"))
    exclusions = [*([exclude] if exclude else []), *rest.pop("exclude", [])]
    return rest | rule | ({"exclude": exclusions} if exclusions else {})


def rest_of(rule: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The exclusion that the form shows, and as JSON what of the rule it has no fields for, so that nothing is lost."""
    exclusions = list(rule.get("exclude", []))
    shown = exclusions.pop(0) if exclusions and exclusions[0].keys() <= set(EXCLUDED_BY) else {}
    rest = {name: rule[name] for name in FILTERS if name in rule} | ({"exclude": exclusions} if exclusions else {})
    return NOTHING | shown, json.dumps(rest) if rest else ""


def _rest(text: str) -> dict[str, Any]:
    """What `rest_of` gave. Raises InvalidInput for anything else."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get("exclude", []), list):
        raise InvalidInput("exclude", say("reload the page, and try again"))
    return found


def _fields(request: Request, before: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in LISTS:
        lines = [line for value in request.form.get(before + name, ()) for line in value.splitlines()]
        found[name] = [line.strip() for line in lines if line.strip()]
    # One field for all of them: a form may have 200.
    anew = request.field(f"{before}addresses_anew")
    found["listed"] = [] if anew else request.field(f"{before}listed").split()
    found["addresses"] = [each for each in SEPARATORS.split(request.field(f"{before}addresses")) if each]
    for name in ("frequency", *DAYS):
        found[name] = request.field(before + name).strip()
    for name in NUMBERS:
        text = request.field(before + name).strip()
        # What is no number is told so by whoever reads the rule.
        found[name] = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else text or 0
    return {name: value for name, value in found.items() if value}
