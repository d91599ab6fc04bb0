"""The parameters of a stage: deploy.<stage>.toml, held against what template.yaml declares, before anything runs."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from cli.faults import Fault
from cli.parsing import close, did_you_mean
from cli.target import REPOSITORY

EXAMPLE = "deploy.example.toml"


@cache
def template() -> Mapping[str, Any]:
    """template.yaml as it is written."""
    from rehearsal.template.cloudformation import read_yaml

    found: Mapping[str, Any] = read_yaml(REPOSITORY / "template.yaml", "template.yaml")
    return found


def declared() -> Mapping[str, Mapping[str, Any]]:
    """The parameters of template.yaml by name."""
    found: Mapping[str, Mapping[str, Any]] = template()["Parameters"]
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
        return tomllib.loads(path.read_text("utf-8-sig"))  # editors of Windows begin a file with a mark
    except FileNotFoundError:
        raise Fault(
            f"{path} does not exist. It holds the parameters of the stage, and is not tracked: "
            f"`cp {EXAMPLE} {shlex.quote(str(path))}`, and fill in what is empty"
        ) from None
    except OSError as error:
        raise Fault(
            f"{path} cannot be read ({error.strerror}): name a file of lines such as Name = "
            f'"value", as {EXAMPLE} has them'
        ) from None
    except UnicodeDecodeError as error:
        raise Fault(f"{path.name}: not UTF-8 ({error})") from None
    except tomllib.TOMLDecodeError as error:
        raise Fault(f'{path.name}: not TOML ({error}); a line is Name = "value"') from None


def _faults(given: Mapping[str, Any]) -> Iterator[str]:
    from rehearsal.template.parameters import faults

    values: dict[str, str] = {}
    for name, value in given.items():
        if name not in declared():
            meant = did_you_mean([close(name, declared())]) or f"; there are {', '.join(declared())}"
            yield f"{name} is no parameter of template.yaml{meant}"
        elif isinstance(value, bool) or not isinstance(value, str | int | float):
            meant = _meant(value, declared()[name].get("AllowedValues", ())) if isinstance(value, bool) else ""
            yield f"{name} = {_shown(value)} is no text and no number{meant}"
        elif value != "" or "Default" in declared()[name]:
            values[name] = _text(value)
    for fault in faults(template(), values):
        if fault.name in values or fault.name not in given or given[fault.name] == "":
            yield str(fault)


def _meant(answer: bool, allowed: Sequence[Any]) -> str:  # noqa: FBT001 # a value of the file
    """What stands for true or false."""
    if "yes" in allowed:
        return f': write "{"yes" if answer else "no"}"'
    return f": write one of {', '.join(map(str, allowed))}" if allowed else ""


def _against_publication(given: Mapping[str, Any], path: Path) -> Iterator[str]:
    """Parameters that contradict publication.toml or do not mean anything, which CloudFormation would take."""
    from newsletter.mailings.schedules import ExpressionError, parse

    try:
        publication = tomllib.loads(path.read_text("utf-8"))
        address, zone = str(publication["sender"]["address"]), str(publication["time_zone"])
    except (OSError, KeyError, TypeError, ValueError):
        return  # `newsletter check`, which comes next, names its faults
    yield from _replies(str(given.get("ReplyDomain", "")), publication.get("replies", {}))
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


def _replies(has: str, table: Any) -> Iterator[str]:
    """Answers are received by both, the stack and the publication, or by none."""
    domain = str(table.get("domain", "")) if isinstance(table, Mapping) else ""
    if has and domain and has != domain:
        yield f'ReplyDomain = "{has}", and replies.domain of publication.toml is "{domain}": one of the two is wrong'
    elif has and not domain:
        yield f'ReplyDomain = "{has}", and publication.toml has no [replies]: have both, or none'
    elif domain and not has:
        yield f'ReplyDomain is empty, and publication.toml has [replies]: set ReplyDomain = "{domain}"'


def _text(value: Any) -> str:
    return str(value)


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
