"""`newsletter digest list`, `show`, `note`, `approve` and `reject`."""

from __future__ import annotations

import getpass
from collections.abc import Callable

from cli.faults import Fault
from cli.output import facts, say, table, when
from newsletter.container import app
from newsletter.mail.placeholders import substitute
from newsletter.mailings.digests.approve import approve_digest, reject_digest
from newsletter.mailings.digests.digest import Digest, digest_id
from newsletter.mailings.digests.note import note_of, set_note
from newsletter.mailings.digests.release import get_digest
from newsletter.mailings.rendering.preview import preview_digest
from newsletter.platform.errors import Conflict, InvalidInput, NotFound, NotNow
from newsletter.platform.times import whole_seconds
from newsletter.readers.choice import Frequency
from newsletter.reports.descriptions import digest_as_json


def show_list(limit: int) -> int:
    """The newest digests, one on each line."""
    listed = [digest for digest in app.digests.all() if not digest.nobody]
    digests = sorted(listed, key=lambda digest: digest.window.end, reverse=True)[:limit]
    facts({"digests": [digest_as_json(digest) for digest in digests]})
    if not digests:
        say("No digest yet; `newsletter decisions` says why.")
        return 0
    zone = app.templates.publication.time_zone
    table(
        ("Digest", f"Settled ({zone})", "Articles", "Standing"),
        (
            (digest.period, when(digest.window.end, zone), str(len(digest.articles)), _status_in_words(digest))
            for digest in digests
        ),
        ("Articles",),
    )
    return 0


def show(period: str) -> int:
    """Subjects, window and articles of a digest."""
    digest = _digest(period)
    facts({"digest": digest_as_json(digest)})
    publication = app.templates.publication
    say(f"{digest_id(period)}: {_status_in_words(digest)}")
    window = digest.window
    say(f"Window: {when(window.start, publication.time_zone)} to {when(window.end, publication.time_zone)}")
    mailing = app.mailings.get(digest_id(period))
    articles = app.articles.all()
    if mailing is not None:
        try:
            for variant, _ in preview_digest(mailing, articles, publication.languages, app.templates, digest.note):
                say(f"Subject ({variant.language}): {substitute(variant.subject, {})}")
        except NotFound:
            say("Every article is skipped by now, or withdrawn: it goes to nobody.")
    for language, text in digest.note:
        say(f"On top ({language}): {text}")
    known = {article.id: article for article in articles}
    for heading, ids in (("New articles", digest.articles), ("From the archive", digest.related)):
        if ids:
            say(f"\n{heading}:")
        for article in (known[each] for each in ids if each in known):
            reasons = {"pinned": article.pinned, "skipped": article.skipped}
            reasons |= {"withdrawn": bool(article.withdrawn), "excluded": bool(article.excluded)}
            marks = [mark for mark, has in reasons.items() if has]
            say(f"    {' '.join((article.title, *(f'({mark})' for mark in marks)))}")
    return 0


def write_note(which: str, text: str | None, language: str) -> int:
    """Show the note of `which` (as in `note_of`), or write it: for one language, or without it for all of them."""
    title = f"the next {which} digest" if which in tuple(Frequency) else digest_id(which)
    try:
        had = dict(note_of(which, app))
        if text is not None:
            by = f"{getpass.getuser()}, at the command line"
            texts = had | {language: text} if language else {"": text}
            for warning in set_note(which, texts, app, by=by):
                say(f"Note: {warning}")
            had = dict(note_of(which, app))
    except NotFound as nothing:
        raise _no_such_digest(which) from nothing
    except (InvalidInput, Conflict) as wrong:
        raise Fault(str(wrong)) from wrong
    if not had:
        say(f"There is nothing on top of {title}.")
    for code, line in had.items():
        say(f"On top of {title} ({code}): {line}")
    return 0


def decide(act: str, period: str) -> int:
    """Approve or reject a digest."""
    acts: dict[str, Callable[..., Digest]] = {"approve": approve_digest, "reject": reject_digest}
    by = f"{getpass.getuser()}, at the command line"
    try:
        digest = acts[act](period, app, by=by, now=whole_seconds(app.now()))
    except NotFound as nothing:
        raise _no_such_digest(period) from nothing
    except NotNow as wrong:
        raise Fault(str(wrong)) from wrong
    say(f"{digest_id(period)}: {_status_in_words(digest)}")
    if act == "approve":
        say(f"See how it goes: newsletter mailing show {digest_id(period)}")
    return 0


def _digest(period: str) -> Digest:
    try:
        return get_digest(period, app)
    except NotFound as nothing:
        raise _no_such_digest(period) from nothing


def _no_such_digest(period: str) -> Fault:
    return Fault(f"there is no digest of {period}; `newsletter digest list` names them")


def _status_in_words(digest: Digest) -> str:
    if digest.dropped:
        return f"dropped ({digest.verdict})"
    if digest.awaits_approval and digest.held_because:
        return f"held ({digest.held_because}); mend that, then approve it"
    if digest.deadline and digest.awaits_approval:
        until = when(digest.deadline, app.templates.publication.time_zone)
        return f"waits for approval until {until}, then {'goes out' if digest.sent_unanswered else 'is dropped'}"
    standing = "nobody gets it, and the next digest carries its articles" if digest.nobody else "released"
    return f"{standing} ({digest.verdict})" if digest.verdict else standing
