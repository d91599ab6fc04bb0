"""Inline templates as SES renders them: {{name}} becomes its value as it stands, and nothing else is done."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.ses.errors import invalid

MAX_INLINE_BYTES = 1024 * 1024
"""JSON of an inline TemplateContent (AWS, send-personalized-email-api: "each inline template can be up to 1 MB")."""

# A Handlebars identifier between two braces. Three braces, blocks, paths and partials are not "simple substitutions",
# which is all that the service model (Template.TemplateContent) promises for inline templates.
_VARIABLE = re.compile(r"(?<!\{)\{\{\s*([^\s!\"#%&'()*+,./;<=>@\[\\\]^`{|}~]+)\s*\}\}")


@dataclass(frozen=True)
class Part:
    """Subject, text or html, cut at its variables: literal, name, literal, name, ..., literal."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, source: str) -> Part:
        """Cuts `source` once, so that rendering it for every recipient is a join."""
        return cls(tuple(_VARIABLE.split(source)))

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in order."""
        return self.pieces[1::2]

    def render(self, values: Mapping[str, str]) -> str:
        """`values` put in as they are: not escaped, not rendered again. KeyError names a missing variable."""
        pieces = list(self.pieces)
        pieces[1::2] = [values[name] for name in self.names]
        return "".join(pieces)


@dataclass(frozen=True)
class InlineTemplate:
    """The TemplateContent of one request."""

    subject: Part
    html: Part | None
    text: Part | None
    flaw: str | None
    """Why no data can render it: braces that are no simple substitution."""

    def failure(self, values: Mapping[str, str]) -> str | None:
        """The errorMessage of SES's Rendering Failure, or None if this data renders."""
        if self.flaw:
            return self.flaw
        for part in (self.subject, self.html, self.text):
            for name in part.names if part else ():
                if name not in values:
                    return f"Attribute '{name}' is not present in the rendering data."
        if re.search(r"[\r\n]", self.subject.render(values)):
            return "The subject contains a line break."
        return None


def inline_template(content: Mapping[str, Any]) -> InlineTemplate:
    """Checks TemplateContent and cuts it up; SesError names the member that is wrong."""
    size = _utf8_size(content, "TemplateContent")
    if size > MAX_INLINE_BYTES:
        raise invalid(f"TemplateContent: {size} bytes, an inline template may have {MAX_INLINE_BYTES}")
    subject, html, text = content.get("Subject"), content.get("Html"), content.get("Text")
    if not subject:
        raise invalid("TemplateContent.Subject: Missing")
    if re.search(r"[\r\n]", subject):
        raise invalid("TemplateContent.Subject: Subject contains a line break")
    if not html and not text:
        raise invalid("TemplateContent: Html or Text must be given")
    parts = (Part.of(subject), Part.of(html) if html else None, Part.of(text) if text else None)
    broken = any("{{" in literal for part in parts if part for literal in part.pieces[::2])
    return InlineTemplate(*parts, flaw="Only simple substitutions like {{name}} can be rendered." if broken else None)


def template_data(source: str | None, field: str) -> dict[str, Any]:
    """TemplateData as an object; nothing given is an empty one. SesError when it is not a JSON object."""
    if not source:
        return {}
    try:
        data = json.loads(source, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise invalid(f"{field}: The template data is invalid, it must be JSON") from None
    if not isinstance(data, dict):
        raise invalid(f"{field}: The template data is invalid, it must be a JSON object")
    if "\\ud" in source.lower():
        _utf8_size(data, field)
    return data


def merged(default: Mapping[str, Any], replacement: Mapping[str, Any]) -> dict[str, Any]:
    """Replacement over default, key by key and into nested objects; lists are replaced whole.

    AWS's guide reads as if the defaults were all or nothing; senders measured the merge on the real service
    (github.com/domdomegg/aws-ses-v2-local, issue 102 and pull request 103, July 2026).
    """
    result = dict(default)
    for key, value in replacement.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def rendering_values(data: Mapping[str, Any]) -> dict[str, str]:
    """What can be put into a text: strings as they are, numbers and booleans as JSON writes them.

    null counts as missing (github.com/aws/aws-sdk-js, issue 2239), and so do objects and lists.
    """
    return {
        key: value if isinstance(value, str) else json.dumps(value)
        for key, value in data.items()
        if isinstance(value, (str, int, float))
    }


def _utf8_size(value: object, field: str) -> int:
    """Bytes of `value` as JSON in UTF-8; SesError when half a surrogate pair stands alone in it."""
    try:
        return len(json.dumps(value, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise invalid(f"{field}: Not valid Unicode, half a surrogate pair stands alone") from None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
