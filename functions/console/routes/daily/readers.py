"""/console/readers and /api/v1/subscribers: count, find, see, change and end readers. Addresses are whole only for
whoever may send."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from console.principal import Principal
from console.request import Request
from console.responses import page, redirect
from console.wording.language import words
from newsletter.container import app
from newsletter.leads.manage.lead_words import LABELS, offer_title
from newsletter.nurture.descriptions import EXITS, title_of_sequence
from newsletter.overview.count_readers import count_readers
from newsletter.overview.show_reader import ShownReader, show_reader
from newsletter.platform.errors import InvalidInput, NotFound
from newsletter.platform.times import parse_iso, whole_seconds
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.words.said import joined, say
from newsletter.readers.choice import Frequency
from newsletter.readers.manage.change import change_choices
from newsletter.readers.manage.end import end_subscription
from newsletter.readers.manage.find import find_by_address
from newsletter.readers.manage.list_readers import FIELDS, ReaderPage, list_readers, read_filter
from newsletter.readers.profiles.reader_list_store import STATUSES, ListedReader
from newsletter.reports.descriptions import language_name, title_of, topic_label
from newsletter.reports.words.status_words import MEANINGS

ON_A_PAGE = 50
MOST_READ = 30_000
"""Readers whose choices the page counts, some 0.3 seconds of compute; the API and the command count more."""


def show_list(request: Request, who: Principal) -> Answer:
    """The count, a form to find an address, and readers page by page."""
    return _list(request, who)


def find(request: Request, who: Principal) -> Answer:
    """The reader with the address in the form. It is posted, so that no address stands in a log or a history."""
    given = request.field("address")
    try:
        found = find_by_address(given, app)
    except InvalidInput as wrong:
        return _list(request, who, given=given, error=say("Give {what}.", what=wrong.message), status=422)
    except NotFound:
        return _list(request, who, given=given, error=say("Nobody with this address is known here."), status=404)
    return redirect(f"/console/readers/{found}")


def show(request: Request, who: Principal, subscriber: str) -> Answer:
    """Everything that is known of a reader."""
    return _reader(request, who, subscriber)


def change(request: Request, who: Principal, subscriber: str) -> Answer:
    """Store what the form says."""
    given: dict[str, Any] = {name: request.field(name) for name in ("language", "frequency", "name")}
    given["topics"] = tuple(request.form.get("topics", ()))
    try:
        change_choices(subscriber, given, whole_seconds(app.now()), app)
    except InvalidInput as wrong:
        return _reader(request, who, subscriber, errors={wrong.field: wrong.message}, status=422)
    return redirect(f"/console/readers/{subscriber}?done=changed")


def end(_request: Request, _who: Principal, subscriber: str) -> Answer:
    """End the subscription; again, nothing happens."""
    return redirect(f"/console/readers/{end_subscription(subscriber, whole_seconds(app.now()), app)}?done=ended")


# --- API -------------------------------------------------------------------------------------------------------------


def count(_request: Request, _who: Principal) -> Answer:
    """How many readers get mail."""
    return json_answer(200, count_readers(app).as_json)


def list_all(request: Request, who: Principal) -> Answer:
    """A page of readers."""
    found = _page(request, request.limit())
    readers = [_as_json(each, who) for each in found.readers]
    return json_answer(200, {"subscribers": readers, "cursor": found.cursor})


def find_one(request: Request, who: Principal) -> Answer:
    """The reader with an address."""
    return show_one(request, who, find_by_address(request.json_object()["address"], app))


def show_one(_request: Request, who: Principal, subscriber: str) -> Answer:
    """Everything that is known of a reader."""
    found = show_reader(subscriber, whole_seconds(app.now()), app)
    return json_answer(200, {"subscriber": found.as_json(addresses=who.may_send)})


def put(request: Request, who: Principal, subscriber: str) -> Answer:
    """Change the choices that the body names."""
    given = request.json_object()
    typed = {name: tuple(value) if name == "topics" else value for name, value in given.items()}
    change_choices(subscriber, typed, whole_seconds(app.now()), app)
    return show_one(request, who, subscriber)


def end_one(request: Request, who: Principal, subscriber: str) -> Answer:
    """End the subscription; again, nothing happens."""
    return show_one(request, who, end_subscription(subscriber, whole_seconds(app.now()), app))


# --- pages -----------------------------------------------------------------------------------------------------------


def _list(request: Request, who: Principal, *, given: str = "", error: str = "", status: int = 200) -> Answer:
    errors: dict[str, str] = {}
    wanted = {name: request.query(name) for name in FIELDS}
    found = ReaderPage((), None)
    try:
        found = _page(request, ON_A_PAGE)
    except InvalidInput as wrong:
        errors, status = {wrong.field: wrong.message}, 422
    publication = app.templates.publication
    older = {name: value for name, value in {**wanted, "cursor": found.cursor or ""}.items() if value}
    return page(
        "readers",
        who,
        status=status,
        counted=count_readers(app, MOST_READ),
        readers=[(each, _address(each.email, who), _moment(each)) for each in found.readers],
        following=f"/console/readers?{urlencode(older)}" if found.cursor else "",
        first=not request.query("cursor"),
        filter=wanted,
        narrowed=any(wanted.values()),
        errors=errors,
        given=given[:254],
        error=error,
        statuses=STATUSES,
        languages=[(code, language_name(code)) for code in publication.languages],
        topics=[(topic.key, topic_label(topic.key, publication, words().language)) for topic in publication.topics],
    )


def _reader(
    request: Request, who: Principal, subscriber: str, *, errors: dict[str, str] | None = None, status: int = 200
) -> Answer:
    found = show_reader(subscriber, whole_seconds(app.now()), app)
    publication = app.templates.publication
    return page(
        "reader",
        who,
        status=status,
        found=found,
        faults=joined(found.faults),
        address=_address(found.email, who),
        left_at=parse_iso(found.profile.left_at) if found.profile.left_at else None,
        left_how=LEFT_HOW,
        mails=[(title_of(got.mailing), got) for got in found.mails],
        replies=[(each, _answered(each.mailing)) for each in reversed(found.replies)],
        answers=publication.replies is not None,
        leads=[
            (lead, offer_title(lead.offer, publication, words().language), LABELS[lead.state]) for lead in found.leads
        ],
        topics=[(topic.key, topic_label(topic.key, publication, words().language)) for topic in publication.topics],
        languages=[(code, language_name(code)) for code in publication.languages],
        frequencies=[each.value for each in Frequency],
        errors=errors or {},
        meanings={each.value: both for each, both in MEANINGS.items()},
        sequences={
            key: title_of_sequence(each, publication, words().language) for key, each in publication.sequences.items()
        },
        exits={each.value: said for each, said in EXITS.items()},
        done=DONE.get(request.query("done"), ""),
        can_end=_can_end(found),
    )


DONE = {"changed": say("Changed."), "ended": say("Ended: no more mail goes to them.")}
LEFT_HOW = {
    "one-click": say("with the button of their mailbox"),
    "page": say("on our page"),
    "crm": say("because the CRM told us that they want no more mail"),
    "request": say("at their request, ended here"),
    "mail": say("by a mail that their mail program sent to leave"),
    "answer": say("because they asked for it in an answer"),
    "moved": say("because they have another address now"),
}


def _answered(mailing: str) -> str:
    """The title of the mailing that they answered; its id where nothing else is known of it any more."""
    known = app.mailings.get(mailing) if mailing else None
    return title_of(known) if known else mailing


def _can_end(found: ShownReader) -> bool:
    return found.status in ("active", "bounced")


def _page(request: Request, limit: int) -> ReaderPage:
    wanted = read_filter({name: request.query(name) for name in FIELDS}, app.templates.publication)
    return list_readers(wanted, app, now=app.now(), limit=limit, cursor=request.query("cursor"))


def _address(email: str, who: Principal) -> str:
    return who.address(email)


def _moment(reader: ListedReader) -> Any:
    return parse_iso(reader.at) if reader.at else None


def _as_json(reader: ListedReader, who: Principal) -> dict[str, Any]:
    return {
        "id": reader.id,
        "status": reader.status,
        "address": _address(reader.email, who),
        "language": reader.language,
        "topics": list(reader.topics),
        "frequency": reader.frequency,
        "at": reader.at or None,
        "left_at": reader.left_at or None,
    }
