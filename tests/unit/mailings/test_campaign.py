"""What marketing wrote, in the form in which it is kept and mailed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.mailings.campaign import Campaign, validate_campaign
from newsletter.platform.errors import InvalidInput
from tests.support.console.pages import publication

NOW = datetime(2026, 11, 24, 6, tzinfo=UTC)
PLAIN = Campaign("kevat", "Hyvää kevättä", "Hei\n\nVäkeä riittää.", publication.languages[0])


def changed(field: str, written: str) -> Campaign:
    changes: dict[str, Any] = {field: written}
    return replace(PLAIN, **changes)


@pytest.mark.parametrize("field", ["subject", "preheader", "body"])
@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Va\u0308kea\u0308", "Väkeä"),
        ("Kriisi\u00adviestintä\u200b\ufeff", "Kriisi\u00adviestintä"),
        ("\u202eHei\u202c", "Hei"),
        ("Uutta 👩‍💻❤️🇫🇮", "Uutta 👩‍💻❤️🇫🇮"),
        ("1\u00a0000 €", "1\u00a0000 €"),
    ],
)
def test_texts_are_composed_and_emoji_stay_whole(field: str, written: str, kept: str) -> None:
    mailing = validate_campaign(changed(field, written), publication, NOW)
    # A text keeps its soft hyphens for the mail; lists of mails show those of a subject as hyphens.
    assert getattr(mailing, field) == (kept if field == "body" else kept.replace("\u00ad", ""))


def test_the_same_text_in_another_encoding_is_the_same_campaign() -> None:
    other = replace(PLAIN, subject="Hyva\u0308a\u0308 kevätta\u0308", body=PLAIN.body.replace("ä", "a\u0308"))
    assert validate_campaign(other, publication, NOW) == validate_campaign(PLAIN, publication, NOW)


@pytest.mark.parametrize("field", ["subject", "preheader"])
@pytest.mark.parametrize("written", ["a\nb", "a\u2028b", "a\x00", "a\ue000", "x" * 201])
def test_a_subject_is_one_line(field: str, written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate_campaign(changed(field, written), publication, NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(("field", "written"), [("subject", "\u00ad\u200b"), ("body", "\u2060\n\ufeff")])
def test_what_nobody_sees_is_no_text(field: str, written: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        validate_campaign(changed(field, written), publication, NOW)
    assert refused.value.field == field
