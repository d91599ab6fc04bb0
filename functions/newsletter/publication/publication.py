"""What publication.toml says of the one publication, as values; read_publication.py makes them from the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from newsletter.publication.access.roles import DEFAULT_ACCESS, Access
from newsletter.publication.crm import DEFAULT_CRM, CrmSettings
from newsletter.publication.feed_exclusions import Exclusion
from newsletter.publication.feedback.feedback_policy import DEFAULT_FEEDBACK, FeedbackPolicy
from newsletter.publication.feedback.replies import Replies
from newsletter.publication.offers import DEFAULT_LEADS, LeadPolicy, Offer
from newsletter.publication.privacy import NO_PRIVACY, Privacy
from newsletter.publication.sending_limits import DEFAULT_LIMITS, SendingLimits, WarmUp
from newsletter.publication.sequences import NO_NURTURE, Nurture, Sequence
from newsletter.publication.theme import DEFAULT_THEME, Theme
from newsletter.publication.toml_table import Texts
from newsletter.publication.utm import NO_UTM, Utm

SIGN_UP_LIFE = timedelta(days=7)
"""How long a sign-up can be confirmed. It is kept somewhat longer (the publication's retention), so that its reader can
ask for a new link; then DynamoDB deletes it."""


@dataclass(frozen=True)
class Sender:
    """The sender of all mail. `list_id` is the identifier in the List-Id header (RFC 2919)."""

    name: str
    address: str
    reply_to: str
    postal_address: str
    list_id: str


@dataclass(frozen=True)
class ConsentText:
    """What a reader agrees to. A change of the text needs a new version."""

    version: str
    text: Texts


@dataclass(frozen=True)
class Feed:
    """A blog feed and the language of its articles, for those that do not state one.

    `archive_pages` older pages are read at the first fetch (WordPress, and feeds that name their next page). With
    `ignore_stated_language`, what the feed says of its language is taken to be wrong. Entries that `exclude` covers
    stay out. With `edits_are_news`, an entry whose guid, date, title or text changed is a new article, though its
    address is that of an earlier one.
    """

    url: str
    language: str
    archive_pages: int = 10
    ignore_stated_language: bool = False
    exclude: tuple[Exclusion, ...] = ()
    edits_are_news: bool = False


@dataclass(frozen=True)
class Topic:
    """An interest a reader can choose, with the feed categories and keywords that map articles to it."""

    key: str
    label: Texts
    description: Texts
    categories: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class Approval:
    """How long a digest waits for marketing's approval, and whether it is sent when nobody has answered by then."""

    within: timedelta
    then_send: bool


@dataclass(frozen=True)
class Digest:
    """How many articles a digest shows in full, and how many older ones below. Without `approval` none is asked for.

    With `own_language`, readers whose language has a feed get the articles of feeds in that language alone.
    """

    max_articles: int
    related: int
    approval: Approval | None = None
    own_language: bool = True


@dataclass(frozen=True)
class Retention:
    """How long forms that nobody confirmed, profiles of readers who left, clicks, and the audit trail are kept."""

    pending: timedelta = timedelta(days=14)
    left: timedelta = timedelta(days=365)
    clicks: timedelta = timedelta(days=400)
    audit: timedelta = timedelta(days=730)


@dataclass(frozen=True)
class Publication:
    """The site, its sender, feeds, topics, offers and sequences. `languages[0]` is the default.

    `origins` are the websites (`https://www.example.fi`) whose forms may post to us and get answers; `index_archive`
    lets search engines list the public archive; `utm` is added to links of mails.
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
    feedback: FeedbackPolicy = DEFAULT_FEEDBACK
    origins: tuple[str, ...] = ()
    index_archive: bool = True
    theme: Theme = DEFAULT_THEME
    privacy: Privacy = NO_PRIVACY
    utm: Utm = NO_UTM
    leads: LeadPolicy = DEFAULT_LEADS
    crm: CrmSettings = DEFAULT_CRM
    nurture: Nurture = NO_NURTURE
    access: Access = DEFAULT_ACCESS
    warm_up: WarmUp | None = None
    replies: Replies | None = None
    campaign_mails_per_week: int = 0
    """A campaign leaves out who had so many digests and campaigns in seven days; 0: nobody."""

    def language(self, wanted: str) -> str:
        """The wanted language if it is one of the publication's, else the default."""
        return wanted if wanted in self.languages else self.languages[0]

    def article_languages(self, reader: str) -> tuple[str, ...]:
        """The languages that the feeds for readers of that language are declared to be in, each once.

        Single articles may state another.
        """
        mine = [feed for feed in self.feeds if self.is_for_language(feed.url, reader, feed.language)]
        return tuple(dict.fromkeys(feed.language for feed in mine))

    def is_for_language(self, feed: str, language: str, of_article: str) -> bool:
        """Whether readers of that language get the articles of a feed, which are in `of_article`.

        They do if the feed is in their language, or if the publication has no feed in it. The language of an article
        alone decides for a feed that is not in the publication (it was removed, or another one replaces it).
        """
        wanted, languages = self.language(language), self._feed_languages
        if not self.digest.own_language or wanted not in languages.values():
            return True
        own = languages.get(feed, of_article)
        return own == wanted or own not in languages.values()

    @cached_property
    def _feed_languages(self) -> Mapping[str, str]:
        return {each.url: each.language for each in self.feeds}

    def topic(self, key: str) -> Topic | None:
        """The topic of that key, or None."""
        return next((topic for topic in self.topics if topic.key == key), None)

    def offer(self, key: str) -> Offer | None:
        """The offer of that key, or None."""
        return next((offer for offer in self.offers if offer.key == key), None)
