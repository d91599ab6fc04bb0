"""/console/campaigns/new: write a campaign, preview it, send it. Nothing is stored before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from console.campaign_input import with_plain_newlines
from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.whole_mail import whole_mail
from newsletter.container import app
from newsletter.mailings.campaign import Campaign, prepare_campaign, validate_campaign
from newsletter.mailings.count_audience import count_audience
from newsletter.mailings.launch import Prepared, launch
from newsletter.mailings.mailing import Mailing
from newsletter.mailings.rendering.renderer import Renderer
from newsletter.platform.errors import Conflict, InvalidInput
from newsletter.platform.observability import count
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer
from newsletter.reports.descriptions import audience_in_words, count_in_words


@dataclass(frozen=True)
class Draft:
    """The values of the form."""

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
        """The draft as a campaign for the readers of its language."""
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
    """Do what the pressed button says (`step`): preview the draft, edit it, show the whole mail, or send it."""
    draft = _draft(request)
    step = request.field("step")
    if step == "edit":
        return _form(who, draft, {})
    now = whole_seconds(app.now())
    try:
        if step == "mail":
            return _whole_mail(validate_campaign(draft.campaign, app.templates.publication, now))
        prepared = prepare_campaign(draft.campaign, app, now=now)
        prepared.check()
        return _send(prepared) if step == "send" else _preview(who, draft, prepared)
    except InvalidInput as wrong:
        return _form(who, draft, {wrong.field: wrong.message}, status=422)
    except Conflict:
        taken = "A campaign of this name was sent with another text; choose another name."
        return _form(who, draft, {"name": taken}, status=409)


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


def _preview(who: Principal, draft: Draft, prepared: Prepared) -> Answer:
    publication, mailing = app.templates.publication, prepared.mailing
    # For a campaign that was started before, `prepare_campaign` does not count the audience.
    readers = prepared.readers or count_audience(mailing.audience, mailing.created_at.date(), app)
    return page(
        "campaign_preview",
        who,
        draft=draft,
        audience=audience_in_words(mailing, publication),
        readers=count_in_words(readers),
        offer=publication.offer(draft.offer),
        warnings=prepared.faults,
    )


def _send(prepared: Prepared) -> Answer:
    """Start the campaign; the same form sent twice, as by a double click, starts it once."""
    launched = launch(prepared, app)
    count("CampaignsStarted", int(launched.created))
    return redirect(f"/console/mailings/{launched.mailing.id}?started=1")


def _whole_mail(mailing: Mailing) -> Answer:
    return whole_mail(Renderer(app.templates).campaign(mailing, mailing.language))
