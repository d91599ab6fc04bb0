"""Builds the adapters, one set per container, at first use; importing it builds nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from newsletter.adapters import aws
from newsletter.settings import MissingSetting, Settings, read_settings

if TYPE_CHECKING:
    from newsletter.adapters.account import Account
    from newsletter.adapters.agenda import Agenda
    from newsletter.adapters.aside import Aside
    from newsletter.adapters.backlog import Backlog
    from newsletter.adapters.clicks import Clicks
    from newsletter.adapters.consents import Consents
    from newsletter.adapters.content import Content
    from newsletter.adapters.courses import Courses
    from newsletter.adapters.crm import Crm
    from newsletter.adapters.deliveries import Deliveries
    from newsletter.adapters.digests import Digests
    from newsletter.adapters.enrollments import Enrollments
    from newsletter.adapters.failures import Failures
    from newsletter.adapters.feeds import Feeds
    from newsletter.adapters.fingerprints import Fingerprints
    from newsletter.adapters.forms import Forms
    from newsletter.adapters.guards import Guards
    from newsletter.adapters.lead_pointers import LeadPointers
    from newsletter.adapters.leads import Leads
    from newsletter.adapters.limits import Limits
    from newsletter.adapters.links import Links
    from newsletter.adapters.mailer import Mailer
    from newsletter.adapters.oidc import Oidc
    from newsletter.adapters.presses import Presses
    from newsletter.adapters.proofs import Proofs
    from newsletter.adapters.queues import Queues
    from newsletter.adapters.reachability import Reachability
    from newsletter.adapters.reputation import Reputation
    from newsletter.adapters.secrets import Secrets
    from newsletter.adapters.sign_ups import SignUps
    from newsletter.adapters.subscribers import Subscribers
    from newsletter.adapters.suppression import SuppressionList
    from newsletter.adapters.tallies import Tallies
    from newsletter.adapters.templates import Templates
    from newsletter.usecases.check_health import Health
    from newsletter.usecases.digest_readers import DigestReaders
    from newsletter.usecases.emit_batches import Emitting
    from newsletter.usecases.front_desk import FrontDesk
    from newsletter.usecases.plan_page import Planning
    from newsletter.usecases.record_feedback import FeedbackDesk
    from newsletter.usecases.render_variant import Variants
    from newsletter.usecases.send_batch import Sending
    from newsletter.usecases.start_digest import DigestDesk


SETTLING = 5.0
"""Seconds until a secondary index of DynamoDB has certainly seen a write; usually it takes well under one."""


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


@cache
def settings() -> Settings:
    """The environment of this process."""
    return read_settings()


@cache
def secrets() -> Secrets:
    """The secrets of the stack."""
    from newsletter.adapters.secrets import Secrets

    return Secrets(aws.client("ssm"), settings().secrets_path, fingerprints())


@cache
def health() -> Health:
    """Whether the readers' pages have what they need."""
    from newsletter.usecases.check_health import Health

    # Read anew at every look: what this container once read says nothing about the next one.
    fresh = secrets.__wrapped__
    return Health(
        {
            "publication": lambda: templates().publication,
            "link_keys": lambda: fresh().link_keys,
            "pepper": lambda: fresh().pepper,
        },
        {MissingSetting: "missing"},
    )


@cache
def fingerprints() -> Fingerprints:
    """Which pepper readers' ids were made with."""
    from newsletter.adapters.fingerprints import Fingerprints

    return Fingerprints(aws.client("dynamodb"), settings().subscribers_table)


@cache
def templates() -> Templates:
    """publication.toml and everything that is rendered."""
    from newsletter.adapters.templates import Templates

    return Templates(settings().templates, settings().public_url)


@cache
def subscribers() -> Subscribers:
    """Readers."""
    from newsletter.adapters.subscribers import Subscribers

    return Subscribers(aws.client("dynamodb"), settings().subscribers_table)


@cache
def sign_ups() -> SignUps:
    """Forms that wait for their confirmation."""
    from newsletter.adapters.sign_ups import SignUps

    kept = templates().publication.retention.pending
    return SignUps(aws.client("dynamodb"), settings().subscribers_table, kept)


@cache
def consents() -> Consents:
    """Chains of consent records."""
    from newsletter.adapters.consents import Consents

    return Consents(aws.client("dynamodb"), settings().subscribers_table, lambda: secrets().consent_key)


