"""Who is in which batch: over all pages, the batches hold the audience, everybody once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailings.digests.recipients import DigestRecipients
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.planning.batches import Manifest, build_manifest
from newsletter.mailings.planning.plan_page import VariantAssignment
from newsletter.platform.messages import PlanPage
from newsletter.readers.choice import Frequency
from newsletter.readers.choices import Choices
from newsletter.readers.subscriber import Recipient

UTC_ZONE = ZoneInfo("UTC")
CREATED = datetime(2026, 11, 24, 6, tzinfo=UTC)
TOPICS, LANGUAGES = ("linkedin", "johtaminen", "some"), ("fi", "sv", "en")

some_topics = st.lists(st.sampled_from(TOPICS), unique=True).map(tuple)
recipients = st.builds(
    Recipient,
    st.builds(
        Choices,
        topics=some_topics,
        language=st.sampled_from(LANGUAGES),
        frequency=st.sampled_from(tuple(Frequency)),
        paused_until=st.sampled_from((None, date(2026, 11, 24), date(2026, 12, 24))),
    ),
    broken=st.sampled_from(("", "", "", "topics")),
)
audiences = st.builds(
    Audience,
    some_topics,
    st.lists(st.sampled_from(LANGUAGES), unique=True).map(tuple),
    st.sampled_from(("", *Frequency)),
)


class ByLanguage:
    """Variants that are never rendered: one for each language."""

    def campaign(self, _: Mailing, recipient: Recipient) -> str:
        return recipient.choices.language


@given(st.lists(st.lists(recipients, max_size=40), min_size=1, max_size=4), audiences, st.integers(1, 20))
def test_the_union_of_all_manifests_is_the_audience_and_nobody_is_in_two_batches(
    shard: list[list[Recipient]], audience: Audience, size: int
) -> None:
    pages = [
        [(f"{page}-{number}", recipient) for number, recipient in enumerate(readers)]
        for page, readers in enumerate(shard)
    ]
    mailing = Mailing("campaign-x", Kind.CAMPAIGN, CREATED, audience=audience)
    variants: Any = ByLanguage()
    digests: Any = None
    manifests: list[Manifest] = []
    for page, readers in enumerate(pages):
        chosen = VariantAssignment(mailing, variants, DigestRecipients(digests, UTC_ZONE), UTC_ZONE).assign(readers)
        carry = manifests[-1].carry if manifests else {}
        cursor = str(page) if page < len(pages) - 1 else None
        manifests.append(build_manifest(PlanPage(mailing.id, "a", page), carry, chosen, cursor, size))

    batched = Counter(who for manifest in manifests for batch in manifest.batches for who in batch.recipients)

    everybody = [reader for readers in pages for reader in readers]
    broken = {who for who, each in everybody if each.broken}
    today = CREATED.date()
    meant = {who for who, each in everybody if audience.includes(each) and not each.choices.paused(today)} - broken
    assert batched.keys() == meant | broken
    assert set(batched.values()) <= {1}
    rejected = {
        who for manifest in manifests for batch in manifest.batches if batch.unreadable for who in batch.recipients
    }
    assert rejected == broken


def test_a_pause_ends_with_the_day_of_the_publication_wherever_that_is() -> None:
    """Two hours before midnight in UTC the day has begun in Helsinki and is young in New York."""
    late = Mailing("campaign-x", Kind.CAMPAIGN, datetime(2026, 11, 30, 22, tzinfo=UTC))
    early = Mailing("campaign-x", Kind.CAMPAIGN, datetime(2026, 12, 1, 2, tzinfo=UTC))
    reader = "a", Recipient(Choices(language="fi", paused_until=date(2026, 12, 1)))
    variants: Any = ByLanguage()
    digests: Any = None

    def gets_it(mailing: Mailing, zone: str) -> bool:
        return bool([*VariantAssignment(mailing, variants, digests, ZoneInfo(zone)).assign([reader])])

    assert (gets_it(late, "Europe/Helsinki"), gets_it(late, "UTC")) == (True, False)
    assert (gets_it(early, "America/New_York"), gets_it(early, "UTC")) == (False, True)
