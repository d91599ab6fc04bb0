"""A Jinja extension that says of every element of a rendered mail in which template, and on which line, it stands."""

from __future__ import annotations

import re

from jinja2.ext import Extension

from newsletter.mail.mail_html import TRACE

_TAG = re.compile(r"<([a-z][a-z0-9]*)(?=[\s/>])")


class Traced(Extension):
    """Marks the tags of .html templates before they are compiled; line numbers stay as they are."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """The source with the mark in every start tag."""
        if not name or not name.endswith(".html"):
            return source
        # Without quotation marks, so that a tag in a quoted Jinja expression stays whole.
        place = name.replace("/", ",")
        lines = source.split("\n")
        return "\n".join(_TAG.sub(rf"<\1 {TRACE}={place}:{number}", line) for number, line in enumerate(lines, start=1))
