"""What console and command line say of mailings: nothing left out, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.templates import Templates
from newsletter.mailings.count_audience import AudienceCount
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.reports.certificate import Certificate
from newsletter.reports.descriptions import audience_in_words, count_in_words, title_of
from newsletter.reports.report_mailing import Report
from newsletter.reports.stats import MailingStats
from newsletter.reports.words.certificate_words import certificate_in_words
from tests.support.mailings.templates import TEMPLATES

MOMENT = datetime(2026, 11, 24, 6, tzinfo=UTC)
PUBLICATION = Templates(TEMPLATES, "https://news.example").publication
CAMPAIGN = Mailing("campaign-x", Kind.CAMPAIGN, MOMENT, subject="Kevät")
NUMBER = st.integers(min_value=0, max_value=3_000_000)


def report(
    accepted: int, suppressed: int, rejected: int, doubtful: int, waiting: int, *, planned: int | None = None
) -> Report:
    total = accepted + suppressed + rejected + doubtful + waiting if planned is None else planned
    sums = Certificate(total, accepted, suppressed, rejected, doubtful, waiting, *[0] * 6)
    return Report(CAMPAIGN, MailingStats(sums, planned_to_the_end=True, at=MOMENT))


@given(accepted=NUMBER, suppressed=NUMBER, rejected=NUMBER, doubtful=NUMBER)
def test_a_certificate_in_words_leaves_out_no_mail(
    accepted: int, suppressed: int, rejected: int, doubtful: int
) -> None:
    words = certificate_in_words(report(accepted, suppressed, rejected, doubtful, 0))
    for number in (accepted, suppressed, rejected, doubtful):
        assert number == 0 or f"{number:,}" in words
    assert ("doubtful" in words) == (doubtful > 0)
    assert ("rejected" in words) == (rejected > 0)


@given(accepted=NUMBER, waiting=st.integers(min_value=1, max_value=9_999), off=st.integers(min_value=-50, max_value=50))
def test_a_certificate_in_words_says_when_it_is_not_final_or_wrong(accepted: int, waiting: int, off: int) -> None:
    words = certificate_in_words(report(accepted, 0, 0, 0, waiting, planned=accepted + waiting + off))
    assert ("do not add up" in words) == (off != 0)
    assert off != 0 or words.startswith("On its way: ")
    whole = report(accepted, 0, 0, 0, waiting)
    early = replace(whole, stats=replace(whole.stats, planned_to_the_end=False))
    assert certificate_in_words(early).startswith("Still being planned")


def test_nothing_planned_is_no_success() -> None:
    assert "nothing was sent" in certificate_in_words(report(0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        (Audience(), "Every reader"),
        (Audience(languages=("fi",)), "Every reader in Finnish"),
        (Audience(languages=("fi", "sv", "en")), "Every reader in Finnish, Swedish or English"),
        (Audience(("linkedin",), ("fi",)), "Readers in Finnish who chose LinkedIn, or no topic at all"),
        (
            Audience(("linkedin", "kriisit")),
            "Readers who chose LinkedIn or Crises and hard conversations, or no topic at all",
        ),
        (Audience(("gone",)), "Readers who chose gone, or no topic at all"),
    ],
)
def test_an_audience_is_said_in_words(audience: Audience, words: str) -> None:
    assert audience_in_words(replace(CAMPAIGN, audience=audience), PUBLICATION) == words


@pytest.mark.parametrize(
    ("mailing", "title", "audience"),
    [
        (
            Mailing("digest-2026-W48", Kind.DIGEST, MOMENT, Audience(frequency="weekly"), articles=("a", "b")),
            "Digest of week 48, 2026",
            "Every reader of the weekly digest with a topic among its 2 new articles",
        ),
        (
            Mailing("digest-2026-M11", Kind.DIGEST, MOMENT, Audience(frequency="monthly"), articles=("a",)),
            "Digest of November 2026",
            "Every reader of the monthly digest with a topic among its 1 new article",
        ),
        (
            Mailing("step-sparraus-1", Kind.STEP, MOMENT, subject="Kolme kysymystä"),
            "Kolme kysymystä",
            "Readers in the sequence sparraus, each when the step is due",
        ),
        (
            Mailing("confirmation", Kind.SERVICE, MOMENT),
            "Confirmation mails",
            "Everyone who fills in the form, to confirm",
        ),
        (Mailing("welcome", Kind.WELCOME, MOMENT), "Welcome mails", "Each new reader, once they confirmed"),
    ],
    ids=lambda value: value.id if isinstance(value, Mailing) else "",
)
def test_every_kind_of_mailing_has_a_title_and_an_audience(mailing: Mailing, title: str, audience: str) -> None:
    assert (title_of(mailing), audience_in_words(mailing, PUBLICATION)) == (title, audience)


def test_a_count_says_how_sure_it_is() -> None:
    assert count_in_words(AudienceCount(1, complete=True)) == "1 reader at the moment"
    assert count_in_words(AudienceCount(30_000, complete=False)) == "at least 30,000 readers at the moment"
