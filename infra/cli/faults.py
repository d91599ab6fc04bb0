"""Faults that end a command with one line on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


class Fault(Exception):
    """What went wrong and what to do about it, in one line."""


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
        raise Fault(message.rstrip(": ")) from error
    except BotoCoreError as error:
        raise Fault(f"AWS cannot be used: {error}") from error
    except ResponseParserError as error:
        at = os.environ.get("AWS_ENDPOINT_URL")
        where = f" at {at} (AWS_ENDPOINT_URL)" if at else ""
        raise Fault(
            f"what answers{where} is not AWS; the local cloud has no CloudFormation: use --local instead of --stack"
        ) from error
    except (MissingSetting, NewsletterError) as error:
        raise Fault(str(error) or type(error).__name__) from error
