"""The parameters of a stage: deploy.<stage>.toml, held against what template.yaml declares, before anything runs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from cli.faults import Fault
from cli.parsing import close, did_you_mean
from cli.target import REPOSITORY

EXAMPLE = "deploy.example.toml"


@cache
def declared() -> Mapping[str, Mapping[str, Any]]:
    """The parameters of template.yaml by name."""
    from rehearsal.template.cloudformation import read_yaml

    found: Mapping[str, Mapping[str, Any]] = read_yaml(REPOSITORY / "template.yaml", "template.yaml")["Parameters"]
    return found


def read_parameters(path: Path, publication: Path = REPOSITORY / "templates/publication.toml") -> dict[str, str]:
    """A value for every parameter: that of the file, else the default of the template. Raises Fault with all faults.

    Every one of them: what CloudFormation is not told stays as it was, and a line that was taken out of the file would
    go on to count.
    """
    given = _read(path)
    faults = [f"{path.name}: {fault}" for fault in (*_faults(given), *_against_publication(given, publication))]
    if faults:
        raise Fault("\n".join(faults))
    return {name: _text(given.get(name, about.get("Default", ""))) for name, about in declared().items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Fault(
            f"{path.name} does not exist. It holds the parameters of the stage, and is not tracked: "
            f"`cp {EXAMPLE} {path.name}`, and fill in what is empty"
        ) from None
    except UnicodeDecodeError as error:
        raise Fault(f"{path.name}: not UTF-8 ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise Fault(f'{path.name}: not TOML ({error}); a line is Name = "value"') from None


def _faults(given: Mapping[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        if name not in declared():
            meant = did_you_mean([close(name, declared())]) or f"; there are {', '.join(declared())}"
            yield f"{name} is no parameter of template.yaml{meant}"
        elif fault := value_fault(declared()[name], value):
            yield f"{name} = {_shown(value)} {fault}"
    for name, about in declared().items():
        if "Default" not in about and given.get(name, "") == "":
            yield f"{name} is {'empty' if name in given else 'missing'}: {about['Description']}"


def value_fault(about: Mapping[str, Any], value: Any) -> str:
    """What CloudFormation would refuse of a value, by the declaration of its parameter, and what would be right.

    Empty where nothing is wrong. CloudFormation matches AllowedPattern against the whole value.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        meant = f': write "{"yes" if value else "no"}"' if isinstance(value, bool) else ""
        return f"is no text and no number{meant}"
    text = _text(value)
    if text == "" and "Default" not in about:
        return ""  # said as what is missing
    allowed = [_text(each) for each in about.get("AllowedValues", [])]
    pattern = str(about.get("AllowedPattern", ""))
    if allowed and text not in allowed:
        return f"is none of {', '.join(allowed)}"
    if about.get("Type") == "Number" and (fault := _number_fault(about, text)):
        return fault
    if pattern and not re.fullmatch(pattern, text):
        wanted = about.get("ConstraintDescription") or about.get("Description", "")
        return f"does not match {pattern}. It is: {wanted}"
    if len(text) < int(about.get("MinLength", 0)) or len(text) > int(about.get("MaxLength", len(text))):
        return f"has {len(text)} characters, and should have {about.get('MinLength', 0)} to {about.get('MaxLength')}"
    return ""


def _number_fault(about: Mapping[str, Any], text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return "is no number"
    least, most = about.get("MinValue"), about.get("MaxValue")
    if least is not None and number < float(least):
        return f"is less than {least}"
    if most is not None and number > float(most):
        return f"is more than {most}"
    return ""


def _against_publication(given: Mapping[str, Any], path: Path) -> Iterator[str]:
    """Parameters that contradict publication.toml or do not mean anything, which CloudFormation would take."""
    from newsletter.mailings.schedules import ExpressionError, parse

    try:
        publication = tomllib.loads(path.read_text("utf-8"))
        address, zone = str(publication["sender"]["address"]), str(publication["time_zone"])
    except (OSError, KeyError, TypeError, ValueError):
        return  # `newsletter check`, which comes next, names its faults
    right = {"SenderDomain": (address.rpartition("@")[2], "sender.address"), "TimeZone": (zone, "time_zone")}
    for name, (value, field) in right.items():
        has = given.get(name, declared().get(name, {}).get("Default", value))
        if has not in ("", value):
            yield f'{name} = {_shown(has)}, and {field} of publication.toml means "{value}": one of the two is wrong'
    schedule = given.get("DigestSchedule", "")
    if schedule:
        try:
            parse(str(schedule), zone)
        except ExpressionError as error:
            yield f"DigestSchedule = {_shown(schedule)} is no schedule ({error}), e.g. cron(0 8 ? * TUE *)"


def _text(value: Any) -> str:
    return str(value)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
