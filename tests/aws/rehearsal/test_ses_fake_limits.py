"""How much the local SES lets the account send: a rate per second and a quota per 24 hours."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.ses.errors import SesError
from rehearsal.ses.limits import SendingLimits
from tests.support.ses import ses_account
from tests.support.ses.ses_account import START, SesAccount, entry, readers, statuses


def bulk(account: SesAccount, *to: str) -> list[str]:
    """The statuses of a bulk call to these addresses."""
    return statuses(account.send_bulk(*map(entry, to)))


@pytest.fixture(scope="module")
def running() -> Iterator[SesAccount]:
    """One server and one client for all tests of the file."""
    with SesAccount(max_send_rate=10.0, max_24_hour_send=100.0) as account:
        yield account


account = ses_account.account


# The rate


def test_the_rate_runs_out_in_the_middle_of_a_bulk_call(account: SesAccount) -> None:
    assert bulk(account, *readers(12)) == ["SUCCESS"] * 10 + ["ACCOUNT_THROTTLED"] * 2
    assert len(account.mails()) == 10


def test_with_nothing_left_the_call_itself_is_throttled(account: SesAccount) -> None:
    bulk(account, *readers(10))
    for call in (account.send, lambda: bulk(account, *readers(2))):
        with pytest.raises(account.client.exceptions.TooManyRequestsException, match="Maximum sending rate exceeded"):
            call()
    assert len(account.mails()) == 10


def test_the_rate_comes_back_with_time_and_not_beyond_a_second(account: SesAccount) -> None:
    bulk(account, *readers(10))
    account.wait(0.3)
    assert bulk(account, *readers(4)) == ["SUCCESS"] * 3 + ["ACCOUNT_THROTTLED"]
    account.wait(3600)
    assert bulk(account, *readers(11)) == ["SUCCESS"] * 10 + ["ACCOUNT_THROTTLED"]


def test_the_rate_counts_recipients_and_a_big_mail_is_waited_off(account: SesAccount) -> None:
    account.send(*readers(30))
    account.wait(2.0)
    with pytest.raises(account.client.exceptions.TooManyRequestsException):
        account.send()
    account.wait(0.2)
    account.send()


def test_bad_entries_cost_no_rate(account: SesAccount) -> None:
    assert bulk(account, "bad", *readers(10)) == ["INVALID_PARAMETER"] + ["SUCCESS"] * 10


@given(st.floats(0.5, 50), st.lists(st.floats(0, 3), max_size=200))
def test_in_any_stretch_of_time_no_more_goes_out_than_a_full_second_and_the_rate(
    rate: float, pauses: list[float]
) -> None:
    limits, now, sent = SendingLimits(rate, -1), START, 0
    for pause in pauses:
        now += timedelta(seconds=pause)
        with contextlib.suppress(SesError):
            limits.take(now, 1, 1)
            sent += 1
    assert sent <= max(rate, 1.0) + rate * (now - START).total_seconds() + 0.01
    assert limits.sent_last_24_hours(now) == sent


def test_a_clock_set_back_takes_nothing_away() -> None:
    limits = SendingLimits(2.0, -1)
    limits.take(START, 1, 1)
    limits.take(START - timedelta(hours=1), 1, 1)
    with pytest.raises(SesError):
        limits.take(START - timedelta(hours=1), 1, 1)


def test_minus_one_is_no_limit(account: SesAccount) -> None:
    account.open(max_send_rate=-1.0, max_24_hour_send=-1.0)
    assert set(bulk(account, *readers(50)) + bulk(account, *readers(50))) == {"SUCCESS"}


# The quota of 24 hours


def test_the_daily_quota_ends_single_and_bulk_mail(account: SesAccount) -> None:
    account.open(max_24_hour_send=3.0, max_send_rate=-1.0)
    assert bulk(account, *readers(4)) == ["SUCCESS"] * 3 + ["ACCOUNT_DAILY_QUOTA_EXCEEDED"]
    assert bulk(account, *readers(2)) == ["ACCOUNT_DAILY_QUOTA_EXCEEDED"] * 2
    with pytest.raises(account.client.exceptions.LimitExceededException, match="Daily message quota exceeded"):
        account.send()
    assert account.client.get_account()["SendQuota"]["SentLast24Hours"] == 3


def test_the_quota_comes_back_after_24_hours(account: SesAccount) -> None:
    account.open(max_24_hour_send=2.0)
    bulk(account, *readers(1))
    account.wait(3600)
    bulk(account, *readers(1))
    account.wait(23 * 3600 - 1)
    assert bulk(account, *readers(1)) == ["ACCOUNT_DAILY_QUOTA_EXCEEDED"]
    account.wait(1)
    assert bulk(account, *readers(2)) == ["SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]


def test_the_simulator_costs_rate_but_no_quota(account: SesAccount) -> None:
    account.open(max_24_hour_send=1.0, max_send_rate=3.0)
    simulated = ["success@simulator.amazonses.com", "Bounce+x@simulator.amazonses.com"]
    assert bulk(account, *simulated, *readers(1), *simulated) == ["SUCCESS"] * 3 + ["ACCOUNT_THROTTLED"] * 2
    assert account.client.get_account()["SendQuota"]["SentLast24Hours"] == 1
    account.wait(1)
    assert bulk(account, *simulated, *readers(1)) == ["SUCCESS", "SUCCESS", "ACCOUNT_DAILY_QUOTA_EXCEEDED"]


def test_mail_to_suppressed_addresses_costs_quota(account: SesAccount) -> None:
    account.client.put_suppressed_destination(EmailAddress="r0@lukija.example", Reason="BOUNCE")
    bulk(account, *readers(2))
    assert account.client.get_account()["SendQuota"]["SentLast24Hours"] == 2
