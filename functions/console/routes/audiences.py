"""/console/audiences and /api/v1/audiences: rules that select readers, how many they select, and why not somebody."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from console.audiences.audience_form import NOTHING, rest_of, rule_in_form
from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.wording.language import words
from newsletter.container import app
from newsletter.mailings.audience.audiences_store import SavedAudience
from newsletter.mailings.audience.check_rule import rule_of
from newsletter.mailings.audience.explain import count_as_json, saved_as_json, why_as_json, why_not
from newsletter.mailings.audience.rule import Audience
from newsletter.mailings.audience.save_audience import forget_audience, save_audience
from newsletter.mailings.audience.words import rule_in_words
from newsletter.mailings.audience.written import rule_as_json
from newsletter.mailings.campaign import whole_audience
from newsletter.mailings.count_audience import AudienceCount, ask_audience
from newsletter.mailings.drafts.edit_drafts import find_draft
from newsletter.platform.errors import Conflict, InvalidForm, InvalidInput, NotFound
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.publication.access.roles import Role

# --- for programs ----------------------------------------------------------------------------------------------------


def count_one(request: Request, _who: Principal) -> Answer:
    """How many readers the rule in the body selects; or, of `{"audience": …}`, the saved one of that name."""
    data = request.json_object()
    with _faults_in("audience" if "audience" in data else ""):
        return json_answer(200, count_as_json(_counted(rule_of(data.get("audience", data), app))))


def explain(request: Request, _who: Principal) -> Answer:
    """Whether the owner of an address is in an audience, a rule or the name of a saved one, and why not."""
    data = request.json_object()
    with _faults_in("audience"):
        rule = rule_of(data["audience"], app)
    return json_answer(200, why_as_json(why_not(rule, data["address"], app.now(), app)))


def list_saved(_request: Request, _who: Principal) -> Answer:
    """Every saved audience, by name."""
    return json_answer(200, {"audiences": [saved_as_json(each) for each in app.audiences.all()]})


def show_saved(_request: Request, _who: Principal, audience: str) -> Answer:
    """A saved audience."""
    return json_answer(200, saved_as_json(_saved(unquote(audience))))


def create(request: Request, who: Principal) -> Answer:
    """Save a rule with a name."""
    data = request.json_object()
    with _faults_in("rule"):
        return json_answer(201, saved_as_json(_save(data["name"], data["rule"], who, anew=True)))


def put(request: Request, who: Principal, audience: str) -> Answer:
    """Replace the rule of a saved audience."""
    rule = request.json_object()["rule"]
    with _faults_in("rule"):
        return json_answer(200, saved_as_json(_save(unquote(audience), rule, who, anew=False)))


def delete(_request: Request, _who: Principal, audience: str) -> Answer:
    """Forget a saved audience."""
    saved = _saved(unquote(audience))
    forget_audience(saved.name, app)
    return json_answer(200, saved_as_json(saved))


@contextmanager
def _faults_in(field: str) -> Iterator[None]:
    """Names the faults of a rule by their place in the body, as those that the API's description finds."""
    try:
        yield
    except InvalidInput as wrong:
        errors = wrong.errors if isinstance(wrong, InvalidForm) else {wrong.field: wrong.message}
        if not field or errors.keys() <= {"name", "audience"}:
            raise
        raise InvalidForm({f"{field}.{name}": text for name, text in errors.items()}) from wrong


def _save(name: str, rule: dict[str, Any], who: Principal, *, anew: bool) -> SavedAudience:
    return save_audience(name, rule, who.name, whole_seconds(app.now()), app, anew=anew)


def _saved(name: str) -> SavedAudience:
    found = app.audiences.get(name)
    if found is None:
        raise NotFound(f"audience {name}")
    return found


def _counted(rule: Audience) -> AudienceCount:
    today = app.now().astimezone(app.publication.time_zone).date()
    return ask_audience(rule, today, app)


# --- for people ------------------------------------------------------------------------------------------------------


def show_list(request: Request, who: Principal) -> Answer:
    """The saved audiences, and the form: with the rule of the one, or of the campaign, that the query names; or with
    those who clicked in a mailing.
    """
    name = request.query("name")
    if campaign := request.query("campaign"):
        who.require(Role.WRITE)  # as the campaign's own page does
        return _page(who, rule_as_json(whole_audience(find_draft(campaign, app).campaign)))
    if clicked := request.query("clicked"):
        return _page(who, {"clicked": [clicked]})
    return _page(who, rule_as_json(_saved(name).rule) if name else {}, name=name)


def take_form(request: Request, who: Principal) -> Answer:
    """What the pressed button says: count, look for an address, save or forget. Counting is a read, for everybody."""
    step, name, address = (request.field(each).strip() for each in ("step", "name", "address"))
    if step == "forget":
        forget_audience(name, app)
        return redirect("/console/audiences")
    rule: dict[str, Any] = {}
    shown: dict[str, Any] = {"name": name, "address": address}
    try:
        rule = rule_in_form(request)
        if step in ("save", "replace"):
            _save(name, rule, who, anew=step == "save")
            return redirect("/console/audiences")
        # Addresses become ids here, which the page hands on: it never shows an address that was listed.
        checked = rule_of(rule, app)
        rule = rule_as_json(checked)
        if step == "why":
            return _page(who, rule, **shown, reasons=why_not(checked, address, app.now(), app))
        return _page(who, rule, **shown, count=_counted(checked))
    except Conflict as taken:
        return _page(who, rule, **shown, errors={"name": str(taken)}, status=409)
    except InvalidInput as wrong:
        errors = getattr(wrong, "errors", {wrong.field: wrong.message})
        return _page(who, rule, **shown, errors=errors, status=422)


def _page(who: Principal, rule: dict[str, Any], status: int = 200, **values: Any) -> Answer:
    saved = [(each, rule_in_words(each.rule, app.publication, words().language)) for each in app.audiences.all()]
    defaults: dict[str, Any] = {"errors": {}, "count": None, "reasons": None, "address": "", "name": ""}
    mailings = [each for _, each in app.mailings.older("", 50) if not each.kind.automated]
    shown = {"rule": NOTHING | rule, "mailings": mailings, "excluded": rest_of(rule)}
    return page("audiences", who, status=status, saved=saved, **shown | defaults | values)
