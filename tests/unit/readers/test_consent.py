"""The chain of consents: whoever changes, removes, adds or moves a record of it is noticed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.platform.times import iso
from newsletter.readers.consents.consent import (
    TRACKING,
    Consent,
    ConsentRecord,
    Seal,
    faults,
    imported_record,
    next_record,
)

SEAL = Seal(b"a key of the tests", "a" * 26)
START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def chain_of(length: int, *, imported: bool) -> list[ConsentRecord]:
    """So many acts, the first of them brought by an import or confirmed with a form."""
    consents = [
        Consent("withdrawn" if number % 2 else "given", "form", START + timedelta(days=number), f"act-{number}")
        for number in range(length)
    ]
    chain = [imported_record(consents.pop(0), SEAL)] if imported else []
    for consent in consents:
        chain.append(next_record(chain, consent, SEAL))
    return chain


chains = st.builds(chain_of, st.integers(1, 6), imported=st.booleans())


@given(chains)
def test_a_chain_as_it_was_written_is_whole_and_so_is_one_whose_last_records_are_not_remembered_yet(
    chain: list[ConsentRecord],
) -> None:
    assert [record.number for record in chain] == list(range(chain[0].number, chain[0].number + len(chain)))
    assert all(faults(chain, head, SEAL) == [] for head in ("", *(record.hash for record in chain)))


@given(chains, st.data())
def test_a_record_that_is_changed_removed_doubled_or_moved_is_noticed(
    chain: list[ConsentRecord], data: st.DataObject
) -> None:
    head = chain[-1].hash
    place = data.draw(st.integers(0, len(chain) - 1))
    record = chain[place]
    changed = replace(record, consent=replace(record.consent, evidence="a paper that never was"))
    forged = replace(
        changed, hash=Seal(b"another key", SEAL.subscriber).of(record.number, changed.consent, record.previous)
    )
    for fake in (changed, forged):
        assert faults([*chain[:place], fake, *chain[place + 1 :]], head, SEAL) != []
    assert faults([*chain[:place], *chain[place + 1 :]], head, SEAL) != []
    assert faults([*chain[:place], record, *chain[place:]], head, SEAL) != []
    other = data.draw(st.integers(0, len(chain) - 1))
    moved = chain[:place] + chain[place + 1 :]
    moved.insert(other, record)
    assert (faults(moved, head, SEAL) == []) == (moved == chain)


def test_a_form_confirmed_in_the_moment_of_an_import_need_not_know_of_it() -> None:
    brought, confirmed = imported_record(Consent("given", "import", START, "import"), SEAL), chain_of(2, imported=False)
    assert faults([brought, *confirmed], confirmed[-1].hash, SEAL) == []
    assert faults([brought, *confirmed[1:]], confirmed[-1].hash, SEAL) != []


def unsealed(record: ConsentRecord) -> str:
    """The hash of a record as it was before there were seals, which anybody can compute."""
    content = {**asdict(record.consent), "at": iso(record.consent.at), "number": record.number}
    text = json.dumps({**content, "previous": record.previous}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@given(chains)
def test_nobody_without_the_secret_can_make_a_chain_or_hand_a_reader_that_of_another(
    chain: list[ConsentRecord],
) -> None:
    for other in (Seal(b"another key", SEAL.subscriber), Seal(SEAL.key, "b" * 26)):
        assert len(faults(chain, chain[-1].hash, other)) == len(chain)
    assert SEAL.key.hex() not in repr(SEAL)
    assert str(SEAL.key) not in repr(SEAL)


def test_a_record_without_a_seal_is_named_as_such() -> None:
    chain: list[ConsentRecord] = []
    for number in range(2):
        record = next_record(chain, Consent("given", "form", START, f"act-{number}"), SEAL)
        chain.append(replace(record, hash=unsealed(record)))
    told = " ".join(faults(chain, chain[-1].hash, SEAL))
    assert "record 1 has no seal" in told
    assert "record 2 has no seal" in told
    changed = replace(chain[0], consent=replace(chain[0].consent, evidence="x"))
    assert "record 1 was changed after it was written" in " ".join(faults([changed], "", SEAL))


def test_the_chain_of_an_active_reader_shows_why_they_are() -> None:
    def told(*acts: tuple[str, str], head: bool = True) -> list[str]:
        chain: list[ConsentRecord] = []
        for act, unique in acts:
            chain.append(next_record(chain, Consent(act, "form", START, unique), SEAL))
        return faults(chain, chain[-1].hash if chain and head else "", SEAL, active=True)

    given, left = ("given", "1"), ("withdrawn", "2")
    assert told(given) == told(given, left, ("given", "3")) == told(given, ("withdrawn", f"{TRACKING}1")) == []
    for broken in (told(), told(given, left), told(("given", f"{TRACKING}1")), told(given, head=False)):
        assert len(broken) == 1
