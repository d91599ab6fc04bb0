"""Reads publication.toml into a Publication and checks it whole, so that nobody has to check a value of it again."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from newsletter.platform.errors import InvalidPublication
from newsletter.publication.access.roles import DEFAULT_ACCESS, parse_console
from newsletter.publication.crm import DEFAULT_CRM, parse_crm
from newsletter.publication.feed_exclusions import parse_exclusions
from newsletter.publication.feedback.feedback_policy import DEFAULT_FEEDBACK, parse_feedback
from newsletter.publication.feedback.replies import ADDRESS, parse_replies
from newsletter.publication.offers import DEFAULT_LEADS, parse_leads, parse_offer
from newsletter.publication.privacy import Privacy, parse_privacy
from newsletter.publication.publication import (
    SIGN_UP_LIFE,
    Approval,
    ConsentText,
    Digest,
    Feed,
    Publication,
    Retention,
    Sender,
    Topic,
)
from newsletter.publication.sending_limits import (
    DEFAULT_LIMITS,
    LEAST_A_DAY,
    MOST_DAYS,
    TEN_THOUSAND,
    SendingLimits,
    WarmUp,
)
from newsletter.publication.sequences import check_sequences, parse_nurture, parse_sequence
from newsletter.publication.theme import DEFAULT_THEME, parse_theme
from newsletter.publication.toml_table import TomlTable
from newsletter.publication.topic_keywords import parse_keywords
from newsletter.publication.utm import NO_UTM, parse_links

MAX_TOPICS = 50
MAX_FEEDS = 12
"""All are read at once; each may hold a thread, a process and some dozens of megabytes."""
LIST_ID = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


def read_publication_file(path: Path) -> tuple[Publication | None, tuple[InvalidPublication, ...]]:
    """The publication and its faults, as `check_publication` gives them; a file that cannot be read is one fault."""
    try:
        return check_publication(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None, (InvalidPublication(str(path), "there is no such file"),)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        return None, (InvalidPublication(str(path), f"not TOML in UTF-8: {fault}"),)


def parse_publication(data: Mapping[str, Any]) -> Publication:
    """The publication from the parsed TOML. Raises InvalidPublication that names the first wrong value."""
    publication, faults = check_publication(data)
    if publication is None or faults:
        raise faults[0]
    return publication


def check_publication(data: Mapping[str, Any]) -> tuple[Publication | None, tuple[InvalidPublication, ...]]:
    """The publication and its faults in the order of the file: for `newsletter check`, not to send with.

    In it, a text that is missing is empty, and a number or choice out of bounds is the least one allowed. Any other
    fault ends the reading, and there is no publication.
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
    sequences = root.each("sequences", lambda t: parse_sequence(t, languages))
    _refuse_repeats("sequences", [sequence.key for sequence in sequences])
    by_key = {sequence.key: sequence for sequence in sequences}
    sender = root.table("sender", _sender)
    default_privacy = Privacy(sender.name, sender.reply_to)
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
        offers=root.each("offers", lambda t: parse_offer(t, languages, by_key)),
        sequences=by_key,
        retention=root.table("retention", _retention) if "retention" in data else Retention(),
        sending_limits=root.table("caution", _sending_limits) if "caution" in data else DEFAULT_LIMITS,
        feedback=root.table("feedback", parse_feedback) if "feedback" in data else DEFAULT_FEEDBACK,
        origins=root.lines("origins"),
        index_archive=root.yes_no("index_archive", default=True),
        theme=root.table("look", parse_theme) if "look" in data else DEFAULT_THEME,
        privacy=root.table("privacy", lambda t: parse_privacy(t, languages, default_privacy))
        if "privacy" in data
        else default_privacy,
        utm=root.table("links", lambda t: parse_links(t, str(data.get("site_url", "")))) if "links" in data else NO_UTM,
        leads=root.table("leads", parse_leads) if "leads" in data else DEFAULT_LEADS,
        crm=root.table("crm", parse_crm) if "crm" in data else DEFAULT_CRM,
        nurture=parse_nurture(root),
        campaign_mails_per_week=root.table("campaigns", lambda t: t.number("mails_per_week", 0, 50, default=0))
        if "campaigns" in data
        else 0,
        warm_up=root.table("warm_up", _warm_up) if "warm_up" in data else None,
        replies=root.table("replies", lambda t: parse_replies(t, sender.reply_to, sender.address))
        if "replies" in data
        else None,
        access=root.table("console", parse_console) if "console" in data else DEFAULT_ACCESS,
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
    for number, offer in enumerate(publication.offers, start=1):
        for topic in offer.warm_topics:
            if publication.topic(topic) is None:
                raise InvalidPublication(f"offers[{number}].warm_topics", f"there is no topic {topic!r}")
    topics, offers = ({each.key for each in part} for part in (publication.topics, publication.offers))
    check_sequences(sequences, topics, offers)
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
    return Digest(
        max_articles=table.number("max_articles", 1, 30),
        related=table.number("related", 0, 10),
        approval=approval,
        own_language=table.yes_no("own_language", default=True),
    )


