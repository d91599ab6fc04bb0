"""What the API's description says of A/B tests and of sending a campaign again."""

from __future__ import annotations

from typing import Any

from console.schemas import MOMENT, NUMBER, TEXT, YES_NO, Schema, answer, operation, or_null, ref, with_fields
from newsletter.mailings.experiments.decision import LEAST_CLICKS, Reason, Tried
from newsletter.mailings.experiments.experiment import (
    HOURS,
    LONGEST_VALUE,
    MAX_LINE,
    REST,
    SHARE,
    SUBJECTS,
    USUAL_HOURS,
    USUAL_SHARE,
)
from newsletter.reports.arm_counts import ArmCount

_LINE = TEXT | {"minLength": 1, "maxLength": MAX_LINE}
_SUBJECTS: Schema = {"type": "array", "items": _LINE, "minItems": SUBJECTS[0], "maxItems": SUBJECTS[1]}
_OWN: dict[str, Schema] = {
    "subjects": _SUBJECTS | {"description": "All different. Each goes to an equal part of the test, by chance."},
    "preheaders": {
        "type": "array",
        "items": TEXT | {"maxLength": MAX_LINE},
        "maxItems": SUBJECTS[1],
        "description": "None, or one for each subject; without them, each has that of the campaign.",
    },
    "share": {
        "type": "number",
        "minimum": SHARE[0],
        "maximum": SHARE[1],
        "default": USUAL_SHARE,
        "description": "The part of the audience that gets the test, all subjects together.",
    },
    "hours": {
        "type": "integer",
        "minimum": HOURS[0],
        "maximum": HOURS[1],
        "default": USUAL_HOURS,
        "description": "From when the last mail of the test is out; then the winner goes to the rest.",
    },
}
TEST: Schema = with_fields(_OWN, ("subjects",)) | {
    "type": ["object", "null"],
    "description": "An A/B test: readers get one of its subjects. `subject` is what the campaign is called until it "
    "starts; without it, it is the first one.",
}
_KEPT_LINES: Schema = {"type": "array", "items": TEXT | {"maxLength": LONGEST_VALUE}, "maxItems": 2 * SUBJECTS[1]}
KEPT_TEST: Schema = with_fields(
    {
        **dict.fromkeys(("subjects", "preheaders"), _KEPT_LINES),
        "share": {"type": "number", "minimum": -LONGEST_VALUE, "maximum": LONGEST_VALUE},
        "hours": {"type": "integer", "minimum": -LONGEST_VALUE, "maximum": LONGEST_VALUE},
    },
    ("subjects",),
) | {"type": ["object", "null"], "description": "An A/B test; `problems` say what is wrong with it."}
_ARM = with_fields(
    {
        "arm": {"enum": ["1", "2", "3", "4", REST], "description": f"The number of the subject, or `{REST}`."},
        "subject": or_null(TEXT) | {"description": "Null for the rest while nothing is chosen."},
        **dict.fromkeys(ArmCount._fields, NUMBER),
    }
)
EXPERIMENT_OF_REPORT: dict[str, Schema] = {
    "ab": with_fields(
        {
            **_OWN,
            "state": {"enum": ["sending", "testing", "decided", "cancelled"]},
            "test_out_at": or_null(MOMENT) | {"description": "When the last mail of the test was out."},
            "decides_at": or_null(MOMENT),
            "decided_at": or_null(MOMENT),
            "winner": or_null(NUMBER) | {"description": "The number of the subject, from 1."},
            "winning_subject": or_null(TEXT),
            "reason": {
                "enum": [*Reason, None],
                "description": f"Of fewer than {LEAST_CLICKS} people nothing is said, and the first subject wins; of "
                "several best ones the first.",
            },
            "why": TEXT,
            "held_out": NUMBER | {"description": "Readers who wait for the winner, or did."},
            "decided_on": {
                "type": ["array", "null"],
                "items": with_fields(dict.fromkeys(Tried._fields, NUMBER)),
                "description": "The figures of each subject at that moment; later clicks change nothing.",
            },
            "arms": {"type": "array", "items": _ARM},
        }
    )
    | {"type": ["object", "null"], "description": "Its A/B test; null if it has none."},
    "again_of": or_null(TEXT) | {"description": "The mailing that it sends again, to those who did not click."},
    "sent_again": or_null(TEXT) | {"description": "The mailing that sends it again."},
}
ARM_OF_RECIPIENT = or_null(TEXT) | {"description": f"In an A/B test: the number of the subject, or `{REST}`."}


def again_paths(mailing: Schema, send_at: Schema) -> dict[str, Any]:
    """What sends a campaign again; `mailing` is the parameter of the path."""
    either = {"oneOf": [ref("Started"), ref("KeptCampaign")]}
    body = with_fields(
        {
            "subject": _LINE | {"description": "Another one than the first mail had."},
            "preheader": TEXT | {"maxLength": MAX_LINE, "description": "Without it, that of the first mail."},
            "draft": YES_NO | {"description": "Keep it and send nothing."},
            "send_at": or_null(send_at),
            "readers": or_null(NUMBER) | {"minimum": 0, "description": "How many there were when somebody looked."},
        },
        ("subject",),
    )
    answers = {
        "201": {
            "description": "Started; or kept as a draft, or scheduled.",
            "content": {"application/json": {"schema": either}},
            "headers": {"Location": {"schema": TEXT}},
        },
        "403": answer("The token does not allow sending.", "Error"),
        "404": answer("No such mailing.", "Error"),
        "409": answer("It was sent again before, is not complete, or was sent too shortly before.", "Error"),
        "422": answer("Fields that need mending; or nobody would get it.", "Errors"),
    }
    summary = "Send a campaign again, once, a day later, to those who got it and did not click as people"
    described = operation("sendAgain", summary, answers, [mailing])
    described["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return {"/mailings/{mailing}/send-again": {"post": described}}
