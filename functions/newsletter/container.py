"""Puts the product together: every part is built at its first use; importing this module builds nothing.

Doors, use cases and the command line take what they need from one `Container`; there is no other way to get a
dependency. `app` is the container of this process.
"""

from __future__ import annotations

import secrets
import time
from datetime import UTC, datetime
from functools import cached_property
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Self

from newsletter.platform.aws import clients as aws
from newsletter.platform.settings import MissingSetting, Settings, read_settings

if TYPE_CHECKING:
    from newsletter.articles.articles_store import Articles
    from newsletter.articles.feeds.feed_client import Feeds
    from newsletter.articles.feeds.feed_states_store import FeedStates
    from newsletter.leads.clicks_store import Clicks
    from newsletter.leads.crm_client import Crm
    from newsletter.leads.lead_pointers_store import LeadPointers
    from newsletter.leads.leads_store import Leads
    from newsletter.leads.presses_store import Presses
    from newsletter.mail.templates import Templates
    from newsletter.mailings.decisions_store import Decisions
    from newsletter.mailings.digests.digests_store import Digests
    from newsletter.mailings.digests.recipients import DigestReaders
    from newsletter.mailings.mailings_store import Mailings
    from newsletter.mailings.planning.backlog_store import Backlog
    from newsletter.mailings.rendering.variants import Variants
    from newsletter.mailings.status_store import MailingStatuses
    from newsletter.nurture.due_store import DueIndex
    from newsletter.nurture.enrollments_store import Enrollments
    from newsletter.platform.aws.failures_store import Failures
    from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints
    from newsletter.platform.aws.queues_client import Queues
    from newsletter.platform.aws.secrets_client import Secrets
    from newsletter.platform.health import Health
    from newsletter.platform.links.form_tokens import Forms
    from newsletter.platform.links.links import Links
    from newsletter.platform.rate_limiter_store import RateLimiter
    from newsletter.platform.web.oidc_client import Oidc
    from newsletter.publication.publication import Feed, Publication
    from newsletter.readers.consents.consents_store import Consents
    from newsletter.readers.profiles.bounces_store import Bounces
    from newsletter.readers.profiles.reader_data_store import ReaderData
    from newsletter.readers.profiles.reader_export_store import ReaderExport
    from newsletter.readers.profiles.subscribers_store import Subscribers
    from newsletter.readers.signup.challenges import Challenges
    from newsletter.readers.signup.limits_store import SignUpLimits
    from newsletter.readers.signup.sign_ups_store import SignUps
    from newsletter.readers.subscriber_ids import SubscriberIds
    from newsletter.reports.stats_store import StatsStore
    from newsletter.sending.deliveries_store import Deliveries
    from newsletter.sending.feedback.reputation_store import Reputation
    from newsletter.sending.feedback.unknown_events_store import UnknownEvents
    from newsletter.sending.ses.account_client import Account
    from newsletter.sending.ses.mailer_client import Mailer
    from newsletter.sending.ses.suppression_client import SuppressionList


INDEX_DELAY = 5.0
"""Seconds until a secondary index of DynamoDB has certainly seen a write; usually it takes well under one."""


