"""A reader in the table in use and in one restored to a point in time: what is stricter of both counts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.restore.reader_items import Item, merged

AT = "2026-11-28T08:00:00Z"
BEFORE, AFTER = "2026-11-20T08:00:00Z", "2026-11-28T12:00:00Z"


def text(**values: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in values.items()}


def profile(status: str = "active", **more: str) -> dict[str, Any]:
    mailable = {"mailable": "a"} if status == "active" else {}
    return text(record="profile", status=status, email="a@example.fi", confirmed_at=BEFORE, **mailable) | text(**more)


def enrollment(version: int, enrolled_at: str = BEFORE) -> dict[str, Any]:
    due = text(record="enrollment#welcome#1", due_shard="a+", due_at=AFTER, enrolled_at=enrolled_at)
    return due | {"version": {"N": str(version)}}


def of(*items: Item) -> dict[str, Item]:
    return {item["record"]["S"]: item for item in items}


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "complained", "erased"])
def test_who_left_since_then_gets_no_mail_again(status: str) -> None:
    found = merged(of(profile(status, left_at=AFTER)), of(profile()), AT)
    assert found["profile"]["status"] == {"S": status}
    assert "mailable" not in found["profile"]


def test_of_who_was_erased_nothing_comes_back() -> None:
    mark = text(record="profile", status="erased", erased_at=AFTER)
    there = of(profile(), text(record="consent#1", at=BEFORE), enrollment(3), text(record="lead#x"))
    assert merged(of(mark), there, AT) == of(mark)


def test_who_had_left_by_then_and_came_back_by_themselves_is_a_reader() -> None:
    left = profile("unsubscribed", left_at=BEFORE)
    assert merged(of(profile(confirmed_at=AFTER)), of(left), AT)["profile"]["status"] == {"S": "active"}
    assert merged(of(profile()), of(profile("unsubscribed", left_at=AFTER)), AT)["profile"]["status"] == {
        "S": "unsubscribed"
    }, "left in the restored table after the stack changed over to it"


def test_who_came_since_then_is_taken_along_unless_an_import_brought_them() -> None:
    brought = {"brought": {"M": text(unique="list-7")}}
    by_form = profile(confirmed_by="nonce", confirmed_at=AFTER)
    by_import = profile(confirmed_by="list-7", confirmed_at=AFTER) | brought
    assert merged(of(by_form), {}, AT) == of(by_form)
    assert merged(of(by_import), {}, AT) == {}
    assert merged(of(by_form | brought), {}, AT) == of(by_form | brought), "brought, and confirmed since"
    left = profile("unsubscribed", confirmed_by="list-7", left_at=AFTER) | brought
    assert merged(of(left), {}, AT) == of(left), "that somebody left is never forgotten"


def test_who_is_lost_comes_back_but_not_to_a_step_that_may_have_been_sent() -> None:
    found = merged({}, of(profile(), enrollment(2)), AT)
    assert found["profile"] == profile()
    assert {"due_at", "due_shard"} & set(found["enrollment#welcome#1"]) == set()
    later = enrollment(1, enrolled_at=AFTER)
    assert merged({}, of(profile(), later), AT)["enrollment#welcome#1"] == later, "began after the change-over"


def test_a_step_that_was_sent_since_then_is_not_due_again() -> None:
    used, restored = of(profile(), enrollment(5)), of(profile(), enrollment(4))
    assert merged(used, restored, AT)["enrollment#welcome#1"]["version"] == {"N": "5"}
    assert merged(restored, used, AT)["enrollment#welcome#1"]["version"] == {"N": "5"}, "further on since"


def test_choices_come_back_but_for_a_refusal_a_pause_and_less_mail() -> None:
    used = profile(frequency="monthly", paused_until="2027-01-01", topics="x") | {"tracking": {"BOOL": False}}
    restored = profile(frequency="weekly", topics="y") | {"tracking": {"BOOL": True}}
    found = merged(of(used), of(restored), AT)["profile"]
    assert (found["frequency"], found["paused_until"]) == ({"S": "monthly"}, {"S": "2027-01-01"})
    assert (found["tracking"], found["topics"]) == ({"BOOL": False}, {"S": "y"})
    again = merged(of(restored), of(used), AT)["profile"]
    assert again == used, "what was stricter by then stays, too"


def test_consents_of_both_are_kept_with_the_head_of_the_longer_chain() -> None:
    used = of(profile(consent_head="2"), text(record="consent#1", at=BEFORE), text(record="consent#2", at=AFTER))
    restored = of(profile(consent_head="1"), text(record="consent#1", at=BEFORE))
    found = merged(used, restored, AT)
    assert {"consent#1", "consent#2"} <= set(found)
    assert found["profile"]["consent_head"] == {"S": "2"}


LATEST = "2026-11-28T13:00:00Z"


@pytest.mark.parametrize("status", ["unsubscribed", "bounced", "erased"])
def test_who_confirms_once_the_stack_has_changed_over_stays_a_reader_at_the_next_merge(status: str) -> None:
    ended = profile(status, left_at=AFTER, **({"erased_at": AFTER} if status == "erased" else {}))
    back = profile(confirmed_at=LATEST, confirmed_by="nonce")
    assert merged(of(ended), of(back), AT) == of(back)
    by_import = profile(confirmed_at=LATEST, confirmed_by="list-7") | {"brought": {"M": text(unique="list-7")}}
    assert merged(of(ended), of(by_import), AT)["profile"]["status"] == {"S": status}


def test_who_is_erased_once_the_stack_has_changed_over_stays_so_at_the_next_merge() -> None:
    mark = text(record="profile", status="erased", erased_at=LATEST)
    for used in (profile(), profile("unsubscribed", left_at=AFTER), profile("bounced", left_at=AFTER)):
        assert merged(of(used, text(record="consent#1", at=BEFORE)), of(mark), AT) == of(mark)


def test_a_form_that_came_after_the_erasure_waits_for_its_confirmation() -> None:
    mark = text(record="profile", status="erased", erased_at=AFTER)
    form, before = text(record="sign-up", at=LATEST), text(record="sign-up#x", at=BEFORE)
    assert merged(of(mark, form), of(profile(), before), AT) == of(mark, form)
    assert merged(of(mark), of(mark, form), AT) == of(mark, form)


def test_the_chain_of_consents_that_grew_after_the_change_over_keeps_its_head() -> None:
    first, second = text(record="consent#1", at=BEFORE), text(record="consent#2", at=LATEST)
    found = merged(of(profile(consent_head="1"), first), of(profile(consent_head="2"), first, second), AT)
    assert found["profile"]["consent_head"] == {"S": "2"}


PROFILES = st.one_of(
    st.none(),
    st.builds(
        lambda status, moment, brought: profile(status, left_at=moment, confirmed_by=brought),
        st.sampled_from(["active", "unsubscribed", "bounced", "complained", "erased"]),
        st.sampled_from([BEFORE, AFTER]),
        st.sampled_from(["nonce", "list-7"]),
    ),
)


@given(PROFILES, PROFILES, st.integers(1, 3), st.integers(1, 3))
def test_nobody_whom_the_table_in_use_knows_as_gone_gets_mail_and_a_second_run_changes_nothing(
    used: Item | None, restored: Item | None, one: int, other: int
) -> None:
    before = of(*([used, enrollment(one)] if used else []))
    there = of(*([restored, enrollment(other)] if restored else []))
    found = merged(before, there, AT)
    if used and used["status"]["S"] != "active":
        assert found["profile"]["status"]["S"] != "active"
    assert merged(before, found, AT) == found
