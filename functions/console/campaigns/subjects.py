"""The A/B test in the form of a campaign: further subjects beside the first, and how the test goes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from console.request import Request
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.experiments.experiment import SHARE, SUBJECTS, USUAL_HOURS, USUAL_SHARE, Experiment
from newsletter.platform.words.said import say

FURTHER = range(2, SUBJECTS[1] + 1)
"""Numbers of the subjects that the form asks for beside the first."""
ON_FORM = {
    "ab.subjects": "subject_2",
    "ab.preheaders": "preheader_2",
    "ab.share": "ab_share",
    "ab.hours": "ab_hours",
}
"""At which field of the form a mistake in the test is told."""
NO_NUMBER = -1
"""Stands for what is no number: it is kept, and told as a mistake."""
NUMBER = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?", re.ASCII)


def subjects_of(request: Request) -> Experiment | None:
    """The test that the form asks for; None where it has no further subject."""
    lines = [
        (request.field(f"subject_{number}").strip(), request.field(f"preheader_{number}").strip()) for number in FURTHER
    ]
    further = [(subject, preheader) for subject, preheader in lines if subject]
    if not further:
        return None
    all_of_them = [(request.field("subject").strip(), request.field("preheader").strip()), *further]
    # A subject without a preview text of its own has the first one's.
    preheaders = tuple(preheader or all_of_them[0][1] for _, preheader in all_of_them)
    own = any(preheader for _, preheader in further)
    percent, hours = (_number(request.field(name)) for name in ("ab_share", "ab_hours"))
    subjects = tuple(subject for subject, _ in all_of_them)
    whole = int(hours) if hours == int(hours) else NO_NUMBER
    return Experiment(subjects, round(percent / 100, 6), whole, preheaders if own else ())


def further_subjects(campaign: Campaign) -> list[tuple[int, str, str]]:
    """Number, subject and preview text of the further subjects, with room for as many as there may be."""
    ab = campaign.ab
    preheaders = (ab.preheaders or ("",) * len(ab.subjects)) if ab else ()
    known = [pair for pair in zip(ab.subjects, preheaders, strict=False) if pair[0] != campaign.subject] if ab else []
    known += [("", "")] * (len(FURTHER) - len(known))
    return [(number, *pair) for number, pair in enumerate(known, start=FURTHER[0])]


def errors_on_form(errors: Mapping[str, str]) -> dict[str, str]:
    """The same mistakes, each at the field of the form in which it was made; the form asks for percent."""
    told = {ON_FORM.get(field, field): text for field, text in errors.items()}
    if "ab_share" in told:
        told["ab_share"] = say(
            "give a number from {least} to {most}, e.g. {usual}",
            least=f"{SHARE[0] * 100:g}",
            most=f"{SHARE[1] * 100:g}",
            usual=f"{USUAL_SHARE * 100:g}",
        )
    return told


def share_and_hours(campaign: Campaign) -> tuple[str, str]:
    """What stands in the two fields: the share in percent, and the hours."""
    ab = campaign.ab
    share, hours = (ab.share, ab.hours) if ab else (USUAL_SHARE, USUAL_HOURS)
    return ("" if share < 0 else f"{share * 100:g}"), ("" if hours < 0 else str(hours))


def _number(text: str) -> float:
    text = text.strip().removesuffix("%").strip().replace(",", ".")
    return float(text) if NUMBER.fullmatch(text) else NO_NUMBER
