"""The settings from environment variables, read once at first use. No other module reads NEWSLETTER_* variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class MissingSetting(RuntimeError):
    """An environment variable that the template sets is not there, or says what it cannot say."""


@dataclass(frozen=True)
class Settings:
    """The variables that template.yaml sets for each function. `local` is true in the local cloud alone.

    `rate_share`: the part of SES's rate that this stack may use, above 0 and up to 1. `reply_queue` and `reply_bucket`
    are empty where no answers are received.
    """

    subscribers_table: str
    mailable_index: str
    content_table: str
    deliveries_table: str
    leads_table: str
    guards_table: str
    pictures_bucket: str
    plan_queue: str
    batch_queue: str
    transactional_queue: str
    feedback_queue: str
    lead_queue: str
    visit_queue: str
    transfer_queue: str
    request_queue: str
    reply_queue: str
    reply_bucket: str
    schedule_dead_letters: str
    rate_share: float
    configuration_set: str
    secrets_path: str
    templates: Path
    public_url: str
    feed_url: str
    digest_schedule: str
    crm_url: str
    oidc_issuer: str
    oidc_audience: str
    cdn_secret: str
    local: bool


def running_version() -> tuple[str, str]:
    """Function and version that this process runs, as Lambda names them; "local" where Lambda does not run it.

    AWS: Defined runtime environment variables.
    """
    return (
        os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        os.environ.get("AWS_LAMBDA_FUNCTION_VERSION", "local"),
    )


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process. Raises MissingSetting that names the variable."""
    variables = os.environ if environment is None else environment

    def needed(name: str) -> str:
        value = variables.get(f"NEWSLETTER_{name}")
        if not value:
            message = f"NEWSLETTER_{name} is not set; template.yaml sets it for every function (Globals)"
            raise MissingSetting(message)
        return value

    return Settings(
        subscribers_table=needed("SUBSCRIBERS_TABLE"),
        mailable_index=variables.get("NEWSLETTER_MAILABLE_INDEX") or "mailable",
        content_table=needed("CONTENT_TABLE"),
        deliveries_table=needed("DELIVERIES_TABLE"),
        leads_table=needed("LEADS_TABLE"),
        guards_table=needed("GUARDS_TABLE"),
        pictures_bucket=needed("PICTURES_BUCKET"),
        plan_queue=needed("PLAN_QUEUE"),
        batch_queue=needed("BATCH_QUEUE"),
        transactional_queue=needed("TRANSACTIONAL_QUEUE"),
        feedback_queue=needed("FEEDBACK_QUEUE"),
        lead_queue=needed("LEAD_QUEUE"),
        visit_queue=needed("VISIT_QUEUE"),
        transfer_queue=needed("TRANSFER_QUEUE"),
        request_queue=needed("REQUEST_QUEUE"),
        reply_queue=variables.get("NEWSLETTER_REPLY_QUEUE", ""),
        reply_bucket=variables.get("NEWSLETTER_REPLY_BUCKET", ""),
        schedule_dead_letters=needed("SCHEDULE_DEAD_LETTERS"),
        rate_share=_share(variables.get("NEWSLETTER_RATE_SHARE") or "1"),
        configuration_set=needed("CONFIGURATION_SET"),
        secrets_path=needed("SECRETS_PATH"),
        templates=Path(needed("TEMPLATES")),
        public_url=needed("PUBLIC_URL").rstrip("/"),
        feed_url=variables.get("NEWSLETTER_FEED_URL", ""),
        digest_schedule=variables.get("NEWSLETTER_DIGEST_SCHEDULE", ""),
        crm_url=needed("CRM_URL"),
        oidc_issuer=needed("OIDC_ISSUER"),
        oidc_audience=needed("OIDC_AUDIENCE"),
        cdn_secret=variables.get("NEWSLETTER_CDN_SECRET", ""),
        local=variables.get("NEWSLETTER_LOCAL") == "1",
    )


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        message = f"NEWSLETTER_RATE_SHARE is {text!r}; it is the parameter RateShare, a number above 0 and up to 1"
        raise MissingSetting(message)
    return share
