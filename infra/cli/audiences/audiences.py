"""`newsletter audience`: list what is saved, count a rule, ask about an address, save and forget."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import Any

import yaml

from cli.faults import Fault
from cli.output import say, table, when
from newsletter.container import app
from newsletter.mailings.audience.check_rule import rule_of
from newsletter.mailings.audience.explain import count_as_json, saved_as_json, why_as_json, why_not
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.save_audience import forget_audience, save_audience
from newsletter.mailings.audience.words import left_out_in_words, rule_in_words
from newsletter.mailings.audience.written import with_numbers
from newsletter.mailings.count_audience import ask_audience
from newsletter.platform.errors import Conflict, InvalidForm, InvalidInput, NotFound
from newsletter.platform.times import whole_seconds

MAX_FILE = 200_000


def list_saved(*, as_json: bool) -> int:
    """The saved audiences."""
    saved = app.audiences.all()
    if as_json:
        _print({"audiences": [saved_as_json(each) for each in saved]})
        return 0
    if not saved:
        say("No audience is saved. `newsletter audience save NAME RULE` saves one.")
        return 0
    zone = app.publication.time_zone
    rows = ((each.name, rule_in_words(each.rule, app.publication), when(each.at, zone), each.by) for each in saved)
    table(("Name", "Who", f"Saved ({zone})", "By"), rows)
    return 0


def count(rule: str, *, as_json: bool) -> int:
    """How many readers are in it."""
    found = _rule(rule)
    counted = ask_audience(found, app.now().astimezone(app.publication.time_zone).date(), app)
    if as_json:
        _print(count_as_json(counted))
        return 0
    say(f"{rule_in_words(found, app.publication)}.")
    number = f"{counted.readers:,}" if counted.complete else f"about {counted.about:,}"
    say(f"{number} reader{'' if counted.complete and counted.readers == 1 else 's'} at the moment")
    if counted.samples:
        say(f"Among them {', '.join(counted.samples)}")
    if words := left_out_in_words(counted.left_out, app.publication):
        say(f"Left out: {words}")
    return 0


def why(rule: str, address: str, *, as_json: bool) -> int:
    """Whether an address is in it, and why not. Returns 1 if it is not."""
    found = _rule(rule)
    try:
        reasons = why_not(found, address, app.now(), app)
    except InvalidInput as wrong:
        raise Fault(f"ADDRESS: {wrong.message}") from wrong
    if as_json:
        _print(why_as_json(reasons))
    else:
        say(f"{address} is {'not in it:' if reasons else 'in it'}")
        for each in reasons:
            say(f"  {each.text}")
    return 1 if reasons else 0


def save(name: str, rule: str, *, replace: bool, as_json: bool) -> int:
    """Save a rule with a name."""
    given = _given(rule)
    if isinstance(given, str):
        raise Fault(f"{rule}: give a rule to save, not the name of one")
    try:
        anew = not (replace and app.audiences.get(name))
        saved = save_audience(name, given, getpass.getuser(), whole_seconds(app.now()), app, anew=anew)
    except InvalidInput as wrong:
        raise _fault(rule, wrong) from wrong
    except Conflict as taken:
        raise Fault(f"{taken}; --replace puts this one in its place") from taken
    if as_json:
        _print(saved_as_json(saved))
    else:
        say(f"Saved {saved.name}: {rule_in_words(saved.rule, app.publication)}.")
    return 0


def forget(name: str) -> int:
    """Forget a saved audience."""
    try:
        forget_audience(name, app)
    except NotFound as error:
        raise Fault(f"no audience {name!r} is saved; newsletter audience list shows which are") from error
    say(f"{name} is forgotten. Mailings keep the rule that they were sent by.")
    return 0


def _rule(written: str) -> Audience:
    try:
        return rule_of(_given(written), app)
    except InvalidInput as wrong:
        raise _fault(written, wrong) from wrong


def _given(written: str) -> dict[str, Any] | str:
    """A rule as JSON or YAML, in the argument or in a file; else the name of a saved one."""
    path = Path(written)
    text = written
    if not written.lstrip().startswith("{") and len(written) < 1_000 and path.is_file():
        if path.stat().st_size > MAX_FILE:
            raise Fault(f"{path}: longer than {MAX_FILE} bytes")
        text = path.read_text(encoding="utf-8-sig")
    elif not written.lstrip().startswith("{"):
        return written
    try:
        found = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (makes texts, lists and maps alone)
    except yaml.YAMLError as error:
        raise Fault(f"{written[:60]}: neither JSON nor YAML") from error
    if not isinstance(found, dict):
        raise Fault(f"{written[:60]}: give a rule such as {{topics: [linkedin]}}, a file with one, or a saved name")
    return with_numbers(found)


def _fault(written: str, wrong: InvalidInput) -> Fault:
    errors = wrong.errors if isinstance(wrong, InvalidForm) else {wrong.field: wrong.message}
    return Fault("\n".join(f"{written[:60]}: {field}: {text}" for field, text in errors.items()))


def _print(value: dict[str, Any]) -> None:
    say(json.dumps(value, indent=2, ensure_ascii=False))
