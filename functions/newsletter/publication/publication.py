"""The one publication, as written in publication.toml: read once, checked whole, then trusted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.feedback_policy import USUAL_FEEDBACK, FeedbackPolicy, parse_feedback
from newsletter.publication.privacy import UNSTATED, Privacy, parse_privacy
from newsletter.publication.sending_limits import DEFAULT_LIMITS, TEN_THOUSAND, SendingLimits
from newsletter.publication.theme import DEFAULT, Theme, parse_theme
from newsletter.publication.toml_table import Texts, TomlTable

SIGN_UP_LIFE = timedelta(days=7)
"""How long a sign-up can be confirmed. It is kept somewhat longer (the publication's retention), so that its reader can
ask for a new link; then it disappears by itself."""
MAX_TOPICS = 50
MAX_FEEDS = 12
"""All are read at once; each may hold a thread, a process and some dozens of megabytes."""
LEAST_BESIDE_STAR = 3
SIGN_UP_LIFE = timedelta(days=7)
"""How long a sign-up can be confirmed. It is kept somewhat longer (the publication's retention), so that its reader can
ask for a new link; then it disappears by itself."""
ADDRESS = re.compile(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z]{2,}")
LIST_ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


@dataclass(frozen=True)
class Sender:
    """Who the mail is from; `list_id` is the identifier of the List-Id header (RFC 2919)."""

    name: str
    address: str
    reply_to: str
    postal_address: str
    list_id: str


@dataclass(frozen=True)
class ConsentText:
    """What a reader agrees to; a change of text needs a new version."""

    version: str
    text: Texts


@dataclass(frozen=True)
class Feed:
    """A blog feed and the language of its articles, where they do not say it themselves.

    `archive_pages` older pages are read at the first fetch (WordPress, and feeds that name their next page). With
    `ignore_stated_language`, what the feed says of its language is taken to be wrong.
    """

    url: str
    language: str
    archive_pages: int = 10
    ignore_stated_language: bool = False


@dataclass(frozen=True)
class Topic:
    """An interest a reader can choose, with the feed categories and keywords that map articles to it."""

    key: str
    label: Texts
    description: Texts
    categories: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Offer:
    """What a reader can take up; `sequence` is the nurture series it starts, or empty."""

    key: str
    title: Texts
    text: Texts
    button: Texts
    landing: Texts
    accept: Texts
    sequence: str


@dataclass(frozen=True)
class Step:
    """One mail of a sequence, `after` the step before it (the first: after enrollment).

    `body` names Markdown files below templates/, without `.<language>.md`.
    """

    after: timedelta
    subject: Texts
    body: str


@dataclass(frozen=True)
class Sequence:
    """A nurture series."""

    key: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Approval:
    """How long a digest waits for marketing's yes, and whether it goes out when nobody has answered by then."""

    within: timedelta
    then_send: bool


@dataclass(frozen=True)
class Digest:
    """How many articles a digest shows in full, and how many older ones under them; None: no approval is asked for."""

    max_articles: int
    related: int
    approval: Approval | None = None


@dataclass(frozen=True)
class Retention:
    """How long what is no longer needed is kept: forms nobody confirmed, profiles of who left, what readers clicked."""

    pending: timedelta = timedelta(days=14)
    left: timedelta = timedelta(days=365)
    clicks: timedelta = timedelta(days=400)


@dataclass(frozen=True)
class Publication:
    """The site, its sender, feeds, topics, offers and sequences. `languages[0]` is the default.

    `origins` are the websites (`https://www.example.fi`) whose forms may post to us and get answers; `index_archive`
    lets search engines list the public archive.
    """

    name: str
    site_url: str
    time_zone: ZoneInfo
    languages: tuple[str, ...]
    sender: Sender
    consent: ConsentText
    feeds: tuple[Feed, ...]
    topics: tuple[Topic, ...]
    digest: Digest
    offers: tuple[Offer, ...]
    sequences: Mapping[str, Sequence]
    retention: Retention = Retention()
    sending_limits: SendingLimits = DEFAULT_LIMITS
    feedback: FeedbackPolicy = USUAL_FEEDBACK
    origins: tuple[str, ...] = ()
    index_archive: bool = True
    theme: Theme = DEFAULT
    privacy: Privacy = UNSTATED

    def language(self, wanted: str) -> str:
        """The wanted language if the publication speaks it, else its default."""
        return wanted if wanted in self.languages else self.languages[0]

    def topic(self, key: str) -> Topic | None:
        """The topic of that key, or None."""
        return next((topic for topic in self.topics if topic.key == key), None)

    def offer(self, key: str) -> Offer | None:
        """The offer of that key, or None."""
        return next((offer for offer in self.offers if offer.key == key), None)


def parse_publication(data: Mapping[str, Any]) -> Publication:
    """The publication from the parsed TOML. Raises InvalidPublication that names the first wrong value."""
    publication, faults = read_publication(data)
    if publication is None or faults:
        raise faults[0]
    return publication


def read_publication(data: Mapping[str, Any]) -> tuple[Publication | None, tuple[InvalidPublication, ...]]:
    """The publication and its faults in the order of reading: to mend a file, not to send by.

    A text that is missing is empty there, and a number or choice out of bounds the least allowed one; any other fault
    ends the reading, and there is no publication.
    """
    faults: list[InvalidPublication] = []
    try:
        return _read(data, faults), tuple(faults)
    except InvalidPublication as fault:
        return None, (*faults, fault)


def _read(data: Mapping[str, Any], faults: list[InvalidPublication]) -> Publication:
    root = TomlTable(data, faults=faults)
    languages = root.lines("languages")
    if not languages:
        raise InvalidPublication("languages", 'name at least one language, e.g. ["fi"]')
    _refuse_repeats("languages", languages)
    sequences = root.each("sequences", lambda t: _sequence(t, languages))
    _refuse_repeats("sequences", [sequence.key for sequence in sequences])
    by_key = {sequence.key: sequence for sequence in sequences}
    sender = root.table("sender", _sender)
    usual = Privacy(sender.name, sender.reply_to)
    publication = Publication(
        name=root.line("name"),
        site_url=root.url("site_url"),
        time_zone=_time_zone(root.line("time_zone")),
        languages=languages,
        sender=sender,
        consent=root.table("consent", lambda t: ConsentText(t.line("version"), t.texts("text", languages))),
        feeds=root.each("feeds", lambda t: _feed(t, languages)),
        topics=root.each("topics", lambda t: _topic(t, languages)),
        digest=root.table("digest", _digest),
        offers=root.each("offers", lambda t: _offer(t, languages, by_key)),
        sequences=by_key,
        retention=root.table("retention", _retention) if "retention" in data else Retention(),
        sending_limits=root.table("caution", _caution) if "caution" in data else DEFAULT_LIMITS,
        feedback=root.table("feedback", parse_feedback) if "feedback" in data else USUAL_FEEDBACK,
        origins=root.lines("origins"),
        index_archive=root.yes_no("index_archive", default=True),
        theme=root.table("look", parse_theme) if "look" in data else DEFAULT,
        privacy=root.table("privacy", lambda t: parse_privacy(t, languages, usual)) if "privacy" in data else usual,
    )
    root.refuse_leftovers()
    if not publication.feeds:
        raise InvalidPublication("feeds", "name at least one feed: [[feeds]] with url and language")
    if len(publication.feeds) > MAX_FEEDS:
        raise InvalidPublication("feeds", f"at most {MAX_FEEDS}")
    if len(publication.topics) > MAX_TOPICS:
        raise InvalidPublication("topics", f"at most {MAX_TOPICS}")
    for origin in publication.origins:
        if not ORIGIN.fullmatch(origin):
            raise InvalidPublication("origins", f"{origin!r} is no origin such as https://www.example.fi")
    _refuse_repeats("feeds", [feed.url for feed in publication.feeds])
    _refuse_repeats("topics", [topic.key for topic in publication.topics])
    _refuse_repeats("offers", [offer.key for offer in publication.offers])
    return publication


def _sender(table: TomlTable) -> Sender:
    sender = Sender(
        name=table.line("name"),
        address=table.line("address"),
        reply_to=table.line("reply_to"),
        postal_address=table.line("postal_address"),
        list_id=table.line("list_id"),
    )
    for field, value in (("address", sender.address), ("reply_to", sender.reply_to)):
        if not ADDRESS.fullmatch(value):
            raise InvalidPublication(table.path(field), f"{value!r} is not an ASCII mail address")
    if not LIST_ID.fullmatch(sender.list_id):
        raise InvalidPublication(table.path("list_id"), "a name like uutiskirje.example.fi (RFC 2919)")
    return sender


def _digest(table: TomlTable) -> Digest:
    approval = table.table("approval", _approval) if "approval" in table else None
    return Digest(table.number("max_articles", 1, 30), table.number("related", 0, 10), approval)


def _approval(table: TomlTable) -> Approval:
    return Approval(
        timedelta(hours=table.number("hours", 1, 144)), table.one_of("otherwise", ("send", "drop")) == "send"
    )


def _retention(table: TomlTable) -> Retention:
    return Retention(
        pending=timedelta(days=table.number("pending_days", SIGN_UP_LIFE.days, 90)),
        left=timedelta(days=table.number("left_days", 1, 3650)),
        clicks=timedelta(days=table.number("click_days", 1, 3650)),
    )


def _caution(table: TomlTable) -> SendingLimits:
    return SendingLimits(
        pilot_above=table.number("canary_above", 0, 10_000_000),
        pilot_wait=timedelta(minutes=table.number("canary_wait_minutes", 5, 24 * 60)),
        bounces=table.number("bounces_per_10000", 1, TEN_THOUSAND),
        complaints=table.number("complaints_per_10000", 1, TEN_THOUSAND),
    )


def _feed(table: TomlTable, languages: tuple[str, ...]) -> Feed:
    return Feed(
        url=table.url("url"),
        language=table.one_of("language", languages),
        archive_pages=table.number("archive_pages", 0, 100, default=Feed.archive_pages),
        ignore_stated_language=table.yes_no("ignore_stated_language", default=False),
    )


def _topic(table: TomlTable, languages: tuple[str, ...]) -> Topic:
    return Topic(
        key=table.key("key"),
        label=table.texts("label", languages, one_line=True),
        description=table.texts("description", languages),
        categories=table.lines("categories"),
        keywords=_keywords(table),
    )


def _keywords(table: TomlTable) -> tuple[str, ...]:
    """Words and phrases; `*` for any ending or any beginning, with enough letters beside it to mean something."""
    keywords = table.lines("keywords")
    for keyword in keywords:
        for word in keyword.split():
            letters = word.strip("*")
            if "*" in letters or (letters != word and len(letters) < LEAST_BESIDE_STAR) or not letters:
                right = f"{keyword!r}: give a word, or `johta*` with at least {LEAST_BESIDE_STAR} letters beside the *"
                raise InvalidPublication(table.path("keywords"), right)
    return keywords


def _offer(table: TomlTable, languages: tuple[str, ...], sequences: Mapping[str, Sequence]) -> Offer:
    sequence = table.optional("sequence")
    if sequence and sequence not in sequences:
        raise InvalidPublication(table.path("sequence"), f"there is no sequence {sequence!r}")
    return Offer(
        key=table.key("key"),
        title=table.texts("title", languages, one_line=True),
        text=table.texts("text", languages),
        button=table.texts("button", languages, one_line=True),
        landing=table.texts("landing", languages),
        accept=table.texts("accept", languages, one_line=True),
        sequence=sequence,
    )


def _sequence(table: TomlTable, languages: tuple[str, ...]) -> Sequence:
    steps = table.each("steps", lambda t: _step(t, languages))
    if not steps:
        raise InvalidPublication(table.path("steps"), "a sequence needs at least one step")
    return Sequence(key=table.key("key"), steps=steps)


def _step(table: TomlTable, languages: tuple[str, ...]) -> Step:
    return Step(
        after=timedelta(days=table.number("after_days", 0, 365)),
        subject=table.texts("subject", languages, one_line=True),
        body=table.line("body"),
    )


def _time_zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidPublication("time_zone", f"{name!r} is no IANA time zone, e.g. Europe/Helsinki") from None


def _refuse_repeats(where: str, keys: Collection[str]) -> None:
    repeated = [key for key, times in Counter(keys).items() if times > 1]
    if repeated:
        raise InvalidPublication(where, f"{repeated[0]!r} is there twice")
