"""What a start of the local cloud is given: the addresses and folders of the environment, and the stack's SES."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rehearsal.ses.settings import ConfigurationSet, EventDestination, SesSettings
from rehearsal.template.cloudformation import TemplateError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rehearsal.template.model import Stack

# Recipients per second of the SES fake: quick to rehearse with, and still a rate to keep to.
SEND_RATE = 1_000.0
# In the place of a feed's address: those of publication.toml are read.
OF_PUBLICATION = "publication"


class CannotStart(Exception):
    """The local cloud cannot start; the message is one line that says what to do."""


def ses_settings(stack: Stack, *, auto_deliver: bool) -> SesSettings:
    """Identities, configuration sets and event destinations of the stack, as the SES fake takes them."""
    topics: dict[str, list[EventDestination]] = {
        each.physical_id: [] for each in stack.of_type("AWS::SES::ConfigurationSet")
    }
    for each in stack.of_type("AWS::SES::ConfigurationSetEventDestination"):
        destination = each.properties["EventDestination"]
        if not destination.get("Enabled", True):
            continue
        if "SnsDestination" not in destination:
            raise TemplateError(
                f"{each.file}: {each.logical_id}: the local cloud reports SES events to SNS topics only"
            )
        to = EventDestination(destination["SnsDestination"]["TopicARN"], frozenset(destination["MatchingEventTypes"]))
        topics[each.properties["ConfigurationSetName"]].append(to)
    return SesSettings(
        identities=frozenset(each.physical_id for each in stack.of_type("AWS::SES::EmailIdentity")),
        configuration_sets={
            each.physical_id: ConfigurationSet(
                tuple(topics[each.physical_id]),
                _suppressed_reasons(each.properties),
                each.properties.get("DeliveryOptions", {}).get("TlsPolicy", "OPTIONAL"),
            )
            for each in stack.of_type("AWS::SES::ConfigurationSet")
        },
        max_send_rate=SEND_RATE,
        region=stack.account.region,
        account_id=stack.account.account_id,
        auto_deliver=auto_deliver,
    )


def _suppressed_reasons(configuration_set: Mapping[str, Any]) -> frozenset[str] | None:
    options = configuration_set.get("SuppressionOptions")
    return None if options is None else frozenset(options.get("SuppressedReasons", ()))


def domains(publication: Path) -> tuple[str, str]:
    """The domain of the sender address in publication.toml, and the one it receives answers for ("" without [replies]).

    `CannotStart` when the file has a fault."""
    from newsletter.platform.errors import InvalidPublication
    from newsletter.publication.read_publication import parse_publication

    try:
        said = parse_publication(tomllib.loads(publication.read_text(encoding="utf-8")))
    except OSError as error:
        raise CannotStart(f"{publication} cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, InvalidPublication) as error:
        raise CannotStart(f"{publication}: {error}") from None
    return said.sender.address.rpartition("@")[2], said.replies.domain if said.replies else ""


def feed_address(given: str | None, sample: str) -> str:
    """What replaces the feeds of the publication: http(s) as it is, a file as file://, without a word the sample blog.

    Empty, so that nothing replaces them, for the word `publication`. `CannotStart` when the file is missing.
    """
    if given == OF_PUBLICATION:
        return ""
    if not given or given.startswith(("http://", "https://")):
        return given or sample
    path = Path(given.removeprefix("file://")).expanduser()
    if not path.is_file():
        raise CannotStart(
            f"NEWSLETTER_FEED_URL: there is no file {given}; give a file that exists, an http(s) address, or the word "
            f"{OF_PUBLICATION} for the feeds of publication.toml"
        )
    return path.resolve().as_uri()


def templates_folder(given: str | None) -> Path | None:
    """The folder that NEWSLETTER_TEMPLATES names. `CannotStart` when there is no publication.toml in it."""
    if not given:
        return None
    path = Path(given).expanduser()
    if not (path / "publication.toml").is_file():
        raise CannotStart(
            f"NEWSLETTER_TEMPLATES: there is no publication.toml in {given}; give a folder made like templates/"
        )
    return path


def crm_address(given: str | None) -> str | None:
    """The CRM's address. `CannotStart` when it is not http(s)."""
    if given and not re.fullmatch(r"https?://[^\s/]+\S*", given):
        raise CannotStart(
            f"NEWSLETTER_CRM_URL is {given!r} and must be an http(s) address, like http://127.0.0.1:9000/webhook"
        )
    return given or None
