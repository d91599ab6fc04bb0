"""The chain of consents: whoever changes, removes, adds or moves a record of it is noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.domain.consent import Consent, ConsentRecord, brought_record, faults, next_record, record_hash

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


def chain_of(length: int, *, imported: bool) -> list[ConsentRecord]:
    """So many acts, the first of them brought by an import or confirmed with a form."""
    consents = [
        Consent("withdrawn" if number % 2 else "given", "form", START + timedelta(days=number), f"act-{number}")
        for number in range(length)
    ]
    chain = [brought_record(consents.pop(0))] if imported else []
    for consent in consents:
        chain.append(next_record(chain, consent))
    return chain


chains = st.builds(chain_of, st.integers(1, 6), imported=st.booleans())


@given(chains)
def test_a_chain_as_it_was_written_is_whole_and_so_is_one_whose_last_records_are_not_remembered_yet(
    chain: list[ConsentRecord],
) -> None:
    assert [record.number for record in chain] == list(range(chain[0].number, chain[0].number + len(chain)))
    assert all(faults(chain, head) == [] for head in ("", *(record.hash for record in chain)))


@given(chains, st.data())
def test_a_record_that_is_changed_removed_doubled_or_moved_is_noticed(
    chain: list[ConsentRecord], data: st.DataObject
) -> None:
    head = chain[-1].hash
    place = data.draw(st.integers(0, len(chain) - 1))
    record = chain[place]
    changed = replace(record, consent=replace(record.consent, evidence="a paper that never was"))
    forged = replace(changed, hash=record_hash(record.number, changed.consent, record.previous))
    for fake in (changed, forged):
        assert faults([*chain[:place], fake, *chain[place + 1 :]], head) != []
    assert faults([*chain[:place], *chain[place + 1 :]], head) != []
    assert faults([*chain[:place], record, *chain[place:]], head) != []
    other = data.draw(st.integers(0, len(chain) - 1))
    moved = chain[:place] + chain[place + 1 :]
    moved.insert(other, record)
    assert (faults(moved, head) == []) == (moved == chain)


def test_a_form_confirmed_in_the_moment_of_an_import_need_not_know_of_it() -> None:
    brought, confirmed = brought_record(Consent("given", "import", START, "import")), chain_of(2, imported=False)
    assert faults([brought, *confirmed], confirmed[-1].hash) == []
    assert faults([brought, *confirmed[1:]], confirmed[-1].hash) != []
