"""The rule of an audience: every condition by itself, and exclusions."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

import pytest

from newsletter.leads.lead import LeadState
from newsletter.mailings.audience.check_rule import LEAD_STATES
from newsletter.mailings.audience.facts import GOT, NEVER_GOT
from newsletter.mailings.audience.rule import Audience
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient
from newsletter.sending.ledger import RecipientStatus

DAY = date(2026, 11, 1)


class Known:
    """Of Maija everything is known, of anybody else nothing."""

    def signed_up(self, first: date | None, before: date | None) -> AbstractSet[str]:
        return {"maija"} if (first or DAY) <= DAY and (before is None or before > DAY) else set()

    def joined_by(self, doors: tuple[str, ...]) -> AbstractSet[str]:
        return {"maija"} if "import a.csv" in doors else set()

    def got(self, mailing: str) -> AbstractSet[str]:
        return {"maija"} if mailing == "campaign-a" else set()

    def may_have_got(self, mailing: str) -> AbstractSet[str]:
        return self.got(mailing) | {"doubtful"}

    def clicked(self, mailing: str) -> AbstractSet[str]:
        return self.got(mailing)

    def clicked_lately(self, days: int) -> AbstractSet[str]:
        return {"maija"} if days >= 30 else set()

    def leads(self, states: tuple[str, ...], score: int) -> AbstractSet[str]:
        return {"maija"} if "won" in (states or ("won",)) and score <= 50 else set()


def against(rule: Audience, who: str = "maija", *topics: str) -> list[str]:
    return list(rule.against(who, Recipient(Choices(topics=topics, language="fi")), Known()))


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Audience(topics_all=("a", "c")), "topics_all"),
        (Audience(topics_none=("a",)), "topics_none"),
        (Audience(signed_up_from=date(2026, 11, 2)), "signed_up_from"),
        (Audience(signed_up_before=DAY), "signed_up_before"),
        (Audience(signed_up_by=("import b.csv",)), "signed_up_by"),
        (Audience(got=("campaign-b",)), "got"),
        (Audience(not_got=("campaign-b", "campaign-a")), "not_got"),
        (Audience(clicked=("campaign-b",)), "clicked"),
        (Audience(not_clicked=("campaign-a",)), "not_clicked"),
        (Audience(clicked_days=29), "clicked_in_days"),
        (Audience(not_clicked_days=30), "not_clicked_in_days"),
        (Audience(lead_states=("lost",)), "lead_states"),
        (Audience(score=51), "score_at_least"),
        (Audience(listed=("kalle",)), "addresses"),
        (Audience(exclude=(Audience(got=("campaign-a",), topics=("a",)),)), "exclude"),
    ],
)
def test_each_condition_leaves_out_whom_it_does_not_fit(rule: Audience, field: str) -> None:
    assert against(rule, "maija", "a", "b") == [field]


@pytest.mark.parametrize(
    "rule",
    [
        Audience(topics_all=("a", "b")),
        Audience(topics_none=("c",)),
        Audience(signed_up_from=DAY, signed_up_before=date(2026, 11, 2)),
        Audience(signed_up_by=("import b.csv", "import a.csv")),
        Audience(got=("campaign-b", "campaign-a")),
        Audience(not_got=("campaign-b",)),
        Audience(clicked=("campaign-a",), clicked_days=30, not_clicked_days=7),
        Audience(lead_states=("won", "lost"), score=50),
        Audience(listed=("kalle", "maija")),
        Audience(exclude=(Audience(got=("campaign-a",), topics=("c",)),)),
    ],
)
def test_and_keeps_whom_it_fits(rule: Audience) -> None:
    assert against(rule, "maija", "a", "b") == []


def test_a_mail_in_doubt_is_neither_got_nor_not_got() -> None:
    assert against(Audience(got=("campaign-a",)), "doubtful") == ["got"]
    assert against(Audience(not_got=("campaign-a",)), "doubtful") == ["not_got"]


def test_no_topics_mean_every_topic_and_nobody_is_left_out_for_one_they_did_not_name() -> None:
    assert against(Audience(topics=("a",), topics_all=("a", "b"), topics_none=("c",))) == []
    assert against(Audience(exclude=(Audience(topics=("a",)),))) == []
    assert against(Audience(exclude=(Audience(topics=("a",)),)), "maija", "a") == ["exclude"]


def test_only_what_choices_decide_is_decided_for_all_with_the_same_choices() -> None:
    assert Audience(topics=("a",), topics_all=("b",), topics_none=("c",), languages=("fi",)).by_choices
    for rule in (Audience(clicked_days=1), Audience(listed=("x",)), Audience(exclude=(Audience(topics=("a",)),))):
        assert not rule.by_choices
        assert not rule.everyone


def test_the_words_of_later_subjects_are_theirs() -> None:
    assert list(LEAD_STATES) == list(LeadState)
    assert GOT | NEVER_GOT | {"waiting", "soft-bounced", "doubtful"} == set(RecipientStatus)