class Container:
    """The parts of the product, by name."""

    def now(self) -> datetime:
        """The present, in UTC: the one clock of the product."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def nonce(self) -> str:
        """64 random bits in hex: what makes the link of a form its own."""
        return secrets.token_hex(8)

    def but(self, **parts: Any) -> Self:
        """A container with the same parts, except for these."""
        other = type(self)()
        vars(other).update(vars(self) | parts)
        return other

    def reset(self) -> None:
        """Forget every part, so that the next use reads the environment anew (local cloud and tests)."""
        for name in list(vars(self)):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(self, name)
        aws.forget()

    @cached_property
    def settings(self) -> Settings:
        """The environment of this process."""
        return read_settings()

    @property
    def publication(self) -> Publication:
        """What publication.toml says."""
        return self.templates.publication

    @property
    def feeds_read(self) -> tuple[Feed, ...]:
        """The feeds that are read: those of the publication, or the one that replaces them in the local cloud."""
        from newsletter.publication.publication import Feed

        replacement = self.settings.feed_url
        publication = self.templates.publication
        return (Feed(replacement, publication.languages[0]),) if replacement else publication.feeds

    @property
    def feed_urls(self) -> tuple[str, ...]:
        """Their addresses."""
        return tuple(feed.url for feed in self.feeds_read)

    @property
    def index_delay(self) -> float:
        """Seconds to wait for a secondary index of DynamoDB; that of the local cloud is at once up to date."""
        return 0 if self.settings.local else INDEX_DELAY

    @cached_property
    def ids(self) -> SubscriberIds:
        """Ids of subscribers."""
        from newsletter.readers.subscriber_ids import SubscriberIds

        return SubscriberIds(self.secrets)

    @cached_property
    def secrets(self) -> Secrets:
        """The secrets of the stack."""
        return self._fresh_secrets()

    def _fresh_secrets(self) -> Secrets:
        from newsletter.platform.aws.secrets_client import Secrets

        return Secrets(aws.client("ssm"), self.settings.secrets_path, self.fingerprints)

    @cached_property
    def health(self) -> Health:
        """Whether the readers' pages have what they need."""
        from newsletter.platform.health import Health

        return Health(
            {
                "publication": lambda: self.publication,
                "link_keys": lambda: self._fresh_secrets().link_keys,
                "pepper": lambda: self._fresh_secrets().pepper,
            },
            {MissingSetting: "missing"},
        )

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Which pepper readers' ids were made with."""
        from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints

        return Fingerprints(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def templates(self) -> Templates:
        """publication.toml and everything that is rendered."""
        from newsletter.mail.templates import Templates

        return Templates(self.settings.templates, self.settings.public_url)

    @cached_property
    def subscribers(self) -> Subscribers:
        """Readers."""
        from newsletter.readers.profiles.subscribers_store import Subscribers

        env = self.settings
        return Subscribers(aws.client("dynamodb"), env.subscribers_table, env.mailable_index)

    @cached_property
    def reader_data(self) -> ReaderData:
        """Everything under a reader's id."""
        from newsletter.readers.profiles.reader_data_store import ReaderData

        return ReaderData(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def reader_export(self) -> ReaderExport:
        """All readers, to take them elsewhere."""
        from newsletter.readers.profiles.reader_export_store import ReaderExport

        return ReaderExport(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def sign_ups(self) -> SignUps:
        """Forms that wait for their confirmation."""
        from newsletter.readers.signup.sign_ups_store import SignUps

        kept = self.publication.retention.pending
        return SignUps(aws.client("dynamodb"), self.settings.subscribers_table, kept)

    @cached_property
    def consents(self) -> Consents:
        """Chains of consent records."""
        from newsletter.readers.consents.consents_store import Consents

        return Consents(aws.client("dynamodb"), self.settings.subscribers_table, lambda: self.secrets.consent_key)

    @cached_property
    def clicks(self) -> Clicks:
        """What readers followed."""
        from newsletter.leads.clicks_store import Clicks

        life = self.publication.retention.clicks
        return Clicks(aws.client("dynamodb"), self.settings.subscribers_table, life)

    @cached_property
    def due_index(self) -> DueIndex:
        """What is due."""
        from newsletter.nurture.due_store import DueIndex

        return DueIndex(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def sign_up_limits(self) -> SignUpLimits:
        """Limits on what strangers can set off."""
        from newsletter.readers.signup.limits_store import SignUpLimits

        return SignUpLimits(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def enrollments(self) -> Enrollments:
        """Readers' ways through sequences."""
        from newsletter.nurture.enrollments_store import Enrollments

        return Enrollments(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def articles(self) -> Articles:
        """Articles, their texts, and what marketing decided about them."""
        from newsletter.articles.articles_store import Articles

        return Articles(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def feed_states(self) -> FeedStates:
        """What one reading of a feed leaves for the next."""
        from newsletter.articles.feeds.feed_states_store import FeedStates

        return FeedStates(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def mailings(self) -> Mailings:
        """Mailings, their variants and links."""
        from newsletter.mailings.mailings_store import Mailings

        return Mailings(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def decisions(self) -> Decisions:
        """What was decided, and why."""
        from newsletter.mailings.decisions_store import Decisions

        return Decisions(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def statuses(self) -> MailingStatuses:
        """Courses of mailings."""
        from newsletter.mailings.status_store import MailingStatuses

        return MailingStatuses(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def backlog(self) -> Backlog:
        """Batches that wait in their manifests."""
        from newsletter.mailings.planning.backlog_store import Backlog

        return Backlog(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def digests(self) -> Digests:
        """What the digests carry."""
        from newsletter.mailings.digests.digests_store import Digests

        return Digests(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The ledger."""
        from newsletter.sending.deliveries_store import Deliveries

        return Deliveries(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def stats(self) -> StatsStore:
        """Counts of the ledger."""
        from newsletter.reports.stats_store import StatsStore

        return StatsStore(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def reputation(self) -> Reputation:
        """What came of our mails, and the breaker."""
        from newsletter.sending.feedback.reputation_store import Reputation

        return Reputation(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def account(self) -> Account:
        """The account's quota."""
        from newsletter.sending.ses.account_client import Account

        return Account(aws.client("sesv2"))

    @cached_property
    def leads(self) -> Leads:
        """Leads."""
        from newsletter.leads.leads_store import Leads

        return Leads(aws.client("dynamodb"), self.settings.leads_table)

    @cached_property
    def lead_pointers(self) -> LeadPointers:
        """Which leads are whose."""
        from newsletter.leads.lead_pointers_store import LeadPointers

        return LeadPointers(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def presses(self) -> Presses:
        """Presses on offers."""
        from newsletter.leads.presses_store import Presses

        return Presses(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def rate_limiter(self) -> RateLimiter:
        """The rate lane."""
        from newsletter.platform.rate_limiter_store import RateLimiter

        return RateLimiter(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def failures(self) -> Failures:
        """Why messages failed."""
        from newsletter.platform.aws.failures_store import Failures

        return Failures(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def queues(self) -> Queues:
        """Our queues."""
        from newsletter.platform.aws.queues_client import Queues

        env = self.settings
        return Queues(
            aws.client("sqs"),
            plan=env.plan_queue,
            batch=env.batch_queue,
            transactional=env.transactional_queue,
            lead=env.lead_queue,
        )

    @cached_property
    def links(self) -> Links:
        """Signed links."""
        from newsletter.platform.links.links import Links

        return Links(self.secrets.link_keys)

    @cached_property
    def forms(self) -> Forms:
        """Tokens of our own forms."""
        from newsletter.platform.links.form_tokens import Forms

        return Forms(self.secrets.link_keys)

    @cached_property
    def challenges(self) -> Challenges:
        """Proofs of work."""
        from newsletter.readers.signup.challenges import Challenges

        return Challenges(self.secrets.link_keys, SystemRandom())

    @cached_property
    def mailer(self) -> Mailer:
        """SES."""
        from newsletter.sending.ses.mailer_client import Mailer

        return Mailer(aws.client("sesv2"), self.publication, self.settings.configuration_set)

    @cached_property
    def suppression(self) -> SuppressionList:
        """SES's suppression list."""
        from newsletter.sending.ses.suppression_client import SuppressionList

        return SuppressionList(aws.client("sesv2"))

    @cached_property
    def feeds(self) -> Feeds:
        """Blog feeds."""
        from newsletter.articles.feeds.feed_client import Feeds

        return Feeds(allow_local=self.settings.local)

    @cached_property
    def crm(self) -> Crm:
        """The CRM."""
        from newsletter.leads.crm_client import Crm

        return Crm(self.settings.crm_url, self.secrets.webhook_secrets)

    @cached_property
    def oidc(self) -> Oidc:
        """The issuer of the console's tokens."""
        from newsletter.platform.web.oidc_client import Oidc

        return Oidc(self.settings.oidc_issuer, self.settings.oidc_audience, now=lambda: self.now().timestamp())

    @cached_property
    def variants(self) -> Variants:
        """Rendered variants, each rendered and kept once per container."""
        from newsletter.mailings.rendering.variants import Variants

        return Variants(self)

    @cached_property
    def digest_readers(self) -> DigestReaders:
        """What is new to each reader of a digest."""
        from newsletter.mailings.digests.recipients import DigestReaders

        return DigestReaders(self.digests, self.publication.time_zone)

    @cached_property
    def bounces(self) -> Bounces:
        """What mail systems say of readers."""
        from newsletter.readers.profiles.bounces_store import Bounces

        return Bounces(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def unknown_events(self) -> UnknownEvents:
        """What a person shall look at."""
        from newsletter.sending.feedback.unknown_events_store import UnknownEvents

        return UnknownEvents(aws.client("dynamodb"), self.settings.deliveries_table)


app = Container()
