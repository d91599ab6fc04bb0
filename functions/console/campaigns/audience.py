"""To whom a campaign goes, in its form: a saved audience by its name, or the fields of a rule."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from console.audiences.audience_form import NOTHING, rest_of, rule_in_form
from console.request import Request
from newsletter.container import app
from newsletter.mailings.audience.of_campaign import audience_of
from newsletter.mailings.audience.written import rule_as_json
from newsletter.mailings.campaign import Campaign
from newsletter.platform.errors import InvalidForm, InvalidInput

MAILINGS = 50
"""Mailings that the form offers to ask about, the newest; the API and the command line take any."""


@dataclass(frozen=True)
class Mistyped:
    """What the fields of the rule say that is no rule, and why; the campaign has the one of before."""

    rule: dict[str, Any]
    errors: dict[str, str]


def with_audience(request: Request, campaign: Campaign) -> tuple[Campaign, Mistyped | None]:
    """The campaign with the audience of the form. A page without its fields leaves it as it is.

    Topics and language stand in fields of the campaign's own. The rule of a saved audience is taken as it is now, and
    shown in the fields from then on.
    """
    if "audience" not in request.form:
        return campaign, None
    saved, given = request.field("saved_audience"), {}
    try:
        if saved:
            rule = audience_of(saved, app)
            campaign = replace(campaign, topics=rule.topics, languages=rule.languages, among=rule.among)
            return replace(campaign, audience=replace(rule, topics=(), languages=(), among=())), None
        given = rule_in_form(request)
        fields = {name: value for name, value in given.items() if name not in ("topics", "languages")}
        languages = tuple(given.get("languages", ()))
        return replace(campaign, languages=languages, audience=audience_of(fields, app)), None
    except InvalidInput as wrong:
        errors = dict(wrong.errors) if isinstance(wrong, InvalidForm) else {wrong.field: wrong.message}
        return campaign, Mistyped(given, errors)


def shown_audience(campaign: Campaign, mistyped: Mistyped | None) -> dict[str, Any]:
    """What the template `_audience_fields.html` needs."""
    rule = mistyped.rule if mistyped else rule_as_json(campaign.audience)
    languages = campaign.languages or campaign.audience.languages
    excluded, rule = rest_of(rule), NOTHING | {"languages": list(languages)} | rule
    mailings = [each for _, each in app.mailings.older("", MAILINGS) if not each.kind.automated]
    names = [each.name for each in app.audiences.all()]
    return {"rule": rule, "excluded": excluded, "mailings": mailings, "saved_audiences": names}


def as_in_form(errors: dict[str, str]) -> dict[str, str]:
    """Faults by the names that the fields have in the form: `exclude_got` for `audience.exclude[1].got`."""
    return {
        name.removeprefix("audience.").replace("exclude[1].", "exclude_").replace("audience", "saved_audience"): text
        for name, text in errors.items()
    }
