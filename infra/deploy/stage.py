"""A stage of samconfig.toml: which stack it is, in which region, with which credentials."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cli.faults import Fault
from cli.parsing import close, did_you_mean
from cli.target import REPOSITORY

SAMCONFIG = REPOSITORY / "samconfig.toml"
Client = Callable[[str], Any]
"""A client of boto3 for a service that is named."""


@dataclass(frozen=True)
class Stage:
    """`profile` is of ~/.aws/config, and empty where the environment has the credentials."""

    name: str
    stack: str
    region: str
    profile: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What sends everything that runs with it to the account and region of the stage."""
        profile = {"AWS_PROFILE": self.profile} if self.profile else {}
        return {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region, **profile}

    @cached_property
    def _session(self) -> Any:
        import boto3

        make: Any = boto3.Session
        return make(region_name=self.region, profile_name=self.profile or None)

    def client(self, service: str) -> Any:
        """The client of a service. All come from one session, which takes longer to make than what it is asked."""
        return self._session.client(service)

    def command(self, rest: str) -> str:
        """A `newsletter` command for this stack, for any shell. boto3 reads AWS_DEFAULT_REGION, not AWS_REGION."""
        profile = f"AWS_PROFILE={self.profile} " if self.profile else ""
        return f"{profile}AWS_DEFAULT_REGION={self.region} .venv/bin/newsletter {rest} --stack {self.stack}"


def read_stage(name: str, path: Path = SAMCONFIG) -> Stage:
    """The stage of that name. Raises Fault that names the stages there are, or what its section lacks."""
    sections = tomllib.loads(path.read_text("utf-8"))
    stages = {each: _global(section) for each, section in sections.items() if "stack_name" in _global(section)}
    if name not in stages:
        known = ", ".join(stages)
        raise Fault(f"STAGE={name} is none of {path.name} ({known}){did_you_mean([close(name, stages)])}")
    of_stage = stages[name]
    if not of_stage.get("region"):
        raise Fault(f'{path.name}: [{name}.global.parameters] lacks a region, e.g. region = "eu-north-1"')
    if "parameter_overrides" in sections[name].get("deploy", {}).get("parameters", {}):
        raise Fault(
            f"{path.name}: parameter_overrides of [{name}.deploy.parameters] are not read any more; move its lines to "
            f"deploy.{name}.toml, which is not tracked"
        )
    return Stage(name, str(of_stage["stack_name"]), str(of_stage["region"]), str(of_stage.get("profile", "")))


def _global(section: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = section.get("global", {}).get("parameters", {}) if isinstance(section, dict) else {}
    return found
