"""The bucket in which SES puts the mails that it received."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from newsletter.platform.errors import NotFound

if TYPE_CHECKING:
    from newsletter.platform.aws.s3 import S3Client


NOT_THERE = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})
"""S3 tells who may not list a bucket that they may not see what is not there."""


class ReceivedMails:
    """Reads raw messages (RFC 5322)."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, most: int) -> tuple[bytes, int]:
        """At most so many bytes of the beginning of a message, and how many bytes it has. Raises NotFound."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes=0-{most - 1}")
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_THERE:
                raise NotFound(f"received mail {key}, which is kept for 30 days") from error
            raise
        size = int(answer.get("ContentRange", "").rpartition("/")[2] or answer["ContentLength"])
        return answer["Body"].read(), size
