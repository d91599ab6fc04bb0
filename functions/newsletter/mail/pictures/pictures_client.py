"""The bucket of pictures (infra/storage.yaml). A name is made from the content, so that nothing is ever overwritten."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from newsletter.mail.pictures.picture import NAME, TYPES, Picture

if TYPE_CHECKING:
    from newsletter.platform.aws.s3 import S3Client

MOST_LISTED = 1_000
"""Keys in one answer of S3, which is as many as are kept."""
MOST_REMEMBERED = 16
"""Pictures that a process keeps in memory: everybody who opens a mail asks for the same few."""
NOT_THERE = frozenset({"NoSuchKey", "404", "AccessDenied", "403"})
"""S3 tells who may not list a bucket that they may not see what is not there."""


@dataclass(frozen=True)
class Kept:
    """A picture as it is listed: its name, bytes, and when it was uploaded last."""

    name: str
    size: int
    at: datetime


class Pictures:
    """Keeps pictures by their names, and reads them."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client, self._bucket = client, bucket
        self._remembered: dict[str, bytes] = {}

    def put(self, picture: Picture) -> None:
        """Keep it. The same one again changes nothing but when it was uploaded."""
        self._client.put_object(
            Bucket=self._bucket, Key=picture.name, Body=picture.data, ContentType=TYPES[picture.kind]
        )

    def get(self, name: str) -> bytes | None:
        """Its content; None if there is none of that name."""
        if name in self._remembered:
            return self._remembered[name]
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=name)
        except ClientError as error:
            if error.response["Error"]["Code"] in NOT_THERE:
                return None
            raise
        data: bytes = found["Body"].read()
        while len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        self._remembered[name] = data
        return data

    def all(self) -> list[Kept]:
        """All of them, the newest first."""
        answer = self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=MOST_LISTED)
        found = [Kept(each["Key"], each["Size"], each["LastModified"]) for each in answer.get("Contents", ())]
        return sorted((each for each in found if NAME.fullmatch(each.name)), key=lambda each: each.at, reverse=True)
