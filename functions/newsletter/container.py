"""Puts the product together: every part is built at its first use; importing this module builds nothing.

Doors, the functions that do the work, and the command line take what they need from one `Container`; there is no other
way to get a dependency. `app` is the container of this process.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from random import SystemRandom
from typing import TYPE_CHECKING, Any, Self

from newsletter.platform.aws import clients as aws
from newsletter.platform.settings import MissingSetting
from newsletter.stores import Stores

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from newsletter.articles.feeds.article_addresses_client import ArticleAddresses
    from newsletter.articles.feeds.feed_client import Feeds
    from newsletter.leads.crm_client import Crm
    from newsletter.leads.facts.mailed_articles import MailedArticles
    from newsletter.leads.visits.link_targets import LinkTargets
    from newsletter.leads.visits.visits_store import Visits
    from newsletter.mailings.digests.recipients import DigestRecipients
    from newsletter.mailings.rendering.variants import Variants
    from newsletter.nurture.triggers import Triggers
    from newsletter.platform.aws.queues_client import Queues
    from newsletter.platform.health import Health
    from newsletter.platform.links.form_tokens import Forms
    from newsletter.platform.links.links import Links
    from newsletter.platform.web.oidc_client import Oidc
    from newsletter.publication.publication import Feed
    from newsletter.readers.signup.challenges import Challenges
    from newsletter.readers.subscriber_ids import SubscriberIds
    from newsletter.sending.ses.account_client import Account
    from newsletter.sending.ses.mailer_client import Mailer
    from newsletter.sending.ses.suppression_client import SuppressionList


INDEX_DELAY = 5.0
"""Seconds until a secondary index of DynamoDB has certainly seen a write; usually it takes well under one."""

_BUILT_FROM_OTHERS = {
    *("click_targets", "crm", "digest_recipients", "feeds", "health", "held_visits", "ids", "link_targets"),
    *("mailed_articles", "mailer", "newest_letters", "oidc", "triggers", "variants", "visits"),
}
"""Parts that hold others, or the container itself: a container with other parts builds its own."""


class Container(Stores):
    """The parts of the product, by name; what each does is said at its class.

    Every part imports its class itself: a function that never uses it does not pay for it in its cold start.
    """

    def now(self) -> datetime:
        """The present, in UTC: the one clock of the product."""
        return datetime.now(UTC)

    def _present(self) -> datetime:
        """For parts: `now` of this container may be replaced after they are built."""
        return self.now()

    def wall_clock(self) -> datetime:
        """The present by which other servers go; in the local cloud `now` may be ahead of it."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def nonce(self) -> str:
        """64 random bits in hex, different for each form, that go into its link."""
        return secrets.token_hex(8)

    def chance(self) -> float:
        """A number from 0 to 1, by chance."""
        return SystemRandom().random()

    def but(self, **parts: Any) -> Self:
        """A container with the same parts, except for these. Raises TypeError for what is no part of its own."""
        for name in parts:
            if not isinstance(getattr(type(self), name, None), cached_property):
                message = f"{name} is not a part that can be replaced"
                raise TypeError(message)
        other = type(self)()
        vars(other).update(vars(self) | parts)
        for name in _BUILT_FROM_OTHERS - parts.keys():
            vars(other).pop(name, None)
        return other

    def reset(self) -> None:
        """Forget every part, so that the next use reads the environment anew (local cloud and tests)."""
        for name in list(vars(self)):
            if isinstance(getattr(type(self), name, None), cached_property):
                delattr(self, name)
        aws.forget()

    @property
    def feeds_read(self) -> tuple[Feed, ...]:
        """The feeds of the publication, or the one that replaces them in a rehearsal: with the rules of the first."""
        replacement = self.settings.feed_url
        if not replacement:
            return self.publication.feeds
        return (replace(self.publication.feeds[0], url=replacement, language=self.publication.languages[0]),)

    @property
    def feed_urls(self) -> tuple[str, ...]:
        return tuple(feed.url for feed in self.feeds_read)

    @property
    def index_delay(self) -> float:
        """Seconds to wait for a secondary index of DynamoDB; 0 in the local cloud, whose indexes are never behind."""
        return 0 if self.settings.local else INDEX_DELAY

    # --- AWS and other servers ----------------------------------------------------------------------------------------

    @cached_property
    def queues(self) -> Queues:
        return self._queues_by(aws.client("sqs"))

    @cached_property
    def quick_queues(self) -> Queues:
        """The same queues, for what somebody waits for and what may be lost."""
        return self._queues_by(aws.quick_client("sqs"))

    def _queues_by(self, client: SQSClient) -> Queues:
        from newsletter.platform.aws.queues_client import Queues

        env = self.settings
        return Queues(
            client,
            plan=env.plan_queue,
            batch=env.batch_queue,
            transactional=env.transactional_queue,
            lead=env.lead_queue,
            visits=env.visit_queue,
            transfers=env.transfer_queue,
        )

    @cached_property
    def mailed_articles(self) -> MailedArticles:
        from newsletter.leads.facts.mailed_articles import MailedArticles, articles_by_address

        return MailedArticles(lambda mailing: articles_by_address(mailing, self), self._present)

    @cached_property
    def visits(self) -> Visits:
        """Visits to the links of subscribers' mails."""
        from newsletter.leads.visits.visits_store import Visits
        from newsletter.readers.current_subscriber import current_subscriber

        return Visits(
            aws.client("dynamodb"),
            self.settings.subscribers_table,
            self.publication.retention.clicks,
            lambda subscriber: current_subscriber(subscriber, self),
            self.deliveries.moments,
        )

    @cached_property
    def mailer(self) -> Mailer:
        from newsletter.sending.ses.mailer_client import Mailer

        env = self.settings
        return Mailer(aws.client("sesv2"), self.publication, env.configuration_set, env.rate_share)

    @cached_property
    def account(self) -> Account:
        """The sending quota of the account in SES."""
        from newsletter.sending.ses.account_client import Account

        return Account(aws.client("sesv2"))

    @cached_property
    def suppression(self) -> SuppressionList:
        """The account's suppression list in SES."""
        from newsletter.sending.ses.suppression_client import SuppressionList

        return SuppressionList(aws.client("sesv2"))

    @cached_property
    def feeds(self) -> Feeds:
        from newsletter.articles.feeds.feed_client import Feeds

        return Feeds(allow_local=self.settings.local, zone=self.publication.time_zone)

    @cached_property
    def article_addresses(self) -> ArticleAddresses:
        from newsletter.articles.feeds.article_addresses_client import ArticleAddresses

        return ArticleAddresses(allow_local=self.settings.local)

    @cached_property
    def crm(self) -> Crm:
        from newsletter.leads.crm_client import Crm

        return Crm(
            self.settings.crm_url,
            lambda: self.secrets.webhook_secrets,
            lambda: self.secrets.crm_token,
            self.publication.crm,
            allow_http=self.settings.local,
        )

    @cached_property
    def oidc(self) -> Oidc:
        """The issuer of the console's tokens."""
        from newsletter.platform.web.oidc_client import Oidc

        return Oidc(self.settings.oidc_issuer, self.settings.oidc_audience, now=lambda: self.now().timestamp())

    # --- ids, links and forms -----------------------------------------------------------------------------------------

    @cached_property
    def ids(self) -> SubscriberIds:
        from newsletter.readers.subscriber_ids import SubscriberIds

        return SubscriberIds(self.secrets)

    @cached_property
    def links(self) -> Links:
        """Signed links in mails."""
        from newsletter.platform.links.links import Links

        return Links(self.secrets.link_keys)

    @cached_property
    def link_targets(self) -> LinkTargets:
        """Where the links of mails lead, from memory."""
        from newsletter.leads.visits.link_targets import LinkTargets

        return LinkTargets(self.mailings.link, self._present)

    @cached_property
    def click_targets(self) -> LinkTargets:
        """The same, for a click: whoever clicked waits."""
        from newsletter.leads.visits.link_targets import LinkTargets
        from newsletter.mailings.mailings_store import Mailings

        return LinkTargets(Mailings(aws.quick_client("dynamodb"), self.settings.content_table).link, self._present)

    @cached_property
    def forms(self) -> Forms:
        """Tokens of the forms on our pages."""
        from newsletter.platform.links.form_tokens import Forms

        return Forms(self.secrets.link_keys)

    @cached_property
    def challenges(self) -> Challenges:
        """Proofs of work that the sign-up form asks for."""
        from newsletter.readers.signup.challenges import Challenges

        return Challenges(self.secrets.link_keys, SystemRandom())

    # --- rendering and health -----------------------------------------------------------------------------------------

    @cached_property
    def variants(self) -> Variants:
        """Rendered variants, each rendered and kept once per container."""
        from newsletter.mailings.rendering.variants import Variants

        return Variants(self)

    @cached_property
    def digest_recipients(self) -> DigestRecipients:
        """The articles that are new to each reader of a digest."""
        from newsletter.mailings.digests.recipients import DigestRecipients

        return DigestRecipients(self.digests, self.publication.time_zone)

    @cached_property
    def triggers(self) -> Triggers:
        """What brings readers into sequences and ends their way."""
        from newsletter.nurture.triggers import Triggers

        return Triggers(self)

    @cached_property
    def health(self) -> Health:
        """What the readers' pages need: the publication, and secrets as SSM has them now."""
        from newsletter.platform.health import Health

        return Health(
            {
                "publication": lambda: self.publication,
                "link_keys": lambda: self._new_secrets().link_keys,
                "pepper": lambda: self._new_secrets().pepper,
            },
            {MissingSetting: "missing"},
        )


app = Container()
