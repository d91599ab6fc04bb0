"""A campaign in a file: YAML between two lines of `---`, then Markdown; every fault names file, line and field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from cli.faults import Fault
from newsletter.mailings.audience.of_campaign import audience_of
from newsletter.mailings.audience.written import read_rule, with_numbers
from newsletter.mailings.campaign import RULE, Campaign
from newsletter.mailings.experiments.experiment import Experiment, experiment_faults, read_experiment
from newsletter.platform.errors import InvalidForm, InvalidInput
from newsletter.readers.choices import FILTERS

if TYPE_CHECKING:
    from newsletter.container import Container

TEXTS = ("name", "subject", "language", "offer", "preheader", "doubt")
LISTS = ("topics", "languages", *FILTERS)
SWITCHES = ("archive",)
NUMBERS = ("doubt_wait_minutes",)
TEST = "ab"
MAX_FILE = 400_000
FENCE = "---"
EXAMPLE = (
    "begin the file with ---, then lines like `subject: Kevään sparraukset` and `language: fi`, then --- and the text"
)


@dataclass(frozen=True)
class CampaignFile:
    """A campaign, and the line on which each of its fields stands. `audience` is its rule as it is written, or the name
    of a saved one; `with_audience` puts it into the campaign.
    """

    path: Path
    campaign: Campaign
    lines: Mapping[str, int]
    audience: Mapping[str, Any] | str = ""

    def fault(self, wrong: InvalidInput) -> Fault:
        """The fault with its place: `kevat.md:3: topics: …`; of several faults each with its own."""
        if isinstance(wrong, InvalidForm):
            each = (InvalidInput(field, message) for field, message in wrong.errors.items())
            return Fault("; ".join(str(self.fault(one)) for one in each))
        line = self.lines.get(wrong.field) or self.lines.get(wrong.field.partition(".")[0].partition("[")[0], 1)
        return _fault(self.path, line, wrong.field, wrong.message)

    def with_audience(self, app: Container) -> CampaignFile:
        """The same with the rule in the campaign, with ids in place of addresses. Raises Fault."""
        if not self.audience:
            return self
        try:
            return replace(self, campaign=replace(self.campaign, audience=audience_of(self.audience, app)))
        except InvalidInput as wrong:
            raise self.fault(wrong) from wrong


def read_campaign(path: Path) -> CampaignFile:
    """The campaign of the file. Raises Fault; what values mean is checked where campaigns start."""
    lines = _text(path).split("\n")
    if lines[0].rstrip() != FENCE:
        raise Fault(f"{path}:1: no front matter; {EXAMPLE}")
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == FENCE), None)
    if end is None:
        raise Fault(f"{path}:{len(lines)}: the front matter has no end; put a line of --- before the text")
    values, places = _fields(path, "\n".join(lines[1:end]))
    ab = values.get(TEST)
    if isinstance(ab, Experiment):
        values = {"subject": ab.subjects[0], **values}
    for needed in ("subject", "language"):
        if needed not in values:
            raise _fault(path, 1, needed, "missing in the front matter")
    audience = values.pop(RULE, "")
    among = tuple((name, values.pop(name)) for name in FILTERS if name in values)
    campaign = Campaign(**{"name": path.stem} | values | {"body": "\n".join(lines[end + 1 :]).strip(), "among": among})  # type: ignore[arg-type]
    blank = next((number for number, line in enumerate(lines[end + 1 :]) if line.strip()), 0)
    return CampaignFile(path, campaign, {**places, "body": min(end + 2 + blank, len(lines))}, audience)  # type: ignore[arg-type]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_FILE:
            raise Fault(f"{path}: longer than {MAX_FILE} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Fault(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Fault(f"{path}: not UTF-8 (byte {error.start})") from error
    return re.sub(r"\r\n?", "\n", text)


Value = str | tuple[str, ...] | bool | int | dict[str, Any] | Experiment


def _fields(path: Path, front: str) -> tuple[dict[str, Value], dict[str, int]]:
    """Field values as they are written (`language: no` is Norwegian, not false), and their lines."""
    try:
        root = yaml.compose(front, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 2
        raise Fault(
            f"{path}:{line}: not YAML: {error.problem or error.context}; put text with a colon in quotes"
        ) from error
    except yaml.YAMLError as error:
        raise Fault(f"{path}:2: not YAML: {str(error).splitlines()[0]}") from error
    if root is None:
        return {}, {}
    if not isinstance(root, yaml.MappingNode):
        raise Fault(f"{path}:2: {EXAMPLE}")
    values: dict[str, Value] = {}
    places: dict[str, int] = {}
    for key, node in root.value:
        name, line = str(key.value), key.start_mark.line + 2
        if name in values:
            raise _fault(path, line, name, f"stands on line {places[name]} already")
        places[name] = line
        values[name] = _test(path, node, places) if name == TEST else _value(path, line, name, node)
    return values, places


def _value(path: Path, line: int, name: str, node: yaml.Node) -> Value:
    if name in TEXTS:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise _fault(path, line, name, "give a text")
        return str(node.value).strip()
    if name == RULE:
        return _rule(path, line, node)
    if name in LISTS:
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        if not items or not all(isinstance(item, yaml.ScalarNode) and item.value.strip() for item in items):
            raise _fault(path, line, name, "give a list, e.g. [linkedin, tekoaly]; leave the field out for all")
        return tuple(dict.fromkeys(str(item.value).strip() for item in items))
    if name in SWITCHES:
        if not isinstance(node, yaml.ScalarNode) or node.value not in ("true", "false"):
            raise _fault(path, line, name, "give true or false")
        return bool(node.value == "true")
    if name in NUMBERS:
        if not isinstance(node, yaml.ScalarNode) or not node.value.isascii() or not node.value.isdigit():
            raise _fault(path, line, name, "give a whole number")
        return int(node.value[:9])
    known = (*TEXTS, *LISTS, *SWITCHES, *NUMBERS, RULE, TEST)
    raise _fault(path, line, name, f"unknown field; there are {', '.join(known)}")


def _rule(path: Path, line: int, node: yaml.Node) -> dict[str, Any] | str:
    """The rule as it is written, or the name of a saved one."""
    if isinstance(node, yaml.ScalarNode) and node.value.strip():
        return str(node.value).strip()
    if not isinstance(node, yaml.MappingNode):
        raise _fault(path, line, RULE, "give a rule, e.g. {topics: [linkedin]}, or the name of a saved audience")
    rule = with_numbers(yaml.BaseLoader("").construct_document(node))
    try:
        read_rule(rule)
    except InvalidInput as wrong:
        raise _fault(path, line, f"{RULE}.{wrong.field}", wrong.message) from wrong
    return rule


def _test(path: Path, node: yaml.Node, places: dict[str, int]) -> Experiment:
    """The A/B test; the lines of its fields are added to `places`."""
    given: dict[str, object] | None = None
    if isinstance(node, yaml.MappingNode):
        given = {}
        for key, value in node.value:
            places[f"{TEST}.{key.value}"] = key.start_mark.line + 2
            given[str(key.value)] = _plain(value)
    try:
        experiment = read_experiment(given)
    except InvalidForm as wrong:
        lines = [_fault(path, places.get(field, places[TEST]), field, text) for field, text in wrong.errors.items()]
        raise Fault("; ".join(map(str, lines))) from wrong
    if not experiment.subjects:
        raise _fault(path, places[f"{TEST}.subjects"], f"{TEST}.subjects", experiment_faults(experiment)["ab.subjects"])
    return experiment


def _plain(node: yaml.Node) -> object:
    """A number or a text, or a list of texts, as it is written."""
    if isinstance(node, yaml.SequenceNode):
        return [str(item.value).strip() if isinstance(item, yaml.ScalarNode) else None for item in node.value]
    if not isinstance(node, yaml.ScalarNode):
        return None if not node.value else node
    if re.fullmatch(r"[0-9]{1,9}", node.value):
        return int(node.value)
    return float(node.value) if re.fullmatch(r"[0-9]{0,3}\.[0-9]{1,9}", node.value) else str(node.value)


def _fault(path: Path, line: int, field: str, message: str) -> Fault:
    return Fault(f"{path}:{line}: {field}: {message}")
