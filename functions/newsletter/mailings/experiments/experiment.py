"""An A/B test: several subjects, each for a part of the audience; the best one goes to everybody else."""

from __future__ import annotations

import hashlib
import hmac
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from newsletter.platform.errors import InvalidForm
from newsletter.platform.text import composed, is_one_line
from newsletter.platform.words.said import say

REST = "rest"
"""The arm of those who wait for the winner; the others are "1" to "4", by the number of the subject."""
SUBJECTS = (2, 4)
SHARE = (0.01, 0.99)
HOURS = (1, 168)
USUAL_SHARE, USUAL_HOURS = 0.2, 4
MAX_LINE = 200
"""Characters of a subject and of a preheader."""
LONGEST_VALUE = 1000
"""Characters, and size of numbers, that a draft may keep, whatever is wrong with them."""
STEPS = 1 << 64


@dataclass(frozen=True)
class Experiment:
    """`share` of the audience (0 to 1) is the test: each subject goes to an equal part of it, by chance.

    The test lasts `hours` from when its last mail is out. `preheaders` are empty, or one for each of the subjects.
    `cuts`, of a mailing whose readers were counted: below which draw a reader is in the test, then the upper ends of
    all arms but the last, so that the parts are exact for these readers. Without them chance alone keeps the share.
    """

    subjects: tuple[str, ...]
    share: float = USUAL_SHARE
    hours: int = USUAL_HOURS
    preheaders: tuple[str, ...] = ()
    cuts: tuple[int, ...] = field(default=(), compare=False)

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of the test, then the rest."""
        return (*(str(number) for number in range(1, len(self.subjects) + 1)), REST)

    def arm_of(self, mailing: str, reader: str) -> str:
        """The arm of a reader. It follows from the two ids and what the mailing keeps, so that it is always the same.

        Readers are spread anew for each mailing: nobody is in every test.
        """
        tested, arm = _draws(mailing, reader)
        below, *ends = self.cuts or (self.share * STEPS,)
        if tested >= below:
            return REST
        return str((bisect_right(ends, arm) if self.cuts else arm % len(self.subjects)) + 1)

    def shared_out(self, mailing: str, readers: Sequence[str]) -> Experiment:
        """The test with exact parts of these readers, to the nearest whole one; each of them is drawn by chance."""
        draws = sorted(_draws(mailing, reader) for reader in readers)
        size, subjects = round(self.share * len(draws)), len(self.subjects)
        below = draws[size][0] if size < len(draws) else STEPS
        second = [*sorted(arm for _, arm in draws[:size]), STEPS]
        ends = (second[round(size * number / subjects)] for number in range(1, subjects))
        return replace(self, cuts=(below, *ends))

    @property
    def values(self) -> dict[str, Any]:
        """As plain values: those of JSON, and of a draft."""
        lists = {"subjects": list(self.subjects), "preheaders": list(self.preheaders)}
        return {"share": self.share, "hours": self.hours} | lists

    @property
    def stored(self) -> dict[str, Any]:
        """As plain values of a mailing's item."""
        return self.values | ({"cuts": list(self.cuts)} if self.cuts else {})


def _draws(mailing: str, reader: str) -> tuple[int, int]:
    """Two numbers below STEPS: whether the reader is in the test, and in which of its arms."""
    drawn = hmac.digest(mailing.encode(), reader.encode(), hashlib.sha256)
    return int.from_bytes(drawn[:8]), int.from_bytes(drawn[8:16])


def experiment_of_values(values: Mapping[str, Any]) -> Experiment:
    """The inverse of `Experiment.values` and `Experiment.stored`."""
    lists = {name: tuple(values.get(name, ())) for name in ("subjects", "preheaders", "cuts")}
    return Experiment(**{**values, **lists})


def read_experiment(given: object) -> Experiment:
    """The test that a program or a file asks for. Raises InvalidForm for fields of the wrong type or unknown.

    What the values mean is checked by `experiment_faults`: a draft may keep wrong ones.
    """
    if not isinstance(given, Mapping):
        example = "give subjects, share and hours, e.g. {subjects: [One, Another], share: 0.2, hours: 4}"
        raise InvalidForm({"ab": example})
    known = ("subjects", "share", "hours", "preheaders")
    given = {name: value for name, value in given.items() if value is not None}
    errors = {f"ab.{name}": f"unknown field; there are {', '.join(known)}" for name in given if name not in known}
    errors |= {
        f"ab.{name}": "give a list of texts" for name in ("subjects", "preheaders") if not _texts(given.get(name, []))
    }
    if not _is_number(given.get("share", USUAL_SHARE)):
        errors["ab.share"] = _SHARE
    if type(given.get("hours", USUAL_HOURS)) is not int or abs(given.get("hours", 0)) > LONGEST_VALUE:
        errors["ab.hours"] = _HOURS
    if "subjects" not in given:
        errors["ab.subjects"] = f"missing; {_SUBJECTS}"
    if errors:
        raise InvalidForm(errors)
    return experiment_of_values(given)


def experiment_faults(experiment: Experiment | None) -> dict[str, str]:
    """What is wrong with the test, by field, and what would be right; empty for one that can be sent."""
    if experiment is None:
        return {}
    faults = {"ab.subjects": _subjects_fault(experiment.subjects)}
    faults["ab.preheaders"] = next(filter(None, map(_line_fault, experiment.preheaders)), "")
    if experiment.preheaders and len(experiment.preheaders) != len(experiment.subjects):
        faults["ab.preheaders"] = say(
            "give none, or one for each of the {count} subjects", count=len(experiment.subjects)
        )
    if not SHARE[0] <= experiment.share <= SHARE[1]:
        faults["ab.share"] = _SHARE
    if not HOURS[0] <= experiment.hours <= HOURS[1]:
        faults["ab.hours"] = _HOURS
    return {field: fault for field, fault in faults.items() if fault}


def as_sent(experiment: Experiment | None) -> Experiment | None:
    """The test with its texts as mails have them."""
    if experiment is None:
        return None
    subjects, preheaders = (
        tuple(composed(text, hyphens=False).strip() for text in texts)
        for texts in (experiment.subjects, experiment.preheaders)
    )
    return Experiment(subjects, experiment.share, experiment.hours, preheaders)


_SUBJECTS = say("give {least} to {most} subjects, each another one", least=SUBJECTS[0], most=SUBJECTS[1])
_SHARE = say(
    "give the part of the readers who get the test, from {least} to {most}; 0.2 is a fifth",
    least=SHARE[0],
    most=SHARE[1],
)
_HOURS = say("give a whole number of hours from {least} to {most}", least=HOURS[0], most=HOURS[1])


def _subjects_fault(subjects: tuple[str, ...]) -> str:
    if not SUBJECTS[0] <= len(subjects) <= SUBJECTS[1] or len(set(subjects)) < len(subjects):
        return _SUBJECTS
    if not all(subjects):
        return say("one is empty; {right}", right=_SUBJECTS)
    return next(filter(None, map(_line_fault, subjects)), "")


def _line_fault(text: str) -> str:
    if len(text) <= MAX_LINE and is_one_line(text):
        return ""
    return say("“{text}…”: each is one line of at most {most} characters", text=text[:40], most=MAX_LINE)


def _texts(value: object) -> bool:
    if not isinstance(value, list | tuple) or len(value) > 2 * SUBJECTS[1]:
        return False
    return all(isinstance(each, str) and len(each) <= LONGEST_VALUE for each in value)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= LONGEST_VALUE  # NaN is not
