"""What the simulation is asked for is checked before it plays anything."""

from __future__ import annotations

import pytest

from newsletter.platform.shards import SHARDS
from tests.simulation.asked import asked


def test_without_a_word_it_is_a_million_at_five_hundred() -> None:
    wanted = asked({})
    assert (wanted.readers, wanted.rate, wanted.feedback, wanted.crowd) == (1_000_000, 500.0, False, None)


def test_every_variable_says_something() -> None:
    wanted = asked({"READERS": "12000", "RATE": "14", "SCANNED": "0.7", "CONCURRENCY": "10", "MAILS": "500"})
    assert (wanted.readers, wanted.rate) == (12_000, 14.0)
    assert (wanted.mails, asked({}).mails) == (500, 0)
    assert wanted.crowd is not None
    assert (wanted.crowd.scanned, wanted.crowd.sample) == (0.7, 10)


def test_feedback_is_on_or_off() -> None:
    assert [asked({"FEEDBACK": text}).feedback for text in ("1", "0", "")] == [True, False, False]


@pytest.mark.parametrize("readers", ["1", "40", "12001"])
def test_any_number_of_readers_is_spread_evenly_over_the_shards(readers: str) -> None:
    """Readers who were asked for and in no shard would be missed in the certificate."""
    found = asked({"READERS": readers}).readers
    assert found % len(SHARDS) == 0
    assert int(readers) <= found < int(readers) + len(SHARDS)


def test_somebody_is_always_played() -> None:
    crowd = asked({"READERS": "64", "SCANNED": "0.5", "SAMPLE": "1000"}).crowd
    assert crowd is not None
    assert crowd.sample == 64


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("READERS", text) for text in ("abc", "0", "-5", "1e6", "12 000", "99999999999")),
        *(("RATE", text) for text in ("x", "0", "-1", "nan", "inf", "14,5")),
        *(("SCANNED", text) for text in ("2", "70%", "0,7", "-0.1", "nan")),
        *((name, text) for name in ("CONCURRENCY", "SAMPLE") for text in ("0", "-1", "x", "1.5")),
        *(("MAILS", text) for text in ("300", "0", "x")),
        *(("FEEDBACK", text) for text in ("no", "2")),
    ],
)
def test_what_cannot_be_played_is_said_with_what_would_be_right(
    name: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        asked({"SCANNED": "0.7", name: text})
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: '{text}' is not ")
    assert "such as" in said


@pytest.mark.parametrize("name", ["CONCURRENCY", "SAMPLE"])
def test_what_would_be_ignored_is_said(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked({name: "10"})
    assert "SCANNED" in capsys.readouterr().err
