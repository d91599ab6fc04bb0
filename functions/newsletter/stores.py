"""The second third of the container: the stores of mailings, of what became of them, and of limits.

Apart from container.py, which adds everything else, only to keep the files short; nobody else imports this module.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from newsletter.platform.aws import clients as aws
from newsletter.reply_stores import ReplyStores

if TYPE_CHECKING:
    from newsletter.articles.articles_store import Articles
    from newsletter.articles.feeds.feed_states_store import FeedStates
    from newsletter.container import Container
    from newsletter.leads.inbound.hooks_store import Hooks
    from newsletter.leads.outbox.endpoint_health_store import CrmEndpoint
    from newsletter.leads.presses_store import Presses
    from newsletter.mail.pictures.pictures_client import Pictures
    from newsletter.mailings.audience.audiences_store import Audiences
    from newsletter.mailings.audience.facts import PlannedFacts
    from newsletter.mailings.decisions_store import Decisions
    from newsletter.mailings.digests.digests_store import Digests
    from newsletter.mailings.drafts.drafts_store import Drafts
    from newsletter.mailings.drafts.trials_store import TrialMails
    from newsletter.mailings.experiments.experiments_store import Experiments
    from newsletter.mailings.mailings_store import Mailings
    from newsletter.mailings.newest_letter import Remembered
    from newsletter.mailings.planning.backlog_store import Backlog
    from newsletter.mailings.planning.manifests_store import Manifests
    from newsletter.mailings.status_store import MailingStatuses
    from newsletter.nurture.enrollments.retimed_store import RetimedSequences
    from newsletter.nurture.steps.step_batches_store import StepBatches
    from newsletter.platform.audit.audit_store import Audit
    from newsletter.platform.aws.failures_store import Failures
    from newsletter.platform.rate_limiter_store import RateLimiter
    from newsletter.platform.web.kept_answers_store import KeptAnswers
    from newsletter.platform.web.quotas_store import Quotas
    from newsletter.readers.signup.limits_store import SignUpLimits
    from newsletter.readers.transfers.transfer_files_store import TransferFiles
    from newsletter.readers.transfers.transfers_store import Transfers
    from newsletter.reports.stats_store import StatsStore
    from newsletter.sending.deliveries_store import Deliveries
    from newsletter.sending.feedback.reputation_store import Reputation
    from newsletter.sending.feedback.unknown_events_store import UnknownEvents
    from newsletter.sending.feedback.visit_marks_store import VisitMarks
    from newsletter.sending.warm_up.warm_up_days_store import WarmUpDays


class Stores(ReplyStores):
    """The stores on the tables Content, Deliveries and Guards (infra/storage.yaml). What each keeps is said there."""

    # --- the bucket of pictures ---------------------------------------------------------------------------------------

    @cached_property
    def pictures(self) -> Pictures:
        """Pictures that were uploaded for mails."""
        from newsletter.mail.pictures.pictures_client import Pictures

        return Pictures(aws.client("s3"), self.settings.pictures_bucket)

    # --- table Content ------------------------------------------------------------------------------------------------

    @cached_property
    def articles(self) -> Articles:
        from newsletter.articles.articles_store import Articles

        return Articles(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def step_batches(self) -> StepBatches:
        """Batches of steps on their way to the queue."""
        from newsletter.nurture.steps.step_batches_store import StepBatches

        return StepBatches(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def retimed_sequences(self) -> RetimedSequences:
        from newsletter.nurture.enrollments.retimed_store import RetimedSequences

        return RetimedSequences(aws.client("dynamodb"), self.settings.content_table)

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
    def drafts(self) -> Drafts:
        """Campaigns that are not sent yet."""
        from newsletter.mailings.drafts.drafts_store import Drafts

        return Drafts(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def experiments(self) -> Experiments:
        """What is decided about A/B tests, and which mailings were sent again."""
        from newsletter.mailings.experiments.experiments_store import Experiments

        return Experiments(aws.client("dynamodb"), self.settings.content_table)

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
    def audiences(self) -> Audiences:
        """Rules that were saved with a name."""
        from newsletter.mailings.audience.audiences_store import Audiences

        return Audiences(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def backlog(self) -> Backlog:
        """Batches that are planned and not on a queue yet."""
        from newsletter.mailings.planning.backlog_store import Backlog

        return Backlog(aws.client("dynamodb"), self.settings.content_table)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        from newsletter.platform.audit.audit_store import Audit

        env = self.settings
        return Audit(aws.client("dynamodb"), env.content_table, self.publication.retention.audit)

    @cached_property
    def transfers(self) -> Transfers:
        """Imports and exports of readers that run in the background."""
        from newsletter.readers.transfers.transfers_store import Transfers

        return Transfers(aws.client("dynamodb"), self.settings.content_table)

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
    def visit_marks(self) -> VisitMarks:
        """What the visits of recipients were judged to be."""
        from newsletter.sending.feedback.visit_marks_store import VisitMarks

        return VisitMarks(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def unknown_events(self) -> UnknownEvents:
        """Events of SES that a person must look at."""
        from newsletter.sending.feedback.unknown_events_store import UnknownEvents

        return UnknownEvents(aws.client("dynamodb"), self.settings.deliveries_table)

    @cached_property
    def planned_facts(self) -> PlannedFacts:
        """What rules of audiences ask of the past, for planning."""
        from newsletter.mailings.audience.facts import PlannedFacts

        return PlannedFacts(cast("Container", self))

    # --- table Guards -------------------------------------------------------------------------------------------------

    @cached_property
    def rate_limiter(self) -> RateLimiter:
        from newsletter.platform.rate_limiter_store import RateLimiter

        return RateLimiter(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def warm_up_days(self) -> WarmUpDays:
        """How many mails were sent on each day of the warm-up plan."""
        from newsletter.sending.warm_up.warm_up_days_store import WarmUpDays

        return WarmUpDays(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def reputation(self) -> Reputation:
        """Bounces and complaints of the last 24 hours, and the circuit breaker."""
        from newsletter.sending.feedback.reputation_store import Reputation

        return Reputation(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def newest_letters(self) -> dict[str, Remembered]:
        """The newest letter of the archive by language, as it was read last (mailings/newest_letter.py)."""
        return {}

    @cached_property
    def transfer_files(self) -> TransferFiles:
        """Files of imports and exports, for a day."""
        from newsletter.readers.transfers.transfer_files_store import TransferFiles

        return TransferFiles(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def test_mails(self) -> TrialMails:
        """Test mails until they are sent."""
        from newsletter.mailings.drafts.trials_store import TrialMails

        return TrialMails(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def sign_up_limits(self) -> SignUpLimits:
        from newsletter.readers.signup.limits_store import SignUpLimits

        return SignUpLimits(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def quotas(self) -> Quotas:
        """How often users of console and API may do something."""
        from newsletter.platform.web.quotas_store import Quotas

        return Quotas(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def kept_answers(self) -> KeptAnswers:
        """What requests with an Idempotency-Key were answered."""
        from newsletter.platform.web.kept_answers_store import KeptAnswers

        return KeptAnswers(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def presses(self) -> Presses:
        """Presses on offers that were handled already."""
        from newsletter.leads.presses_store import Presses

        return Presses(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def crm_endpoint(self) -> CrmEndpoint:
        """Whether the CRM works, rests or is switched off."""
        from newsletter.leads.outbox.endpoint_health_store import CrmEndpoint

        return CrmEndpoint(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def hooks(self) -> Hooks:
        """Webhooks of the CRM that were handled already."""
        from newsletter.leads.inbound.hooks_store import Hooks

        return Hooks(aws.client("dynamodb"), self.settings.guards_table)

    @cached_property
    def failures(self) -> Failures:
        """Why messages failed."""
        from newsletter.platform.aws.failures_store import Failures

        return Failures(aws.client("dynamodb"), self.settings.guards_table)
