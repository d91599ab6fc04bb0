"""`newsletter preview`: a mail as files to look at before it is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from markupsafe import escape

from cli.faults import Fault
from cli.mailings.campaign_file import read_campaign
from cli.mails import screenshots
from cli.mails.eml import TOKEN, message
from cli.mails.sample_mails import sample_mails
from cli.output import say
from newsletter.articles.listing import is_out_by
from newsletter.container import Container
from newsletter.mail.mail_links import without_canary
from newsletter.mail.placeholders import substitute
from newsletter.mail.templates import Templates
from newsletter.mail.writing.personal_fields import personal_values
from newsletter.mailings.campaign import validate_campaign
from newsletter.mailings.digests.digest import Note, compose_digest, newest_first, period_of
from newsletter.mailings.digests.note import pending_note
from newsletter.mailings.digests.readership import for_composing
from newsletter.mailings.digests.release import digest_mailing
from newsletter.mailings.mailing import Kind, Mailing
from newsletter.mailings.rendering.preflight import sample_values
from newsletter.mailings.rendering.renderer import RenderedVariant, Renderer, RenderMail, render_campaign, render_digest
from newsletter.platform.errors import InvalidInput
from newsletter.readers.choice import Frequency

FIRST_NAME = "Maija"


@dataclass(frozen=True)
class PreviewedMail:
    """A mail, rendered in each of its languages; with an A/B test, then the same with its second subject and so on."""

    name: str
    kind: Kind
    mailing: str
    mails: tuple[RenderedVariant, ...]


def preview(what: str, language: str, out: Path, templates: Templates, app: Container | None = None) -> int:
    """Write HTML, text, .eml and pictures of a mail into the folder `out`, and say what was written and what was not.

    `what` is a campaign file, the name of a mail, or empty for the digest of the articles of this week.
    """
    shown = _mail_to_show(what, language, templates, app)
    out.mkdir(parents=True, exist_ok=True)
    pages = []
    written: Counter[str] = Counter()
    for mail in shown.mails:
        written[mail.variant.language] += 1
        number = written[mail.variant.language]
        named = replace(shown, name=f"{shown.name}.subject-{number}") if number > 1 else shown
        files = list(_write(out, named, mail, templates))
        pages.append(files[0])
        say("\n".join(map(str, files)))
    if why := screenshots.missing():
        say(f"No pictures: {why}.")
    else:
        say("\n".join(map(str, screenshots.take(pages))))
    return 0


def _mail_to_show(what: str, language: str, templates: Templates, app: Container | None) -> PreviewedMail:
    known = templates.publication.languages
    if language and language not in known:
        raise Fault(f"the publication has no language {language!r}; choose from {', '.join(known)}")
    languages = (language,) if language else known
    if what.endswith(".md"):
        return _campaign(Path(what), language, templates)
    if what or app is None:
        return _sample(what, languages, templates)
    return _digest(languages, templates, app)


def _campaign(path: Path, language: str, templates: Templates) -> PreviewedMail:
    file = read_campaign(path)
    try:
        mailing = validate_campaign(file.campaign, templates.publication, datetime.now(UTC))
    except InvalidInput as wrong:
        raise file.fault(wrong) from wrong
    languages = (language,) if language else mailing.audience.languages
    each = (_rendered(render_campaign(one), languages, templates) for one in mailing.with_each_subject)
    return PreviewedMail(mailing.id, mailing.kind, mailing.id, tuple(chain.from_iterable(each)))


def _sample(name: str, languages: tuple[str, ...], templates: Templates) -> PreviewedMail:
    known = {mail.name: mail for mail in sample_mails(templates.publication)}
    if name not in known:
        raise Fault(f"there is no mail {name!r}; give a campaign file (.md) or one of {', '.join(known)}")
    mail = known[name]
    return PreviewedMail(mail.name, mail.kind, mail.mailing, _rendered(mail.render, languages, templates))


def _digest(languages: tuple[str, ...], templates: Templates, app: Container) -> PreviewedMail:
    """This week's digest for a reader of every topic, as it would start now."""
    mailing, note = _digest_of_this_week(app)
    mails = _rendered(render_digest(mailing, app.articles.all(), note), languages, templates)
    return PreviewedMail(mailing.id, mailing.kind, mailing.id, mails)


def _rendered(render: RenderMail, languages: Iterable[str], templates: Templates) -> tuple[RenderedVariant, ...]:
    """The mail in each of the languages, with tracked links."""
    renderer = Renderer(templates)
    mails = [render(renderer, language, tracked=True) for language in languages]
    return tuple(mail for mail in mails if mail is not None)


def _digest_of_this_week(app: Container) -> tuple[Mailing, Note]:
    """It, and what marketing wrote on top of it."""
    now, articles, related = app.now(), app.articles.all(), app.publication.digest.related
    period = period_of(now, app.publication.time_zone, Frequency.WEEKLY)
    digest = app.digests.get(period)
    if digest is not None:
        say(f"{period} has its digest already; this is what it carries.")
        return digest_mailing(digest, app.publication), digest.note
    digests = app.digests.history()
    pending = pending_note(Frequency.WEEKLY, digests, app)
    note = pending.texts if pending else ()
    digest = compose_digest(period, now, articles, for_composing(period, digests, articles), related)
    if digest is not None:
        return digest_mailing(replace(digest, released_at=now), app.publication), note
    most = app.publication.digest.max_articles
    newest = newest_first([article for article in articles if not article.is_kept_out and is_out_by(article, now)])[
        :most
    ]
    if not newest:
        raise Fault("there is no article yet; `newsletter preview digest` shows a digest of sample articles")
    say("Nothing is new since the last digest, so the newest articles stand in.")
    return Mailing(f"digest-{period}", Kind.DIGEST, now, articles=tuple(article.id for article in newest)), note


def _write(out: Path, shown: PreviewedMail, mail: RenderedVariant, templates: Templates) -> Iterator[Path]:
    """The files of one language, the HTML first. Its links lead to their targets; the .eml is what SES would send."""
    variant, links = mail
    values = sample_values(variant.language, FIRST_NAME, TOKEN, templates)
    values |= personal_values(variant.placeholders, {"name": FIRST_NAME})
    html, text = substitute(without_canary(variant.html), values), substitute(variant.text, values)
    for key, url in links:
        tracked = f"{templates.public_url}/c/{TOKEN}/{key}"
        html, text = html.replace(tracked, str(escape(url))), text.replace(tracked, url)
    eml = message(shown.mailing, shown.kind, variant, templates).as_bytes()
    for suffix, content in (("html", html.encode()), ("txt", text.encode()), ("eml", eml)):
        path = out / f"{shown.name}.{variant.language}.{suffix}"
        path.write_bytes(content)
        yield path