@cache
def clicks() -> Clicks:
    """What readers followed."""
    from newsletter.adapters.clicks import Clicks

    life = templates().publication.retention.clicks
    return Clicks(aws.client("dynamodb"), settings().subscribers_table, life)


@cache
def agenda() -> Agenda:
    """What is due."""
    from newsletter.adapters.agenda import Agenda

    return Agenda(aws.client("dynamodb"), settings().subscribers_table)


@cache
def limits() -> Limits:
    """Limits on what strangers can set off."""
    from newsletter.adapters.limits import Limits

    return Limits(aws.client("dynamodb"), settings().guards_table)


@cache
def enrollments() -> Enrollments:
    """Readers' ways through sequences."""
    from newsletter.adapters.enrollments import Enrollments

    return Enrollments(aws.client("dynamodb"), settings().subscribers_table)


@cache
def content() -> Content:
    """Articles and mailings."""
    from newsletter.adapters.content import Content

    return Content(aws.client("dynamodb"), settings().content_table)


@cache
def courses() -> Courses:
    """Courses of mailings."""
    from newsletter.adapters.courses import Courses

    return Courses(aws.client("dynamodb"), settings().content_table)


@cache
def backlog() -> Backlog:
    """Batches that wait in their manifests."""
    from newsletter.adapters.backlog import Backlog

    return Backlog(aws.client("dynamodb"), settings().content_table)


@cache
def digests() -> Digests:
    """What the digests carry."""
    from newsletter.adapters.digests import Digests

    return Digests(aws.client("dynamodb"), settings().content_table)


@cache
def deliveries() -> Deliveries:
    """The ledger."""
    from newsletter.adapters.deliveries import Deliveries

    return Deliveries(aws.client("dynamodb"), settings().deliveries_table)


@cache
def tallies() -> Tallies:
    """Counts of the ledger."""
    from newsletter.adapters.tallies import Tallies

    return Tallies(aws.client("dynamodb"), settings().deliveries_table)


@cache
def reputation() -> Reputation:
    """What came of our mails, and the breaker."""
    from newsletter.adapters.reputation import Reputation

    return Reputation(aws.client("dynamodb"), settings().guards_table)


@cache
def account() -> Account:
    """The account's quota."""
    from newsletter.adapters.account import Account

    return Account(aws.client("sesv2"))


@cache
def leads() -> Leads:
    """Leads."""
    from newsletter.adapters.leads import Leads

    return Leads(aws.client("dynamodb"), settings().leads_table)


@cache
def lead_pointers() -> LeadPointers:
    """Which leads are whose."""
    from newsletter.adapters.lead_pointers import LeadPointers

    return LeadPointers(aws.client("dynamodb"), settings().subscribers_table)


@cache
def presses() -> Presses:
    """Presses on offers."""
    from newsletter.adapters.presses import Presses

    return Presses(aws.client("dynamodb"), settings().guards_table)


@cache
def guards() -> Guards:
    """The rate lane."""
    from newsletter.adapters.guards import Guards

    return Guards(aws.client("dynamodb"), settings().guards_table)


@cache
def failures() -> Failures:
    """Why messages failed."""
    from newsletter.adapters.failures import Failures

    return Failures(aws.client("dynamodb"), settings().guards_table)


@cache
def queues() -> Queues:
    """Our queues."""
    from newsletter.adapters.queues import Queues

    env = settings()
    return Queues(
        aws.client("sqs"),
        plan=env.plan_queue,
        batch=env.batch_queue,
        transactional=env.transactional_queue,
        lead=env.lead_queue,
    )


@cache
def links() -> Links:
    """Signed links."""
    from newsletter.adapters.links import Links

    return Links(secrets().link_keys)


@cache
def forms() -> Forms:
    """Tokens of our own forms."""
    from newsletter.adapters.forms import Forms

    return Forms(secrets().link_keys)


@cache
def proofs() -> Proofs:
    """Proofs of work."""
    from newsletter.adapters.proofs import Proofs

    return Proofs(secrets().link_keys)


@cache
def mailer() -> Mailer:
    """SES."""
    from newsletter.adapters.mailer import Mailer

    return Mailer(aws.client("sesv2"), templates().publication, settings().configuration_set)


