"""The first half of the container: settings, secrets, templates, and a store for each kind of record.

Apart from container.py, which adds everything else, only to keep both files short; nobody else imports this module.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.platform.aws import clients as aws
from newsletter.platform.settings import Settings, read_settings

if TYPE_CHECKING:
    from newsletter.articles.articles_store import Articles
    from newsletter.articles.feeds.feed_states_store import FeedStates
    from newsletter.leads.clicks_store import Clicks
    from newsletter.leads.lead_pointers_store import LeadPointers
    from newsletter.leads.leads_store import Leads
    from newsletter.leads.presses_store import Presses
    from newsletter.mail.templates import Templates
    from newsletter.mailings.decisions_store import Decisions
    from newsletter.mailings.digests.digests_store import Digests
    from newsletter.mailings.mailings_store import Mailings
    from newsletter.mailings.planning.backlog_store import Backlog
    from newsletter.mailings.planning.manifests_store import Manifests
    from newsletter.mailings.status_store import MailingStatuses
    from newsletter.nurture.due_store import DueIndex
    from newsletter.nurture.enrollments_store import Enrollments
    from newsletter.platform.aws.failures_store import Failures
    from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints
    from newsletter.platform.aws.secrets_client import Secrets
    from newsletter.platform.rate_limiter_store import RateLimiter
    from newsletter.publication.publication import Publication
    from newsletter.readers.consents.consents_store import Consents
    from newsletter.readers.profiles.bounces_store import Bounces
    from newsletter.readers.profiles.reader_data_store import ReaderData
    from newsletter.readers.profiles.reader_export_store import ReaderExport
    from newsletter.readers.profiles.subscribers_store import Subscribers
    from newsletter.readers.signup.limits_store import SignUpLimits
    from newsletter.readers.signup.sign_ups_store import SignUps
    from newsletter.reports.stats_store import StatsStore
    from newsletter.sending.deliveries_store import Deliveries
    from newsletter.sending.feedback.reputation_store import Reputation
    from newsletter.sending.feedback.unknown_events_store import UnknownEvents


class Stores:
    """The stores by the table that they are on (infra/storage.yaml). What each keeps is said at its class."""

    @cached_property
    def settings(self) -> Settings:
        return read_settings()

    @cached_property
    def secrets(self) -> Secrets:
        return self._new_secrets()

    def _new_secrets(self) -> Secrets:
        from newsletter.platform.aws.secrets_client import Secrets

        return Secrets(aws.client("ssm"), self.settings.secrets_path, self.fingerprints)

    @cached_property
    def templates(self) -> Templates:
        from newsletter.mail.templates import Templates

        return Templates(self.settings.templates, self.settings.public_url)

    @property
    def publication(self) -> Publication:
        return self.templates.publication

    # --- table Subscribers --------------------------------------------------------------------------------------------

    @cached_property
    def subscribers(self) -> Subscribers:
        from newsletter.readers.profiles.subscribers_store import Subscribers

        env = self.settings
        return Subscribers(aws.client("dynamodb"), env.subscribers_table, env.mailable_index)

    @cached_property
    def reader_data(self) -> ReaderData:
        """Every record of one subscriber: my data and erasure."""
        from newsletter.readers.profiles.reader_data_store import ReaderData

        return ReaderData(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def reader_export(self) -> ReaderExport:
        from newsletter.readers.profiles.reader_export_store import ReaderExport

        return ReaderExport(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def sign_ups(self) -> SignUps:
        """Forms that wait for their confirmation."""
        from newsletter.readers.signup.sign_ups_store import SignUps

        return SignUps(aws.client("dynamodb"), self.settings.subscribers_table, self.publication.retention.pending)

    @cached_property
    def consents(self) -> Consents:
        from newsletter.readers.consents.consents_store import Consents

        return Consents(aws.client("dynamodb"), self.settings.subscribers_table, lambda: self.secrets.consent_key)

    @cached_property
    def bounces(self) -> Bounces:
        from newsletter.readers.profiles.bounces_store import Bounces

        return Bounces(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def clicks(self) -> Clicks:
        from newsletter.leads.clicks_store import Clicks

        return Clicks(aws.client("dynamodb"), self.settings.subscribers_table, self.publication.retention.clicks)

    @cached_property
    def enrollments(self) -> Enrollments:
        from newsletter.nurture.enrollments_store import Enrollments

        return Enrollments(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def due_index(self) -> DueIndex:
        """What is due, of all that waits for a time."""
        from newsletter.nurture.due_store import DueIndex

        return DueIndex(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def lead_pointers(self) -> LeadPointers:
        """Which leads a subscriber has; the leads themselves are in `leads`."""
        from newsletter.leads.lead_pointers_store import LeadPointers

        return LeadPointers(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Which pepper the ids of the table were made with."""
        from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints

        return Fingerprints(aws.client("dynamodb"), self.settings.subscribers_table)

    # --- table Content ------------------------------------------------------------------------------------------------

    @cached_property
    def articles(self) -> Articles:
        from newsletter.articles.articles_store import Articles

        return Articles(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def feed_states(self) -> FeedStates:
        """What one reading of a feed leaves for the next."""
        from newsletter.articles.feeds.feed_states_store import FeedStates

        return FeedStates(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def mailings(self) -> Mailings:
        """Mailings with their variants and links."""
        from newsletter.mailings.mailings_store import Mailings

        return Mailings(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def statuses(self) -> MailingStatuses:
        from newsletter.mailings.status_store import MailingStatuses

        return MailingStatuses(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def digests(self) -> Digests:
        """The articles of each digest."""
        from newsletter.mailings.digests.digests_store import Digests

        return Digests(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def backlog(self) -> Backlog:
        """Batches that are planned and not on a queue yet."""
        from newsletter.mailings.planning.backlog_store import Backlog

        return Backlog(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def decisions(self) -> Decisions:
        """The log of what was decided about mailings, and why."""
        from newsletter.mailings.decisions_store import Decisions

        return Decisions(aws.client("dynamodb"), self.settings.content_table)

    # --- table Deliveries ---------------------------------------------------------------------------------------------

    @cached_property
    def manifests(self) -> Manifests:
        """Who is in which batch of a mailing, as it was planned."""
        from newsletter.mailings.planning.manifests_store import Manifests

        return Manifests(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The ledger: what became of each batch."""
        from newsletter.sending.deliveries_store import Deliveries

        return Deliveries(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def stats(self) -> StatsStore:
        from newsletter.reports.stats_store import StatsStore

        return StatsStore(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def unknown_events(self) -> UnknownEvents:
        """Events of SES that a person must look at."""
        from newsletter.sending.feedback.unknown_events_store import UnknownEvents

        return UnknownEvents(aws.client("dynamodb"), self.settings.deliveries_table)

    # --- table Leads --------------------------------------------------------------------------------------------------

    @cached_property
    def leads(self) -> Leads:
        from newsletter.leads.leads_store import Leads

        return Leads(aws.client("dynamodb"), self.settings.leads_table)

    # --- table Guards -------------------------------------------------------------------------------------------------

    @cached_property
    def rate_limiter(self) -> RateLimiter:
        from newsletter.platform.rate_limiter_store import RateLimiter

        return RateLimiter(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def reputation(self) -> Reputation:
        """Bounces and complaints of the last 24 hours, and the circuit breaker."""
        from newsletter.sending.feedback.reputation_store import Reputation

        return Reputation(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def sign_up_limits(self) -> SignUpLimits:
        from newsletter.readers.signup.limits_store import SignUpLimits

        return SignUpLimits(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def presses(self) -> Presses:
        """Presses on offers that were handled already."""
        from newsletter.leads.presses_store import Presses

        return Presses(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def failures(self) -> Failures:
        """Why messages failed."""
        from newsletter.platform.aws.failures_store import Failures

        return Failures(aws.client("dynamodb"), self.settings.guards_table)
