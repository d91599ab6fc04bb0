"""The pages that a campaign has: its form, its preview with the buttons that send it, and its page while it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from console.campaigns.audience import Mistyped, as_in_form, shown_audience
from console.campaigns.subjects import errors_on_form, further_subjects, share_and_hours
from console.principal import Principal
from console.responses import page
from console.wording.language import words
from newsletter.container import app
from newsletter.mailings.audience.words import left_out_in_words
from newsletter.mailings.campaign import Campaign, campaign_faults, prepare_campaign, validate_campaign
from newsletter.mailings.count_audience import AudienceCount
from newsletter.mailings.drafts import schedule
from newsletter.mailings.drafts.draft import Draft, DraftState
from newsletter.mailings.drafts.names import with_name
from newsletter.mailings.experiments.send_again import count_readers
from newsletter.platform.errors import InvalidForm
from newsletter.platform.times import whole_seconds
from newsletter.platform.web.answer import Answer
from newsletter.reports.descriptions import audience_in_words, count_in_words


@dataclass(frozen=True)
class Said:
    """What a form says beside its fields: faults, what preflight found, what somebody else saved, what was done."""

    errors: Mapping[str, str] | None = None
    faults: tuple[object, ...] = ()
    other: Draft | None = None
    done: str = ""
    status: int = 200
    mistyped: Mistyped | None = None
    count: AudienceCount | None = None


def form(who: Principal, campaign: Campaign, draft_id: str, draft: Draft | None, said: Said = Said()) -> Answer:
    """The form of a campaign; `draft` is what is saved of it, if anything is."""
    return page(
        "campaign",
        who,
        status=said.status,
        script=True,
        frames=True,
        text=replace(campaign, topics=campaign.topics or campaign.audience.topics),
        archive={True: "yes", False: "no", None: ""}[campaign.archive],
        draft_id=draft_id,
        version=draft.version if draft else 0,
        draft=draft,
        is_kept=draft is not None and draft.campaign == campaign,
        errors=errors_on_form(as_in_form(dict(said.errors or {}))),
        count=said.count,
        **shown_audience(campaign, said.mistyped),
        faults=said.faults,
        other=said.other,
        done=said.done,
        further=further_subjects(campaign),
        share_and_hours=share_and_hours(campaign),
        saves_itself=draft is None or draft.state in (DraftState.DRAFT, DraftState.HELD),
    )


def preview(
    who: Principal, draft: Draft, *, errors: Mapping[str, str] | None = None, tested: str = "", typed: str = ""
) -> Answer:
    """The campaign as readers will see it, to whom it goes, and the buttons that send it.

    Raises InvalidForm, PreflightFailed, EmptyAudience and Conflict for one that cannot be sent.
    """
    publication = app.templates.publication
    prepared = prepare_campaign(named(draft.campaign), app, now=whole_seconds(app.now()))
    if not (errors or tested):
        prepared.check()
    mailing = prepared.mailing
    # For a campaign that was started before, `prepare_campaign` does not count the audience.
    readers = prepared.readers or count_readers(mailing, mailing.day(publication.time_zone), app)
    return page(
        "campaign_preview",
        who,
        status=(409 if "version" in errors else 422) if errors else 200,
        frames=True,
        images=True,
        text=draft.campaign,
        draft=draft,
        name=mailing.id.removeprefix("campaign-"),
        audience=audience_in_words(mailing, publication, words().language),
        readers=count_in_words(readers),
        left_out=left_out_in_words(readers.left_out, publication),
        counted=readers.about,
        warnings=prepared.faults,
        subjects=mailing.with_each_subject if mailing.ab else (),
        offer=publication.offer(draft.campaign.offer),
        errors=errors or {},
        tested=tested,
        typed=typed,
        today=app.now().astimezone(publication.time_zone).date().isoformat(),
    )


def waiting(who: Principal, draft: Draft, done: str) -> Answer:
    """A scheduled campaign: when it goes out, and how to take it back."""
    now, publication = app.now(), app.templates.publication
    left = (draft.send_at - now).total_seconds() if draft.send_at else 0
    mailing = validate_campaign(draft.campaign, publication, whole_seconds(now))
    return page(
        "campaign_scheduled",
        who,
        script=True,
        frames=True,
        draft=draft,
        text=draft.campaign,
        audience=audience_in_words(mailing, publication, words().language),
        left=max(0, round(left)),
        soon=left <= schedule.UNDO.total_seconds(),
        done=done,
    )


def named(campaign: Campaign) -> Campaign:
    """The campaign with a name. Raises InvalidForm for all that is wrong with it."""
    require_valid(campaign)
    return with_name(campaign, app, app.now())


def require_valid(campaign: Campaign) -> None:
    """Raises InvalidForm with every fault of the campaign; a name that is missing is made from the subject."""
    faults = campaign_faults(campaign, app.templates.publication)
    if not campaign.name:
        faults.pop("name")
    if faults:
        raise InvalidForm(faults)
