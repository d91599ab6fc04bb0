"""The first third of the container: settings, secrets, templates, and the stores of what is kept of each reader.

Apart from stores.py and container.py only to keep the files short; nobody else imports this module.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from newsletter.platform.aws import clients as aws
from newsletter.platform.settings import Settings, read_settings

if TYPE_CHECKING:
    from newsletter.leads.answers.answers_store import OfferAnswers
    from newsletter.leads.lead_pointers_store import LeadPointers
    from newsletter.leads.leads_store import Leads
    from newsletter.leads.outbox.outbox_store import Outbox
    from newsletter.leads.visits.held_visits import HeldVisits
    from newsletter.leads.visits.rules import Rules
    from newsletter.mail.templates import Templates
    from newsletter.nurture.due_store import DueIndex
    from newsletter.nurture.enrollments.enrollments_store import Enrollments
    from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints
    from newsletter.platform.aws.secrets_client import Secrets
    from newsletter.publication.publication import Publication
    from newsletter.readers.consents.consents_store import Consents
    from newsletter.readers.profiles.bounces_store import Bounces
    from newsletter.readers.profiles.confirmed_days_store import ConfirmedDays
    from newsletter.readers.profiles.movements_store import Movements
    from newsletter.readers.profiles.reader_data_store import ReaderData
    from newsletter.readers.profiles.reader_export_store import ReaderExport
    from newsletter.readers.profiles.reader_list_store import ReaderList
    from newsletter.readers.profiles.subscribers_store import Subscribers
    from newsletter.readers.signup.sign_ups_store import SignUps


class ReaderStores:
    """The stores on the tables Subscribers and Leads (infra/storage.yaml). What each keeps is said at its class."""

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

    @cached_property
    def scanner_rules(self) -> Rules:
        """By what programs are known among the visitors of links: scanners.toml, read once."""
        from newsletter.leads.visits.rules import read_rules

        return read_rules(self.settings.templates)

    @cached_property
    def held_visits(self) -> HeldVisits:
        """What this container keeps of programs' visits for a moment."""
        from newsletter.leads.visits.held_visits import MOST, HeldVisits

        # The local cloud has one container, and what came last would stay in it until the next visitor.
        return HeldVisits(self.scanner_rules, 1 if self.settings.local else MOST)

    # --- table Subscribers --------------------------------------------------------------------------------------------

    @cached_property
    def subscribers(self) -> Subscribers:
        from newsletter.readers.profiles.subscribers_store import Subscribers

        env = self.settings
        return Subscribers(aws.client("dynamodb"), env.subscribers_table, env.mailable_index)

    @cached_property
    def confirmed_days(self) -> ConfirmedDays:
        """Who signed up when, for rules that ask for it."""
        from newsletter.readers.profiles.confirmed_days_store import ConfirmedDays

        env = self.settings
        return ConfirmedDays(aws.client("dynamodb"), env.subscribers_table, env.mailable_index)

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
    def movements(self) -> Movements:
        """Who joined and left, week by week."""
        from newsletter.readers.profiles.movements_store import Movements

        return Movements(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def reader_list(self) -> ReaderList:
        """Readers counted and listed."""
        from newsletter.readers.profiles.reader_list_store import ReaderList

        env = self.settings
        return ReaderList(aws.client("dynamodb"), env.subscribers_table, env.mailable_index)

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
    def enrollments(self) -> Enrollments:
        from newsletter.nurture.enrollments.enrollments_store import Enrollments

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
    def offer_answers(self) -> OfferAnswers:
        """What readers typed after the button of an offer, until their lead has it."""
        from newsletter.leads.answers.answers_store import OfferAnswers

        return OfferAnswers(aws.client("dynamodb"), self.settings.subscribers_table)

    @cached_property
    def fingerprints(self) -> Fingerprints:
        """Which pepper the ids of the table were made with."""
        from newsletter.platform.aws.pepper_fingerprints_store import Fingerprints

        return Fingerprints(aws.client("dynamodb"), self.settings.subscribers_table)

    # --- table Leads --------------------------------------------------------------------------------------------------

    @cached_property
    def leads(self) -> Leads:
        from newsletter.leads.leads_store import Leads

        return Leads(aws.client("dynamodb"), self.settings.leads_table)

    @cached_property
    def outbox(self) -> Outbox:
        """What the CRM is to be told of each lead, and every attempt to tell it."""
        from newsletter.leads.outbox.outbox_store import Outbox

        return Outbox(aws.client("dynamodb"), self.settings.leads_table)
