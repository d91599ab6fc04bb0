"""Faults that end a command with one line on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


class Fault(Exception):
    """What went wrong and what to do about it, in one line."""


LOG_IN = "`aws sso login`, or `aws configure`; and look at the clock"
"""What puts credentials in order."""


def lacks_credentials(error: Exception) -> bool:
    """Whether the shell has no credentials for AWS, or none that hold any more."""
    from botocore import exceptions

    from newsletter.platform.aws.error_codes import CREDENTIALS

    if isinstance(error, exceptions.ClientError):
        return error.response.get("Error", {}).get("Code") in CREDENTIALS
    return isinstance(
        error,
        (
            exceptions.NoCredentialsError,
            exceptions.PartialCredentialsError,
            exceptions.CredentialRetrievalError,
            exceptions.TokenRetrievalError,
            exceptions.SSOError,
            exceptions.LoginError,
        ),
    )


@contextmanager
def aws_errors_as_faults() -> Iterator[None]:
    """Turns errors of AWS, of the network and of the product into a Fault."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    from newsletter.platform.errors import NewsletterError
    from newsletter.platform.settings import MissingSetting

    try:
        yield
    except ClientError as error:
        said = error.response.get("Error", {})
        message = f"AWS refused {error.operation_name}: {said.get('Code', '?')}: {said.get('Message', '')}"
        raise Fault(_with_mend(message.rstrip(": "), error)) from error
    except BotoCoreError as error:
        raise Fault(_with_mend(f"AWS cannot be used: {error}", error)) from error
    except ResponseParserError as error:
        at = os.environ.get("AWS_ENDPOINT_URL")
        where = f" at {at} (AWS_ENDPOINT_URL)" if at else ""
        raise Fault(
            f"what answers{where} is not AWS; the local cloud has no CloudFormation: use --local instead of --stack"
        ) from error
    except (MissingSetting, NewsletterError) as error:
        raise Fault(str(error) or type(error).__name__) from error


def _with_mend(message: str, error: Exception) -> str:
    from botocore.exceptions import NoRegionError

    if isinstance(error, NoRegionError):
        return f"{message.rstrip('.')}; set AWS_DEFAULT_REGION to that of the stack (AWS_REGION is not read)"
    return f"{message.rstrip('.')}; {LOG_IN}" if lacks_credentials(error) else message
