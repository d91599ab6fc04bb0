"""Checks run side by side: one that fails or hangs stops no other, and is neither fine nor a crash."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, UnauthorizedSSOTokenError

from cli.doctor.finding import Check, Finding, State, Unknown, fine
from cli.doctor.place import Once, Place, Wishes
from cli.doctor.side_by_side import findings
from newsletter.platform.errors import InvalidPublication

PLACE = cast("Place", SimpleNamespace(wishes=Wishes(send=True, wait=0.0)))


def raising(error: Exception) -> Check:
    def look(_: Place) -> Finding:
        raise error

    return Check("one", "One", look, ("ses:GetAccount", "sns:ListTopics"))


def aws(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetAccount")


@pytest.mark.parametrize(
    ("error", "state", "said", "mend"),
    [
        (aws("AccessDeniedException"), State.UNKNOWN, "AWS refused GetAccount", "allow ses:GetAccount, sns:ListTopics"),
        (aws("NotAuthorized"), State.UNKNOWN, "AWS refused GetAccount", "allow ses:GetAccount, sns:ListTopics"),
        (aws("ExpiredToken"), State.UNKNOWN, "no AWS credentials that hold", "aws sso login"),
        (aws("MissingAuthenticationToken"), State.UNKNOWN, "no AWS credentials that hold", "aws sso login"),
        (UnauthorizedSSOTokenError(), State.UNKNOWN, "no AWS credentials that hold", "aws sso login"),
        (aws("NotFoundException", "of maija@example.com"), State.FAULT, "is not there", "make deploy"),
        (aws("InternalFailure", "of maija@example.com"), State.UNKNOWN, "did not answer GetAccount", ""),
        (NoCredentialsError(), State.UNKNOWN, "no AWS credentials that hold", "aws configure"),
        (EndpointConnectionError(endpoint_url="https://x"), State.UNKNOWN, "AWS did not answer", "region"),
        (InvalidPublication("name", "missing"), State.UNKNOWN, "name: missing", "newsletter check"),
        (Unknown("there is none here", "look there"), State.UNKNOWN, "there is none here", "look there"),
        (KeyError("x"), State.UNKNOWN, "this check failed: KeyError", ""),
    ],
)
def test_what_a_check_raises_is_said_by_its_kind(error: Exception, state: State, said: str, mend: str) -> None:
    (found,) = findings([raising(error)], PLACE)
    assert found.state is state
    assert said in found.message
    assert mend in found.mend
    assert "maija" not in found.message


def test_one_that_hangs_is_said_to_and_the_others_are_there() -> None:
    never = threading.Event()

    def hang(_: Place) -> Finding:
        never.wait()
        return fine("late")

    checks = [
        Check("slow", "Slow", hang, seconds=0.05),
        Check("quick", "Quick", lambda _: fine("here")),
        raising(ValueError("no")),
    ]
    slow, quick, broken = findings(checks, PLACE)
    never.set()
    assert (slow.state, slow.message) == (State.UNKNOWN, "no answer within 0.05 seconds")
    assert quick == fine("here")
    assert broken.state is State.UNKNOWN


def test_they_run_at_the_same_time() -> None:
    """Each waits for the other, which one after the other could not."""
    meeting = threading.Barrier(2, timeout=60)

    def meet(_: Place) -> Finding:
        meeting.wait()
        return fine("met")

    checks = [Check(key, key, meet, seconds=60) for key in ("one", "two")]
    assert findings(checks, PLACE) == [fine("met")] * 2


def test_what_several_need_is_asked_once_also_when_it_fails() -> None:
    asked: list[Any] = []

    def ask() -> int:
        asked.append(None)
        if len(asked) == 1:
            raise aws("AccessDenied")
        return 7

    refused, known = Once(ask), Once(ask)
    for _ in range(2):
        with pytest.raises(ClientError):
            refused()
        assert known() == 7
    assert len(asked) == 2
