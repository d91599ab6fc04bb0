"""Settings that say what they cannot say are refused with the parameter's name."""

from __future__ import annotations

import pytest

from newsletter.platform.settings import MissingSetting, read_settings
from tests.bench.stack import variables

GIVEN = variables("https://aws.invalid")


def share(text: str) -> float:
    return read_settings({**GIVEN, "NEWSLETTER_RATE_SHARE": text}).rate_share


def test_a_stack_has_all_of_the_rate_unless_it_is_said() -> None:
    assert (read_settings(GIVEN).rate_share, share(""), share("0.25")) == (1.0, 1.0, 0.25)


@pytest.mark.parametrize("text", ["0", "-0.5", "1.01", "50 %", "0,5", "nan", "inf"])
def test_a_share_that_is_none_is_named_with_its_parameter(text: str) -> None:
    with pytest.raises(MissingSetting, match=r"NEWSLETTER_RATE_SHARE is '.*RateShare, a number above 0 and up to 1"):
        share(text)
