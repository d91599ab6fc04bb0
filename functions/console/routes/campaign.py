"""/console/campaigns/new: write a campaign, look at it, send it. Nothing is kept before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from console.campaign_input import with_plain_newlines
from console.campaign_start import course_for
from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.whole_mail import whole_mail
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, checked, start_campaign
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.preflight import Fault, require_fit
from newsletter.mailings.rendering.sketch import Sketch
from newsletter.mailings.rendering.variants import Variants
from newsletter.mailings.status import MailingStatus
from newsletter.platform.errors import Conflict, InvalidInput
from newsletter.platform.observability import count
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer
from newsletter.readers.subscriber import Recipient
from newsletter.reports.descriptions import audience_in_words, count_in_words


@dataclass(frozen=True)
class Draft:
    """What the form holds."""

    name: str = ""
    subject: str = ""
    preheader: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    offer: str = ""
    archive: str = ""
    body: str = ""

    @property
    def campaign(self) -> Campaign:
        """The draft as a campaign to the readers of its language."""
        return Campaign(
            name=self.name,
            subject=self.subject,
            body=self.body,
            language=self.language,
            topics=self.topics,
            offer=self.offer,
            preheader=self.preheader,
            archive={"yes": True, "no": False}.get(self.archive),
        )


def show_form(_request: Request, who: Principal) -> Answer:
    """An empty form."""
    return _form(who, Draft(language=app.templates.publication.languages[0]), {})


def take_form(request: Request, who: Principal) -> Answer:
    """What the pressed button says: look at the draft, write on, see the whole mail, or send it."""
    draft = _draft(request)
    step = request.field("step")
    if step == "edit":
        return _form(who, draft, {})
    try:
        mailing = checked(draft.campaign, app.templates.publication, whole_seconds(app.now()))
        if step == "mail":
            return _whole_mail(mailing, draft.language)
        status = course_for(draft.campaign)
        warnings = require_fit(mailing, app.templates)
    except InvalidInput as wrong:
        return _form(who, draft, {wrong.field: wrong.message}, status=422)
    except Conflict:
        taken = "A campaign of this name was sent with another text; choose another name."
        return _form(who, draft, {"name": taken}, status=409)
    return _send(draft, status) if step == "send" else _preview(who, draft, mailing, warnings)


def _draft(request: Request) -> Draft:
    return Draft(
        name=request.field("name").strip(),
        subject=request.field("subject").strip(),
        preheader=request.field("preheader").strip(),
        language=request.field("language"),
        topics=tuple(dict.fromkeys(request.form.get("topics", ()))),
        offer=request.field("offer"),
        archive=request.field("archive"),
        body=with_plain_newlines(request.field("body")).strip(),
    )


def _form(who: Principal, draft: Draft, errors: dict[str, str], status: int = 200) -> Answer:
    return page("campaign", who, status=status, draft=draft, errors=errors)


def _preview(who: Principal, draft: Draft, mailing: Mailing, warnings: list[Fault]) -> Answer:
    publication = app.templates.publication
    return page(
        "campaign_preview",
        who,
        draft=draft,
        audience=audience_in_words(mailing, publication),
        readers=count_in_words(count_audience(mailing.audience, mailing.created_at.date(), app)),
        offer=publication.offer(draft.offer),
        warnings=warnings,
    )


def _send(draft: Draft, status: MailingStatus | None) -> Answer:
    """The same form sent twice starts one campaign, so a double click does no harm."""
    mailing, created = start_campaign(draft.campaign, app, now=whole_seconds(app.now()), status=status)
    count("CampaignsStarted", int(created))
    return redirect(f"/console/mailings/{mailing.id}?started=1")


def _whole_mail(mailing: Mailing, language: str) -> Answer:
    sketch = Sketch()
    Variants(app.templates, sketch, sketch.articles).campaign(mailing, Recipient("preview", (), language))
    ((variant, links),) = sketch.drawn
    return whole_mail(variant, links)
