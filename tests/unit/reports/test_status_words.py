"""Marketing reads no word of the ledger without what it means."""

from __future__ import annotations

from dataclasses import fields, replace

from newsletter.reports.certificate import Certificate
from newsletter.reports.words.status_words import MEANINGS, parts_in_words
from newsletter.sending.ledger import RecipientStatus

NOTHING = Certificate(**{field.name: 0 for field in fields(Certificate)})


def test_every_status_has_a_name_of_its_own_and_a_meaning() -> None:
    assert MEANINGS.keys() == set(RecipientStatus)
    assert len({name for name, _ in MEANINGS.values()}) == len(MEANINGS)
    assert all(meaning for _, meaning in MEANINGS.values())
    words = " ".join(f"{name} {meaning}" for name, meaning in MEANINGS.values())
    assert not any(word in words for word in ("doubtful", "standing", "settled", "suppressed"))


def test_the_sum_names_every_part_that_is_there() -> None:
    sums = replace(NOTHING, planned=1_240, accepted=1_200, suppressed=38, doubtful=2)
    assert parts_in_words(sums) == "1,240 planned = 1,200 sent + 38 left out + 2 not known whether sent"
    assert parts_in_words(NOTHING) == "0 planned = 0 sent"