def _approval(table: TomlTable) -> Approval:
    return Approval(
        timedelta(hours=table.number("hours", 1, 144)), table.one_of("otherwise", ("send", "drop")) == "send"
    )


def _retention(table: TomlTable) -> Retention:
    return Retention(
        pending=timedelta(days=table.number("pending_days", SIGN_UP_LIFE.days, 90)),
        left=timedelta(days=table.number("left_days", 1, 3650)),
        clicks=timedelta(days=table.number("click_days", 1, 3650)),
        audit=timedelta(days=table.number("audit_days", 30, 3650, default=Retention.audit.days)),
    )


def _sending_limits(table: TomlTable) -> SendingLimits:
    """The table [caution], which calls the pilot a canary."""
    return SendingLimits(
        pilot_above=table.number("canary_above", 0, 10_000_000),
        pilot_wait=timedelta(minutes=table.number("canary_wait_minutes", 5, 24 * 60)),
        bounces=table.number("bounces_per_10000", 1, TEN_THOUSAND),
        complaints=table.number("complaints_per_10000", 1, TEN_THOUSAND),
    )


def _warm_up(table: TomlTable) -> WarmUp:
    """The table [warm_up]. A plan without a day, and one that ends long before it has grown, would warm nothing up."""
    plan = WarmUp(
        begins=table.day("begins"),
        first_day=table.number("first_day", LEAST_A_DAY, 1_000_000),
        growth=table.number("growth_percent", 1, 200, default=30),
        enough=table.number("until_a_day", LEAST_A_DAY + 1, 10_000_000),
        engaged_days=table.number("engaged_days", 1, 365, default=90),
    )
    if plan.enough <= plan.first_day:
        why = f"{plan.enough} is not more than first_day, {plan.first_day}: no day would have a limit"
        table.refuse("until_a_day", why)
    elif not plan.grows_enough:
        last = f"the last of {MOST_DAYS} days would have {plan.last_day} mails, and the next no limit"
        table.refuse("growth_percent", f"{plan.growth} is too little: {last}")
    return plan


def _feed(table: TomlTable, languages: tuple[str, ...]) -> Feed:
    return Feed(
        url=table.url("url"),
        language=table.one_of("language", languages),
        archive_pages=table.number("archive_pages", 0, 100, default=Feed.archive_pages),
        ignore_stated_language=table.yes_no("ignore_stated_language", default=False),
        exclude=parse_exclusions(table, "exclude"),
        edits_are_news=table.yes_no("edits_are_news", default=False),
    )


def _topic(table: TomlTable, languages: tuple[str, ...]) -> Topic:
    return Topic(
        key=table.key("key"),
        label=table.texts("label", languages, one_line=True),
        description=table.texts("description", languages),
        categories=table.lines("categories"),
        keywords=parse_keywords(table, "keywords"),
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
