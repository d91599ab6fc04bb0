"""Proofs of work: a solved challenge of ours counts until it expires, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.readers.signup.challenges import CHALLENGE_LIFETIME, MAX_NUMBER, Challenges
from tests.support.console.altered_tokens import altered_tokens
from tests.support.strategies import anything

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
proofs = Challenges(("old", "new"), SystemRandom())


def solve(challenge: dict[str, Any]) -> dict[str, Any]:
    """What a browser makes of a challenge."""
    for number in range(challenge["maxnumber"] + 1):
        if hashlib.sha256(f"{challenge['salt']}{number}".encode()).hexdigest() == challenge["challenge"]:
            return {**challenge, "number": number}
    raise AssertionError


def told(answer: object) -> str:
    return base64.b64encode(json.dumps(answer).encode()).decode()


SOLVED = solve(proofs.challenge(NOW))


def test_a_solved_challenge_counts_until_it_expires() -> None:
    proof = proofs.solved(told(SOLVED), NOW)
    assert proof is not None
    assert (proof.challenge, proof.expires) == (SOLVED["challenge"], NOW + CHALLENGE_LIFETIME)
    assert proofs.solved(told(SOLVED), NOW + CHALLENGE_LIFETIME - timedelta(seconds=1)) == proof
    assert proofs.solved(told(SOLVED), NOW + CHALLENGE_LIFETIME) is None


def test_an_answer_is_read_in_the_one_spelling_that_base64_gives_it() -> None:
    """Its JSON has many, so that what counts once is the challenge and never the text of the answer."""
    for spaces in range(3):
        raw = json.dumps(SOLVED).encode() + b" " * spaces
        answer = base64.b64encode(raw).decode()
        assert proofs.solved(answer, NOW) is not None
        same = [other for other in altered_tokens(answer) if _lenient(other) == raw]
        assert len(same) > len(answer)
        assert [other for other in same if proofs.solved(other, NOW) is not None] == []


def _lenient(text: str) -> bytes:
    """What a decoder makes of it that passes over what it does not know."""
    try:
        return base64.urlsafe_b64decode(text + "==")
    except ValueError:
        return b""


def test_challenges_differ_and_do_not_tell_their_number() -> None:
    made = [proofs.challenge(NOW) for _ in range(20)]
    assert len({each["salt"] for each in made}) == len({each["challenge"] for each in made}) == 20
    assert all("number" not in each for each in made)
    assert all(each["maxnumber"] == MAX_NUMBER for each in made)


def test_a_challenge_outlives_a_rotation_of_keys_and_no_more() -> None:
    assert Challenges(("new", "newest"), SystemRandom()).solved(told(SOLVED), NOW) is not None
    assert Challenges(("newest",), SystemRandom()).solved(told(SOLVED), NOW) is None


SALT, NUMBER = SOLVED["salt"], SOLVED["number"]
# A digit that moves between the salt and the number leaves the hash as it is, and would change when it expires.
LONGER = {"salt": f"{SALT}{str(NUMBER)[0]}", "number": int(str(NUMBER)[1:] or 0)}


@pytest.mark.parametrize(
    "change",
    [
        {"number": NUMBER + 1},
        {"number": -1},
        {"number": float(NUMBER)},
        {"number": str(NUMBER)},
        {"number": True},
        {"salt": SALT.replace("expires=1", "expires=2")},
        {"salt": SALT.rstrip("&")},
        {"salt": None},
        LONGER,
        {"algorithm": "MD5"},
        {"signature": "0" * 64},
        {"signature": "ä\ud800"},
        {"signature": None},
    ],
    ids=[
        *("next number", "negative number", "float", "text", "true", "later", "no separator", "no salt", "moved digit"),
        *("algorithm", "forged signature", "odd signature", "no signature"),
    ],
)
def test_an_answer_with_anything_changed_counts_for_nothing(change: dict[str, Any]) -> None:
    assert proofs.solved(told({**SOLVED, **change}), NOW) is None


@given(anything(60) | st.binary(max_size=60).map(lambda raw: base64.b64encode(raw).decode()))
def test_what_is_no_answer_counts_for_nothing(text: str) -> None:
    assert proofs.solved(text, NOW) is None


@pytest.mark.parametrize("answer", [[], None, "x", {}, {"algorithm": "SHA-256"}, [[[[]]]]])
def test_json_that_is_no_answer_counts_for_nothing(answer: object) -> None:
    assert proofs.solved(told(answer), NOW) is None


def test_too_long_an_answer_is_not_read() -> None:
    assert proofs.solved(told({**SOLVED, "more": "x" * 1000}), NOW) is None
