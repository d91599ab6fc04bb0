"""Forms with files (multipart/form-data, RFC 7578), as browsers send them: every byte of a file as it was sent."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.platform.errors import InvalidInput
from newsletter.platform.words.said import say

MEDIA_TYPE = "multipart/form-data"
BOUNDARY = re.compile(r'boundary=(?:"([^"\r\n]{1,70})"|([^\s;",]{1,70}))', re.IGNORECASE)
DISPOSITION = re.compile(r"^content-disposition:(.*)$", re.IGNORECASE | re.MULTILINE)
NAME = re.compile(r'(?<![\w*])name="([^"\r\n]{0,200})"', re.IGNORECASE)
FILE_NAME = re.compile(r'(?<![\w*])filename="([^"\r\n]{0,1000})"', re.IGNORECASE)
MOST_HEADERS = 2_000
"""Bytes of the headers of one field."""


@dataclass(frozen=True)
class UploadedFile:
    """A file that a form brought, under the name that it has on the computer of whoever sent it."""

    name: str
    content: bytes


def read_multipart(
    content_type: str, body: bytes, most_fields: int
) -> tuple[dict[str, list[str]], dict[str, UploadedFile]]:
    """The fields and the files of a form, by name. Raises InvalidInput on `body`."""
    boundary = BOUNDARY.search(content_type)
    if not boundary:
        raise InvalidInput("body", say("a form whose boundary the Content-Type names"))
    parts = (b"\r\n" + body).split(b"\r\n--" + (boundary[1] or boundary[2]).encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--") or len(parts) > most_fields + 2:
        raise InvalidInput("body", say("a whole form with at most {most} fields", most=most_fields))
    fields: dict[str, list[str]] = {}
    files: dict[str, UploadedFile] = {}
    for part in parts[1:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        headers = DISPOSITION.search(head[:MOST_HEADERS].decode("utf-8", "replace").replace("\r\n", "\n"))
        name, file = (NAME.search(headers[1]), FILE_NAME.search(headers[1])) if headers else (None, None)
        if not name or not blank:
            raise InvalidInput("body", say("a form whose fields have names"))
        if file:
            files.setdefault(name[1], UploadedFile(file[1], content))
        else:
            fields.setdefault(name[1], []).append(_text(content))
    return fields, files


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("body", say("a form in UTF-8")) from error
