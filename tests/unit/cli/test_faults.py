"""Errors of AWS end a command with one line that says what to do."""

from __future__ import annotations

import pytest
from botocore.exceptions import (
    ClientError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    TokenRetrievalError,
)

from cli.faults import LOG_IN, Fault, aws_errors_as_faults

EXPIRED = ClientError({"Error": {"Code": "ExpiredTokenException", "Message": "expired"}}, "GetAccount")
DENIED = ClientError({"Error": {"Code": "AccessDenied", "Message": "may not ses:GetAccount"}}, "GetAccount")


def said(error: Exception) -> str:
    with pytest.raises(Fault) as fault, aws_errors_as_faults():
        raise error
    return str(fault.value)


@pytest.mark.parametrize(
    "error",
    [
        EXPIRED,
        NoCredentialsError(),
        PartialCredentialsError(provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
    ],
)
def test_whoever_has_no_credentials_that_hold_is_told_how_to_get_some(error: Exception) -> None:
    assert said(error).endswith(f"; {LOG_IN}")


def test_whoever_may_not_or_names_no_region_is_told_that_and_not_to_log_in() -> None:
    assert said(DENIED) == "AWS refused GetAccount: AccessDenied: may not ses:GetAccount"
    assert said(NoRegionError()).startswith("AWS cannot be used: You must specify a region; set AWS_DEFAULT_REGION")
