"""A line by marketing on top of a digest: once, on the next of a frequency or on one that waits for approval.

It is frozen with the digest. What was written for the next one is not removed when it is used: the digest keeps its id
(`note_id`), so that a crash in between neither loses it nor shows it twice. A digest that is rejected takes its note
with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from newsletter.articles.article import Article
from newsletter.mail.markdown import is_one_paragraph, places_in
from newsletter.mail.writing.source_faults import faults_in
from newsletter.mailings.digests.digest import Digest, Note, digest_id, newest_first
from newsletter.mailings.mailing import Audience, Kind, Mailing
from newsletter.mailings.rendering.preflight import SIZES, Fault, PreflightFailed, preflight_digest
from newsletter.platform.errors import Conflict, InvalidInput, NotFound, NotNow
from newsletter.platform.text import composed, is_one_line
from newsletter.platform.words.said import say
from newsletter.publication.publication import Publication
from newsletter.readers.choice import Frequency

if TYPE_CHECKING:
    from newsletter.container import Container

MAX_NOTE = 500
"""Characters of a note in one language, with its Markdown: some six lines of a mail."""


@dataclass(frozen=True)
class PendingNote:
    """What marketing wrote; `id` is unique to each writing, and `by` says who it was."""

    id: str
    texts: Note
    by: str = ""


def read_note(given: Mapping[str, str], publication: Publication) -> Note:
    """The note from its texts by language; a text without language (key "") is for all that have none of their own.

    A reader in a language without a text gets the digest without a note. Raises InvalidInput on `note`.
    """
    unknown = [language for language in given if language and language not in publication.languages]
    if unknown:
        raise InvalidInput(
            "note",
            say(
                "{value} is unknown; {choice}",
                value=repr(unknown[0]),
                choice=say("choose from {names}", names=", ".join(publication.languages)),
            ),
        )
    texts = {language: composed(given.get(language, given.get("", ""))).strip() for language in publication.languages}
    for language, text in texts.items():
        if fault := fault_in(text):
            raise InvalidInput(
                "note", say("{field}: {message}", field=language, message=fault) if language in given else fault
            )
    return tuple((language, text) for language, text in sorted(texts.items()) if text)


def fault_in(text: str) -> str:
    """Why the text cannot be a note; empty if it can."""
    if len(text) > MAX_NOTE or not is_one_line(text):
        return say("one line of at most {most} characters", most=MAX_NOTE)
    if "{{" in text or "}}" in text:
        return say("{{ }} is not filled in here; write what readers shall read")
    if text and not is_one_paragraph(text):
        return say("one paragraph, in which **bold**, *italics* and [links](https://…) may stand")
    if slips := faults_in(text):
        return slips[0].message
    if any(place.kind == "picture" for place in places_in(text)):
        return say("a picture has no place here; write a campaign for it")
    return ""


def text_for(note: Note, language: str) -> str:
    """The note in that language; empty if it has none."""
    return dict(note).get(language, "")


def pending_note(frequency: Frequency, digests: Iterable[Digest], app: Container) -> PendingNote | None:
    """The note that the next digest of the frequency takes along, given all digests so far.

    A digest that nobody got leaves its note to the next one, as it was when it was approved.
    """
    note = app.digests.next_note(frequency)
    if note is None:
        return None
    of_it = [digest for digest in digests if digest.note_id == note.id]
    if any(not digest.nobody for digest in of_it):
        return None
    for digest in of_it:
        note = replace(note, texts=digest.note)
    return note if note.texts else None


def with_note(digest: Digest, digests: Iterable[Digest], app: Container) -> Digest:
    """The digest, not frozen yet, with the note that waits for it."""
    note = pending_note(digest.frequency, digests, app)
    return replace(digest, note=note.texts, note_id=note.id) if note else digest


def note_of(which: str, app: Container) -> Note:
    """The note for the next digest (`weekly`, `monthly`) or of a period's digest (`2026-W48`). Raises NotFound."""
    if which in tuple(Frequency):
        note = pending_note(Frequency(which), app.digests.history(), app)
        return note.texts if note else ()
    return _digest(which, app).note


def set_note(which: str, texts: Mapping[str, str], app: Container, *, by: str) -> tuple[Fault, ...]:
    """Replace the note of `which` (as in `note_of`); without any text it is removed. Returns preflight's warnings.

    Raises InvalidInput for a note that cannot be used, or that preflight would block; NotFound; NotNow for a digest
    that waits no more; Conflict if somebody else wrote one at the same moment.
    """
    note = PendingNote(app.nonce(), read_note(texts, app.publication), by)
    if which not in tuple(Frequency):
        return _set_on_digest(_digest(which, app), note.texts, app)
    articles = app.articles.all()
    newest = newest_first([article for article in articles if not article.is_kept_out])[:1]
    sample = Mailing(
        f"digest-{which}", Kind.DIGEST, app.now(), Audience(frequency=which), articles=tuple(a.id for a in newest)
    )
    warnings = _check(note.texts, replace(sample, id="digest-2027-W01"), articles, app) if newest else ()
    before = app.digests.next_note(Frequency(which))
    if not app.digests.put_next_note(Frequency(which), note, instead_of=before.id if before else ""):
        raise Conflict(say("somebody else wrote this note just now; look at it, and try again"))
    return warnings


def _set_on_digest(digest: Digest, note: Note, app: Container) -> tuple[Fault, ...]:
    mailing = app.mailings.get(digest_id(digest.period))
    if mailing is None:
        raise NotFound(f"mailing {digest_id(digest.period)}")
    waits = digest.awaits_approval and not mailing.status.state.is_final
    warnings = _check(note, mailing, app.articles.all(), app) if waits else ()
    if not waits or not app.digests.set_note(digest.period, note):
        raise NotNow(
            say(
                "{digest} waits no more: its note stays as it is; write one for the next digest",
                digest=digest_id(digest.period),
            )
        )
    return warnings


def _check(note: Note, mailing: Mailing, articles: Iterable[Article], app: Container) -> tuple[Fault, ...]:
    """Preflight's warnings about the note. Raises PreflightFailed if it would block the digest."""
    articles = tuple(articles)
    without = {_said(fault) for fault in preflight_digest(mailing, articles, app.templates)}
    found = [
        replace(fault, field="note")
        for fault in preflight_digest(mailing, articles, app.templates, note)
        if _said(fault) not in without
    ]
    if any(fault.blocks for fault in found):
        raise PreflightFailed(found)
    return tuple(found)


def _said(fault: Fault) -> tuple[str, str]:
    return fault.rule, "" if fault.rule in SIZES else fault.message


def _digest(period: str, app: Container) -> Digest:
    digest = app.digests.get(period)
    if digest is None:
        raise NotFound(f"a digest of {period}")
    return digest
