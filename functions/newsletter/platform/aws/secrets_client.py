"""The secrets of the stack: SecureString parameters of SSM, each read once per container at its first use."""

from __future__ import annotations

import hmac
from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints
from newsletter.platform.settings import MissingSetting

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient

NAMES = ("pepper", "link_keys", "webhook_secrets", "crm_inbound_secrets")
"""The parameters below the stack's path; `newsletter secrets init` makes those that are missing."""
CRM_TOKEN = "crm_token"  # noqa: S105 (the name of a parameter)
"""The CRM's own token, which its administrator makes; only where the publication's [crm] asks for one."""


class Secrets:
    """The parameters below `path`.

    Which of them a function may read, its rights in template.yaml say. Lists go from oldest to newest: the last one
    signs and all are accepted, so a secret is rotated by appending a new one.
    """

    def __init__(self, ssm: SSMClient, path: str, fingerprints: Fingerprints) -> None:
        self._ssm = ssm
        self._path = path
        self._fingerprints = fingerprints

    @cached_property
    def pepper(self) -> bytes:
        """The key of readers' ids (HMAC). It can never change, since every id depends on it.

        Compared once per container with the fingerprint beside the ids. Raises WrongPepper, MissingSetting.
        """
        parameter = f"{self._path}/pepper"
        try:
            pepper = self._read("pepper").encode()
        except MissingSetting:
            self._fingerprints.refuse_without_pepper(parameter)
            raise
        self._fingerprints.check(pepper, parameter)
        return pepper

    @property
    def consent_key(self) -> bytes:
        """The key that signs consent records. It is derived from the pepper, which is kept as long as they are."""
        return hmac.digest(self.pepper, b"newsletter.consent", "sha256")

    @cached_property
    def link_keys(self) -> tuple[str, ...]:
        """The keys of readers' links."""
        return tuple(self._read("link_keys").split(","))

    @cached_property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets of CRM webhooks (`whsec_…`)."""
        return _list(self._read("webhook_secrets"))

    @cached_property
    def crm_inbound_secrets(self) -> tuple[str, ...]:
        """The secrets with which the CRM signs what it tells us (`whsec_…`)."""
        return _list(self._read("crm_inbound_secrets"))

    @cached_property
    def crm_token(self) -> str:
        """The token of the CRM's API."""
        return self._read(CRM_TOKEN, "put the token of the CRM there (docs/crm.md)").strip()

    def _read(self, name: str, remedy: str = "run `newsletter secrets init`") -> str:
        """Raises MissingSetting that names the parameter."""
        parameter = f"{self._path}/{name}"
        try:
            return str(self._ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"])
        except self._ssm.exceptions.ParameterNotFound as missing:
            raise MissingSetting(f"SSM parameter {parameter} is not set; {remedy}") from missing


def _list(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(","))
