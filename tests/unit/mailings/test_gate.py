"""An A/B test is a partition: over all pages, test and rest are the audience exactly, each reader in the own arm."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.experiments.decision import Decision, Reason
from newsletter.mailings.experiments.experiment import REST, Experiment
from newsletter.mailings.experiments.gate import released
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.planning.batches import Batch, Manifest, build_manifest
from newsletter.mailings.planning.ledger_keys import batch_key, batch_keys
from newsletter.mailings.planning.plan_page import VariantAssignment
from newsletter.platform.messages import PlanPage
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient

CREATED = datetime(2026, 11, 24, 6, tzinfo=UTC)
recipients = st.builds(
    Recipient,
    st.builds(Choices, language=st.sampled_from(("fi", "sv"))),
    broken=st.sampled_from(("", "", "", "", "topics|x")),
)


class ByLanguage:
    """Variants that are never rendered: one for each language and subject."""

    def campaign(self, mailing: Mailing, recipient: Recipient) -> str:
        return f"{recipient.choices.language}-{mailing.subject}"


def mailing_of(experiment: Experiment, winner: int = 0) -> Mailing:
    decision = Decision(winner, Reason.MOST_CLICKS, CREATED, (), 0) if winner else None
    return Mailing(
        "campaign-x", Kind.CAMPAIGN, CREATED, subject=experiment.subjects[0], ab=experiment, decision=decision
    )


def planned(pages: list[list[tuple[str, Recipient]]], mailing: Mailing, size: int) -> list[Manifest]:
    variants: Any = ByLanguage()
    digests: Any = None
    manifests: list[Manifest] = []
    for page, readers in enumerate(pages):
        chosen = VariantAssignment(mailing, variants, digests, UTC).assign(readers)
        carry = manifests[-1].carry if manifests else {}
        cursor = str(page) if page < len(pages) - 1 else None
        manifests.append(build_manifest(PlanPage(mailing.id, "a", page), carry, chosen, cursor, size))
    return manifests


def sent(manifests: list[Manifest], mailing: Mailing) -> list[tuple[str, Batch]]:
    return [
        (reader, batch)
        for manifest in manifests
        for _, batch in released(manifest.batches, mailing)
        for reader in batch.recipients
    ]


@given(
    st.lists(st.lists(recipients, max_size=40), min_size=1, max_size=3),
    st.integers(2, 4),
    st.floats(0.05, 0.95),
    st.integers(1, 20),
    st.data(),
)
def test_test_and_rest_are_the_audience_and_each_reader_gets_the_subject_of_the_own_arm(
    shard: list[list[Recipient]], subjects: int, share: float, size: int, data: st.DataObject
) -> None:
    experiment = Experiment(tuple("abcd"[:subjects]), share)
    pages = [[(f"{page}-{number}", each) for number, each in enumerate(readers)] for page, readers in enumerate(shard)]
    undecided, winner = mailing_of(experiment), data.draw(st.integers(1, subjects))
    manifests = planned(pages, undecided, size)
    everybody = {who: each for readers in pages for who, each in readers}

    before, after = sent(manifests, undecided), sent(manifests, mailing_of(experiment, winner))

    assert Counter(reader for reader, _ in after) == Counter(dict.fromkeys(everybody, 1))
    readable = {who for who, each in everybody.items() if not each.broken}
    assert {reader for reader, _ in before} == {
        who for who in everybody if who not in readable or experiment.arm_of("campaign-x", who) != REST
    }
    assert [batch for _, batch in before] == [batch for _, batch in after if batch.arm != REST]
    for reader, batch in after:
        if reader not in readable:
            assert (batch.arm, bool(batch.unreadable)) == ("", True)
            continue
        arm = experiment.arm_of("campaign-x", reader)
        subject = experiment.subjects[(winner if arm == REST else int(arm)) - 1]
        assert (batch.arm, batch.variant) == (arm, f"{everybody[reader].choices.language}-{subject}")
        assert batch.resend((reader,)).arm == arm
    assert len({batch.id for _, batch in after}) == sum(len(manifest.batches) for manifest in manifests)


def test_batches_of_a_page_go_round_the_places_of_the_ledger() -> None:
    ids = [f"a0-{REST}-{number}" for number in range(32)]
    assert {batch_key("m", each) for each in ids} == set(batch_keys("m"))
    assert batch_key("m", "a0-s2-7-again") == batch_key("m", "a0-s2-7")


def test_a_mailing_without_a_test_sends_everything() -> None:
    batch = Batch("m", "a0-0", "fi-x", ("r",))
    plain = Mailing("m", Kind.CAMPAIGN, CREATED)
    assert (released([batch], plain), batch.arm) == ([(0, batch)], "")
