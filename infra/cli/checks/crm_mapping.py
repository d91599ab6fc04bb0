"""Whether what templates/crm/ makes of a lead is what that CRM takes: names, required fields, types, lengths, choices.

The rules are data, in crm_rules/, with the addresses of each CRM's documentation. The leads are made up, among them the
longest and the barest ones.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from newsletter.leads.outbox.crm_calls import Call, parse_calls
from newsletter.leads.outbox.crm_values import template_values, value_at
from newsletter.mail.templates import Templates
from newsletter.platform.errors import InvalidInput
from newsletter.publication.crm import CrmFormat, CrmSettings

RULES = Path(__file__).parent / "crm_rules"
TYPES = {"text": str, "number": int | float, "boolean": bool, "list": list, "object": dict}
LONG = "Ääkkösten ja Välilyöntien Pitkä Nimi " * 12
MAILBOX = "a" * 60 + "@" + "b" * 60 + ".example.com"


@dataclass(frozen=True)
class Refusal:
    """`field` is the field of the CRM, empty where the fault is in the whole template; `line` that of the template."""

    field: str
    message: str
    line: int = 0


def mapping_faults(root: Path, templates: Templates) -> Iterator[tuple[str, str]]:
    """Each fault of the CRM's format: the file with its line, and what would be right."""
    settings = templates.publication.crm
    if settings.format is CrmFormat.PLAIN:
        return
    path = root / "crm" / f"{settings.format}.json.j2"
    if not path.is_file():
        yield str(path), f'there is no such file, and [crm] says format = "{settings.format}"'
        return
    seen: set[tuple[str, str]] = set()
    for refusal in _refusals(templates, settings):
        where = _place(root, path, settings, refusal)
        if (where, refusal.message) not in seen:
            seen.add((where, refusal.message))
            yield where, refusal.message


def _refusals(templates: Templates, settings: CrmSettings) -> Iterator[Refusal]:
    full = next(iter(sample_bodies()))
    for name, path in settings.fields.items():
        if value_at(full["data"], path) is None:
            yield Refusal(name, f"{path!r} is no value of the webhook's data (docs/crm.md)")
    made: set[str] = set()  # what a new lead's answers tell, which later events may use
    for body in sample_bodies():
        try:
            calls = parse_calls(templates.crm(settings.format, template_values(body, settings)))
        except InvalidInput as fault:
            yield Refusal("", f"for {body['type']}: {fault}")
            return
        except TemplateError as fault:
            yield Refusal("", f"for {body['type']}: {fault}", _line_of(fault, templates))
            return
        known = set(made) if body["type"] != "lead.created" else set()
        for call in calls:
            for name in sorted(call.needs - known):
                yield Refusal(name, f"for {body['type']}: {call.path} uses {name}, which no request before it keeps")
            known |= call.keep.keys()
            yield from call_refusals(call, settings)
        if body["type"] == "lead.created":
            made |= known


def call_refusals(call: Call, settings: CrmSettings) -> Iterator[Refusal]:
    """What the CRM would refuse of a request."""
    rules = [each for each in _rules(settings.format) if _is_about(each, call, settings)]
    if not rules:
        yield Refusal("", f"{settings.format} knows no {call.method} {call.path}")
    for rule in rules:
        found: Any = json.loads(call.body)
        for step in rule["object"]:
            found = found[step] if isinstance(found, list | dict) and step in _steps(found) else None
        if not isinstance(found, dict):
            yield Refusal("", f"{call.method} {call.path} needs an object at {'.'.join(map(str, rule['object']))}")
            continue
        for name in rule["required"]:
            if found.get(name) in (None, "", [], {}):
                yield Refusal(name, f"{name} is required")
        for name, value in found.items():
            message = _wrong(name, value, rule)
            if message:
                yield Refusal(name, f"{name} {message}")


def _wrong(name: str, value: Any, rule: Mapping[str, Any]) -> str:
    """What is wrong with a field, or nothing."""
    known, other = rule["fields"].get(name), rule.get("other")
    if isinstance(value, dict) and value.keys() == {"learned"}:
        return ""  # an id of the CRM's own
    if known is None:
        return _wrong_own(name, value, other)
    if "never" in known:
        return f"cannot be set: {known['never']}"
    if not _is_one(value, (TYPES[known["type"]],)):
        return f"must be {known['type']}"
    if "one_of" in known and value not in known["one_of"]:
        return f"is {value!r} and must be one of {', '.join(map(str, known['one_of']))}"
    if "most" in known and len(value) > known["most"]:
        return f"has at most {known['most']} characters; cut it, as in {{{{ text[:{known['most']}] | tojson }}}}"
    if "like" in known and not re.fullmatch(known["like"], value):
        return f"is {value!r}, which is not of the form it takes"
    return _wrong_part(value, known["of"]) if "of" in known else ""