@cache
def suppression() -> SuppressionList:
    """SES's suppression list."""
    from newsletter.adapters.suppression import SuppressionList

    return SuppressionList(aws.client("sesv2"))


@cache
def feeds() -> Feeds:
    """Blog feeds."""
    from newsletter.adapters.feeds import Feeds

    return Feeds(allow_local=settings().local)


@cache
def crm() -> Crm:
    """The CRM."""
    from newsletter.adapters.crm import Crm

    return Crm(settings().crm_url, secrets().webhook_secrets)


@cache
def oidc() -> Oidc:
    """The issuer of the console's tokens."""
    from newsletter.adapters.oidc import Oidc

    return Oidc(settings().oidc_issuer, settings().oidc_audience)


@cache
def variants() -> Variants:
    """Rendered variants, each rendered and kept once per container."""
    from newsletter.usecases.render_variant import Variants

    return Variants(templates(), content())


@cache
def digest_readers() -> DigestReaders:
    """What is new to each reader of a digest."""
    from newsletter.usecases.digest_readers import DigestReaders

    return DigestReaders(digests(), templates().publication.time_zone)


@cache
def digest_desk() -> DigestDesk:
    """Everything that starting and deciding on digests takes."""
    from newsletter.usecases.start_digest import DigestDesk

    publication, replacement = templates().publication, settings().feed_url
    return DigestDesk(
        publication=publication,
        templates=templates(),
        feeds=(replacement,) if replacement else tuple(feed.url for feed in publication.feeds),
        content=content(),
        courses=courses(),
        digests=digests(),
        deliveries=deliveries(),
        reputation=reputation(),
        subscribers=subscribers(),
        queues=queues(),
        clock=now,
        settling=0 if settings().local else SETTLING,
    )


@cache
def front_desk() -> FrontDesk:
    """Everything that a reader's request may need."""
    from newsletter.usecases.front_desk import FrontDesk

    return FrontDesk(
        publication=templates().publication,
        subscribers=subscribers(),
        sign_ups=sign_ups(),
        consents=consents(),
        clicks=clicks(),
        enrollments=enrollments(),
        content=content(),
        deliveries=deliveries(),
        leads=leads(),
        limits=limits(),
        presses=presses(),
        queues=queues(),
        secrets=secrets(),
        allow_test_domains=settings().local,
    )


@cache
def planning() -> Planning:
    """What planning works with."""
    from newsletter.usecases.plan_page import Planning

    return Planning(
        subscribers=subscribers(),
        content=content(),
        deliveries=deliveries(),
        queues=queues(),
        variants=variants(),
        readers=digest_readers(),
        mailer=mailer(),
        emitting=emitting(),
    )


@cache
def emitting() -> Emitting:
    """What putting batches on the queue takes."""
    from newsletter.usecases.emit_batches import Emitting

    return Emitting(queues=queues(), guards=guards(), backlog=backlog(), mailer=mailer())


@cache
def reachability() -> Reachability:
    """What mail systems say of readers."""
    from newsletter.adapters.reachability import Reachability

    return Reachability(aws.client("dynamodb"), settings().subscribers_table)


@cache
def aside() -> Aside:
    """What a person shall look at."""
    from newsletter.adapters.aside import Aside

    return Aside(aws.client("dynamodb"), settings().deliveries_table)


@cache
def feedback_desk() -> FeedbackDesk:
    """Everything that a report of SES may need."""
    from newsletter.usecases.record_feedback import FeedbackDesk

    return FeedbackDesk(templates().publication, deliveries(), reachability(), subscribers(), aside())


@cache
def sending() -> Sending:
    """Everything a batch needs on its way to SES."""
    from newsletter.usecases.send_batch import Sending

    return Sending(
        templates=templates(),
        subscribers=subscribers(),
        sign_ups=sign_ups(),
        content=content(),
        courses=courses(),
        deliveries=deliveries(),
        guards=guards(),
        reputation=reputation(),
        mailer=mailer(),
        suppression=suppression(),
        limits=limits(),
        links=links(),
        queues=queues(),
        public_url=settings().public_url,
        now=now,
        sleep=time.sleep,
    )


def reset() -> None:
    """Forget every adapter, so that the next use reads the environment anew (local cloud and tests)."""
    for build in list(globals().values()):
        if hasattr(build, "cache_clear"):
            build.cache_clear()
    aws.forget()
