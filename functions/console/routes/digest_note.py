"""/console/digests/{which}/note and the same in the API: what marketing writes on top of a digest.

`which` is `weekly` or `monthly` for the next digest, or the period of one that waits for approval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from newsletter.container import app
from newsletter.mailings.digests.note import MAX_NOTE, fault_in, note_of, set_note
from newsletter.mailings.rendering.preflight import Fault, PreflightFailed
from newsletter.platform.errors import InvalidInput
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.readers.choice import Frequency


def show_form(request: Request, who: Principal, which: str) -> Answer:
    """A field for each language."""
    saved = request.query("saved") == "1"
    return _form(who, which, dict(note_of(which, app)), saved=saved)


def take_form(request: Request, who: Principal, which: str) -> Answer:
    """Store the note; what cannot be used comes back with the reason, at its language."""
    texts = {language: request.field(f"note_{language}").strip() for language in app.publication.languages}
    if faults := {language: fault for language, text in texts.items() if (fault := fault_in(text))}:
        return _form(who, which, texts, faults=faults, status=422)
    try:
        warnings = set_note(which, texts, app, by=who.name)
    except PreflightFailed as failed:
        return _form(who, which, texts, faults=_at_languages(failed.faults, texts), status=422)
    except InvalidInput as wrong:
        return _form(who, which, texts, error=wrong.message, status=422)
    if warnings:
        return _form(who, which, texts, saved=True, warnings=tuple(map(str, warnings)))
    return redirect(
        f"/console/digests/{which}/note?saved=1" if which in tuple(Frequency) else f"/console/digests/{which}"
    )


def show(_request: Request, _who: Principal, which: str) -> Answer:
    """The note, {language: text}."""
    return json_answer(200, {"note": dict(note_of(which, app))})


def put(request: Request, who: Principal, which: str) -> Answer:
    """Replace the note by `texts`, {language: text}, or by one `text` for every language; an empty one removes it."""
    data = request.json_object()
    texts = {"": data["text"]} if "text" in data else data["texts"]
    warnings = set_note(which, texts, app, by=who.name)
    return json_answer(200, {"note": dict(note_of(which, app)), "warnings": [str(warning) for warning in warnings]})


def _at_languages(faults: Iterable[Fault], texts: Mapping[str, str]) -> dict[str, str]:
    """What blocks the note, by language; preflight names one language of those with the same fault."""
    found: dict[str, str] = {}
    for fault in faults:
        if fault.blocks:
            found |= {each: str(fault) for each, text in texts.items() if text == texts[fault.language]}
    return found


def _form(
    who: Principal,
    which: str,
    texts: Mapping[str, str],
    *,
    error: str = "",
    faults: Mapping[str, str] | None = None,
    saved: bool = False,
    warnings: tuple[str, ...] = (),
    status: int = 200,
) -> Answer:
    return page(
        "digest_note",
        who,
        status=status,
        which=which,
        of_next=which in tuple(Frequency),
        texts=texts,
        error=error,
        faults=faults or {},
        saved=saved,
        warnings=warnings,
        most=MAX_NOTE,
    )
