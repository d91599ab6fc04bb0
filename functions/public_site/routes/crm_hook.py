"""/hooks/crm: where the CRM tells what became of a lead, and who wants no more mail."""

from __future__ import annotations

from newsletter.container import app
from newsletter.leads.inbound.crm_webhook import NotVerified, read_webhook, verify
from newsletter.leads.inbound.obey_crm import obey
from newsletter.platform.errors import InvalidInput
from newsletter.platform.observability import count
from newsletter.platform.settings import MissingSetting
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.webhook_secrets import faulty_secrets
from public_site.request import Request


def take_webhook(request: Request) -> Answer:
    """Do what a verified webhook says: 200, also for what we do not know or did before; 401 for one that is not
    verified; 422 that names the field.
    """
    webhook = request.header("webhook-id")
    try:
        verify(
            _secrets(),
            webhook,
            request.header("webhook-timestamp"),
            request.whole_header("webhook-signature"),
            request.body,
            (app.now(), app.wall_clock()),
        )
        obey(read_webhook(webhook, request.body), app.now(), app)
    except NotVerified as fault:
        count("CrmWebhooksNotVerified")
        return json_answer(401, {"error": str(fault)})
    except InvalidInput as fault:
        return json_answer(422, {"errors": {fault.field: fault.message}})
    return json_answer(200, {"status": "ok"})


def _secrets() -> tuple[str, ...]:
    secrets = app.secrets.crm_inbound_secrets
    if bad := faulty_secrets(secrets):
        raise MissingSetting(f"crm_inbound_secrets: {'; '.join(bad)}")
    return secrets
