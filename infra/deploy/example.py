"""deploy.example.toml, made from the parameters that template.yaml declares: `python -m deploy example`."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from deploy.parameters import declared

WIDTH = 118
HEAD = """\
# Parameters of a stage, made from template.yaml. `cp deploy.example.toml deploy.prod.toml`, fill in what is empty and
# run `make deploy STAGE=prod`. deploy.<stage>.toml is not tracked; keep a copy, for it is all that a stage is made of.
# A line that is left out or commented out means the value that stands here. docs/deploy.md says more of each.
"""


def example() -> str:
    """The whole file: what has no default is empty and has to be filled in, everything else is commented out."""
    needed = {name: about for name, about in declared().items() if "Default" not in about}
    others = {name: about for name, about in declared().items() if name not in needed}
    return "\n".join([HEAD, *_lines(needed, ""), "# What has a default.", "", *_lines(others, "# ")]).rstrip() + "\n"


def _lines(parameters: Mapping[str, Mapping[str, Any]], mark: str) -> Iterator[str]:
    for name, about in parameters.items():
        value = about.get("Default", "")
        allowed = ", ".join(str(each) for each in about.get("AllowedValues", []))
        said = f"{' '.join(about['Description'].split())}{f' One of: {allowed}.' if allowed else ''}"
        yield from textwrap.wrap(said, WIDTH, initial_indent="# ", subsequent_indent="# ")
        yield f"{mark}{name} = {value}" if about["Type"] == "Number" else f'{mark}{name} = "{value}"'
        yield ""
