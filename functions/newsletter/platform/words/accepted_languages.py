"""Which languages a browser asks for."""

from __future__ import annotations


def accepted_languages(header: str) -> list[str]:
    """Primary language subtags of Accept-Language (RFC 9110, 12.5.4), by descending quality."""
    weighed = []
    for entry in header.split(","):
        tag, _, parameters = entry.partition(";")
        _, _, quality = parameters.partition("q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        if weight > 0:
            weighed.append((weight, tag.strip().split("-")[0].lower()))
    return [language for _, language in sorted(weighed, key=lambda entry: -entry[0])]