def _wrong_own(name: str, value: Any, other: Mapping[str, Any] | None) -> str:
    """What is wrong with a field that only the company's own CRM can have."""
    if other is None or not re.fullmatch(other["name"], name):
        return "is no field that it has" + (", nor can be one of your own" if other else "")
    right = tuple(TYPES[each] for each in other["types"])
    return "" if _is_one(value, right) else f"must be {' or '.join(other['types'])}"


def _wrong_part(value: list[Any], of: Mapping[str, str]) -> str:
    for each in value:
        if not isinstance(each, dict) or not each.get("value") or not each.keys() <= of.keys():
            return f"is a list of objects with {', '.join(of)}"
        if not all(_is_one(part, (TYPES[of[name]],)) for name, part in each.items()):
            return f"has objects with {', '.join(f'{name} ({kind})' for name, kind in of.items())}"
    return ""


def _is_one(value: Any, types: tuple[Any, ...]) -> bool:
    return any(isinstance(value, kind) and (not isinstance(value, bool) or kind is bool) for kind in types)


def _steps(found: list[Any] | dict[str, Any]) -> Any:
    return found if isinstance(found, dict) else range(len(found))


def _is_about(rule: Mapping[str, Any], call: Call, settings: CrmSettings) -> bool:
    pattern = re.escape(rule["path"].replace("{external_id}", settings.external_id))
    pattern = pattern.replace(re.escape("{lead}"), "[a-z0-9]+")
    return rule["method"] == call.method and re.fullmatch(pattern, call.path) is not None


@cache
def _rules(name: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = tomllib.loads((RULES / f"{name}.toml").read_text(encoding="utf-8"))["calls"]
    return rules


def _place(root: Path, path: Path, settings: CrmSettings, refusal: Refusal) -> str:
    """The file and line where the field is written: of [crm] in publication.toml, or of the template."""
    if refusal.line or not refusal.field:
        return f"{path}:{max(refusal.line, 1)}"
    mine = refusal.field in settings.fields or refusal.field in settings.values
    where = root / "publication.toml" if mine else path
    name = re.escape(refusal.field)
    written = re.compile(rf'^\s*["\']?{name}["\']?\s*=|[{{,]\s*{name}\s*=' if mine else rf'"{name}"')
    begun = not mine
    for number, line in enumerate(where.read_text(encoding="utf-8").splitlines(), start=1):
        begun = begun or line.strip().startswith("[crm") or line.strip().startswith("crm.")
        if begun and written.search(line):
            return f"{where}:{number}"
    return f"{where}:1"


def _line_of(fault: TemplateError, templates: Templates) -> int:  # noqa: ARG001 (the traceback has it)
    traceback, line = fault.__traceback__, 0
    while traceback is not None:
        if "/crm/" in traceback.tb_frame.f_code.co_filename.replace("\\", "/"):
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return getattr(fault, "lineno", 0) or line


def sample_bodies() -> Iterator[dict[str, Any]]:
    """Webhooks of made-up leads of every type: with everything in them, with as little as there may be, and with texts
    as long as a reader can make them.
    """
    for kind in ("lead.created", "lead.updated", "lead.retracted"):
        yield _body(
            kind, email="maija@example.com", name="Maija Mehiläinen", company='Oy "Kukka" & Pojat Ab', text="Hei."
        )
        yield _body(kind, email="m@example.com", name="", company="", text="")
        yield _body(kind, email=MAILBOX, name=LONG, company=LONG, text=LONG * 20)
        bare = {"lead": {"id": "aaaabbbbccccdddd"}, "offer": {"key": "o", "title": "O"}, "contact": {"email": "m@e.fi"}}
        yield {"type": kind, "timestamp": "2026-11-28T10:00:00Z", "data": bare}


def _body(kind: str, *, email: str, name: str, company: str, text: str) -> dict[str, Any]:
    article = {"title": text or "-", "url": "https://b.example/1", "at": "2026-11-27T10:00:00Z", "topics": ["linkedin"]}
    lead = {"id": "aaaabbbbccccdddd", "sequence": 1, "episode": 1, "temperature": "hot", "state": "handed_off"}
    contact = {"subscriber": "a" * 26, "email": email, "name": name, "company": company, "language": "fi"}
    consent = {"text": "-", "version": "1", "at": "2026-01-01T10:00:00Z", "state": "given"}
    words = {"message": text, "times": text[:200], "reply": text}
    answers = {"phone": text[:100], "company": company, **words} if text else {}
    return {
        "type": kind,
        "timestamp": "2026-11-28T10:00:00Z",
        "data": {
            "lead": lead,
            "offer": {"key": "sparraus", "title": "Sparrataanko?"},
            "contact": contact | {"status": "active", "topics": ["linkedin"]},
            "consent": consent,
            "verdict": {"kind": "person", "reasons": [text or "-"], "rules": "1"},
            "read": [article] * 10,
            "source": {"mailing": "digest-2026-W48", "article": "-"},
            "answers": answers,
            "score": {"value": 42, "reasons": [text or "-"]},
            "links": {"console": "https://news.example/console/leads/aaaabbbbccccdddd"},
        },
    }
