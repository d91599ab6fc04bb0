"""Forms with files (multipart/form-data, RFC 7578), as browsers send them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from newsletter.platform.errors import InvalidInput

BOUNDARY = re.compile(r'boundary="?([\w\'()+,./:=? -]{1,70})"?', re.ASCII)
NAME = re.compile(r';\s*name="([^"]{0,200})"')
FILE_NAME = re.compile(r';\s*filename="([^"]{0,1000})"')
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
        raise InvalidInput("body", "a form whose boundary the Content-Type names")
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())
    if len(parts) < 2 or not parts[-1].startswith(b"--") or len(parts) > most_fields + 2:
        raise InvalidInput("body", f"a whole form with at most {most_fields} fields")
    fields: dict[str, list[str]] = {}
    files: dict[str, UploadedFile] = {}
    for part in parts[1:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        try:
            headers = head[:MOST_HEADERS].decode()
            name, file = NAME.search(headers), FILE_NAME.search(headers)
            if not name or not blank:
                raise InvalidInput("body", "a form whose fields have names")
            if file:
                files[name[1]] = UploadedFile(file[1], content)
            else:
                fields.setdefault(name[1], []).append(content.decode())
        except UnicodeDecodeError as error:
            raise InvalidInput("body", "a form in UTF-8") from error
    return fields, files
