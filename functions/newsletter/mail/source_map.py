"""A Jinja extension that notes in every element of a rendered mail the file and line of its template."""

from __future__ import annotations

import re

from jinja2.ext import Extension

from newsletter.mail.mail_html import SOURCE_ATTRIBUTE

_TAG = re.compile(r"<([a-z][a-z0-9]*)(?=[\s/>])")


class SourceMap(Extension):
    """Adds the attribute to the start tags of .html templates before they are compiled; line numbers do not change."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """The source with the attribute in every start tag."""
        if not name or not name.endswith(".html"):
            return source
        # Without quotation marks, so that a tag in a quoted Jinja expression stays whole.
        place = name.replace("/", ",")
        lines = source.split("\n")
        return "\n".join(
            _TAG.sub(rf"<\1 {SOURCE_ATTRIBUTE}={place}:{number}", line) for number, line in enumerate(lines, start=1)
        )
