"""The calls of S3's client that we make, for the checker: its published types would be one more package for three."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class S3Client(Protocol):
    """The client, as far as we use it. All three raise ClientError."""

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> Mapping[str, Any]:  # noqa: N803
        """PutObject."""

    def get_object(self, *, Bucket: str, Key: str, Range: str = ...) -> Mapping[str, Any]:  # noqa: N803
        """GetObject."""

    def list_objects_v2(self, *, Bucket: str, MaxKeys: int) -> Mapping[str, Any]:  # noqa: N803
        """ListObjectsV2."""
