"""Which stack a command talks to: a deployed one, the local cloud, or the one the environment already names."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cli.faults import Fault, aws_errors_as_faults

PREFIX = "NEWSLETTER_"
FUNCTION = "Console"
"""The function whose environment is read; template.yaml gives all functions the same."""
LIVE = "live"
"""The alias of the version that runs (template.yaml)."""
AHEAD = "clock_ahead"
"""How a local cloud says by how many seconds its clock is ahead, among the variables that it gives."""
REPOSITORY = Path(__file__).parents[2]
ANY = "here"
"""In place of the URL of a local cloud: whichever runs on this computer."""
TIMEOUT = 10.0
DEFAULT_PORT = 8000
MAX_ANSWER = 100_000
NO_STACK = (
    "no stack to talk to: name a deployed one with --stack NAME, start the local cloud with `make demo` and use "
    "--local, or set the NEWSLETTER_* variables; tried {tried}"
)


class NoLocalCloud(Fault):
    """Nothing that is a local cloud answers there."""


@dataclass(frozen=True)
class Wanted:
    """What the options say. `local` is the URL of a local cloud, `templates` a directory or None."""

    stack: str = ""
    local: str = ""
    templates: Path | None = None


@dataclass(frozen=True)
class Target:
    """The variables to put on, and whether the shell's AWS settings must be put away.

    `ahead`: how far the clock of a local cloud is ahead of this computer's.
    """

    variables: Mapping[str, str]
    name: str
    local: bool = False
    ahead: timedelta = timedelta(0)


def local_urls() -> tuple[str, ...]:
    """Where `make demo` may listen: on PORT where that is set, else where one was started, the newest first."""
    from rehearsal import address_file

    port = os.environ.get("PORT")
    if port:
        return (f"http://127.0.0.1:{port}",)
    return tuple(dict.fromkeys((*address_file.read(), f"http://127.0.0.1:{DEFAULT_PORT}")))


def _is_open(url: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=1):
            return True
    except (OSError, OverflowError):
        return False


def find(wanted: Wanted, client: Callable[[str], Any] | None = None) -> Target:
    """The target. Raises Fault that says what to do when there is none."""
    if wanted.stack and wanted.local:
        raise Fault("--stack and --local are two different places; give one of them")
    if wanted.stack:
        found = _deployed(wanted.stack, client)
    elif wanted.local == ANY:
        found = _any_local(
            "no local cloud answers; start it with `make demo`, or name one with --local URL; tried {tried}"
        )
    elif wanted.local:
        found = _local(wanted.local)
    elif named_by_environment():
        found = Target({}, "the stack of the NEWSLETTER_* variables")
    else:
        found = _any_local(NO_STACK)
    if wanted.templates is None:
        return found
    return replace(found, variables={**found.variables, f"{PREFIX}TEMPLATES": str(wanted.templates)})


def named_by_environment() -> bool:
    """Whether the shell already has what a function has."""
    return f"{PREFIX}CONTENT_TABLE" in os.environ


def templates(wanted: Wanted) -> Path:
    """The templates that a command reads where no stack names them: ./templates, else those of this repository."""
    if wanted.templates is not None:
        return wanted.templates
    named = os.environ.get(f"{PREFIX}TEMPLATES")
    here = Path("templates").absolute()
    return Path(named) if named else here if (here / "publication.toml").is_file() else REPOSITORY / "templates"


@contextmanager
def applied(target: Target) -> Iterator[None]:
    """The target's environment for the length of a command, with a container that reads it."""
    from newsletter.container import app
    from rehearsal.environment import applied as only

    with only(target.variables) if target.local else _besides(target.variables):
        app.reset()
        if target.ahead:
            vars(app)["now"] = lambda: datetime.now(UTC) + target.ahead
        try:
            yield
        finally:
            vars(app).pop("now", None)
            app.reset()


@contextmanager
def _besides(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _deployed(stack: str, client: Callable[[str], Any] | None) -> Target:
    """The environment of the stack's functions, as they are deployed now."""
    import boto3

    make = client or boto3.client
    with aws_errors_as_faults():
        detail = _resource(make("cloudformation"), stack)
        function = detail["StackResourceDetail"]["PhysicalResourceId"]
        answer = _what_runs(make("lambda"), function)
    variables = dict(answer.get("Environment", {}).get("Variables", {}))
    if not any(name.startswith(PREFIX) for name in variables):
        raise Fault(
            f"the function {FUNCTION} of the stack {stack} has no {PREFIX}* variables; is it this product's stack?"
        )
    kept = {name: value for name, value in variables.items() if name.startswith(PREFIX)}
    # Below /opt in Lambda; here it is the working tree that was deployed.
    return Target({**kept, f"{PREFIX}TEMPLATES": str(templates(Wanted()))}, f"the stack {stack}")


def _resource(client: Any, stack: str) -> dict[str, Any]:
    """Raises Fault that names the region where there is no such stack: most often it is in another one."""
    from botocore.exceptions import ClientError

    try:
        return dict(client.describe_stack_resource(StackName=stack, LogicalResourceId=FUNCTION))
    except ClientError as error:
        if "does not exist" not in error.response["Error"].get("Message", ""):
            raise
        raise Fault(
            f"AWS refused {error.operation_name} in {client.meta.region_name}: {error.response['Error']['Message']}; "
            "AWS_DEFAULT_REGION names another region, AWS_PROFILE another account"
        ) from error


def _what_runs(client: Any, function: str) -> dict[str, Any]:
    """The settings of the version that is live; of the function itself in a stack of before there were versions."""
    from botocore.exceptions import ClientError

    try:
        return dict(client.get_function_configuration(FunctionName=function, Qualifier=LIVE))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        return dict(client.get_function_configuration(FunctionName=function))


def _any_local(otherwise: str) -> Target:
    """The local cloud that was started last of those that answer. Raises Fault that says which addresses were tried."""
    tried = local_urls()
    for url in tried:
        if _is_open(url):
            try:
                return _local(url)
            except NoLocalCloud:
                continue
    raise Fault(otherwise.format(tried=", ".join(tried)))


def _local(url: str) -> Target:
    import urllib3

    try:
        answer = urllib3.request(
            "GET", f"{url.rstrip('/')}/_local/environment.json", timeout=TIMEOUT, retries=False, preload_content=False
        )
        with answer:
            data = json.loads(answer.read(MAX_ANSWER)) if answer.status == 200 else None
    except (urllib3.exceptions.HTTPError, ValueError):
        data = None
    if not isinstance(data, dict):
        raise NoLocalCloud(f"no local cloud answers at {url}; start it with `make demo`")
    variables = {str(name): str(value) for name, value in data.items()}
    ahead = variables.pop(AHEAD, "0")
    try:
        return Target(variables, f"the local cloud at {url}", local=True, ahead=timedelta(seconds=float(ahead)))
    except (ValueError, OverflowError):
        raise Fault(f"the local cloud at {url} says that its clock is ahead by {ahead!r} seconds") from None
