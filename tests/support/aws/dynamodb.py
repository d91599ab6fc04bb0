"""The real adapters on three DynamoDBs that know nothing of each other: moto and the rehearsal's own in this process,
dynalite over HTTP.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from newsletter.articles.articles_store import Articles
from newsletter.articles.feeds.feed_states_store import FeedStates
from newsletter.container import app
from newsletter.leads.leads_store import Leads
from newsletter.mailings.decisions_store import Decisions
from newsletter.mailings.digests.digests_store import Digests
from newsletter.mailings.mailings_store import Mailings
from newsletter.mailings.planning.manifests_store import Manifests
from newsletter.nurture.due_store import DueIndex
from newsletter.nurture.enrollments.enrollments_store import Enrollments
from newsletter.platform.aws import clients as aws
from newsletter.platform.rate_limiter_store import RateLimiter
from newsletter.readers.consents.consents_store import Consents
from newsletter.readers.profiles.reader_data_store import ReaderData
from newsletter.readers.profiles.subscribers_store import Subscribers
from newsletter.readers.signup.limits_store import SignUpLimits
from newsletter.readers.signup.sign_ups_store import SignUps
from newsletter.sending.deliveries_store import Deliveries
from rehearsal import environment
from rehearsal.aws.backends import Backends
from rehearsal.aws.dynamodb import Database
from rehearsal.template.model import Stack
from rehearsal.template.provision import provision
from rehearsal.template.stack import load_stack
from tests.skips import DYNALITE, require
from tests.support.mailings.templates import TEMPLATES

ROOT = Path(__file__).parents[3]
_numbers = count()


@dataclass(frozen=True)
class Adapters:
    """One set of adapters on the tables of infra/storage.yaml."""

    client: Any
    stack: Stack
    subscribers: Subscribers
    reader_data: ReaderData
    sign_ups: SignUps
    consents: Consents
    enrollments: Enrollments
    due_index: DueIndex
    articles: Articles
    feed_states: FeedStates
    mailings: Mailings
    decisions: Decisions
    digests: Digests
    manifests: Manifests
    deliveries: Deliveries
    leads: Leads
    guards: RateLimiter
    limits: SignUpLimits

    def new(self, prefix: str) -> str:
        """A name that no other test uses, because the tables are shared by the tests of a file."""
        return f"{prefix}{next(_numbers):06}"

    def table(self, logical_id: str) -> str:
        """The name of a table."""
        return _table(self.stack, logical_id)


@pytest.fixture(scope="session")
def dynalite() -> Iterator[str]:
    """The address of a running dynalite, stopped at the end."""
    cli = require(DYNALITE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["node", str(cli), "--host", "127.0.0.1", "--port", str(port), "--createTableMs", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        said = ""
        try:
            while "listening" not in said:
                line = process.stdout.readline()
                assert line != "", f"dynalite did not start: {said}"
                said += line
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


# Last the one without moto in this process: its tables are still there when the tests of the file that need none begin,
# and an account that they share (account.py) must not be built inside another.
@pytest.fixture(scope="module", params=["moto", "rehearsal", "dynalite"])
def adapters(request: pytest.FixtureRequest) -> Iterator[Adapters]:
    """The adapters, with empty tables for each file of tests."""
    stack = load_stack(ROOT, _PARAMETERS, stack_name=f"adapters-{next(_numbers)}")
    variables = {
        **environment.of_functions(stack),
        **environment.of_aws(stack),
        "NEWSLETTER_TEMPLATES": str(TEMPLATES),
        "POWERTOOLS_METRICS_DISABLED": "true",
    }
    if request.param == "dynalite":
        variables["AWS_ENDPOINT_URL_DYNAMODB"] = request.getfixturevalue("dynalite")
        with environment.applied(variables), _built(stack) as built:
            yield built
        return
    # The local cloud's moto, which works under a lock as DynamoDB works on one item at a time; or its own DynamoDB.
    backends = Backends(stack.account, database=Database() if request.param == "rehearsal" else None)
    with environment.applied(variables):
        backends.start()
        try:
            with _built(stack) as built:
                yield built
        finally:
            backends.stop()


_PARAMETERS = {
    "PublicUrl": "http://127.0.0.1:8000",
    "SenderDomain": "example.com",
    "CrmWebhookUrl": "http://127.0.0.1:8000/crm",
    "OidcIssuer": "http://127.0.0.1:8000/oidc",
    "OidcAudience": "console",
}


@contextmanager
def _built(stack: Stack) -> Iterator[Adapters]:
    app.reset()
    client = aws.client("dynamodb")
    provision(stack, lambda _: client, only={"AWS::DynamoDB::Table"})
    settings = app.settings
    try:
        yield Adapters(
            client=client,
            stack=stack,
            subscribers=app.subscribers,
            reader_data=app.reader_data,
            sign_ups=app.sign_ups,
            consents=Consents(client, settings.subscribers_table, lambda: b"a key of the tests"),
            enrollments=app.enrollments,
            due_index=app.due_index,
            articles=app.articles,
            feed_states=app.feed_states,
            mailings=app.mailings,
            decisions=app.decisions,
            digests=app.digests,
            manifests=app.manifests,
            deliveries=app.deliveries,
            leads=app.leads,
            guards=app.rate_limiter,
            limits=app.sign_up_limits,
        )
    finally:
        client.close()
        app.reset()


def _table(stack: Stack, logical_id: str) -> str:
    return next(table.physical_id for table in stack.of_type("AWS::DynamoDB::Table") if table.logical_id == logical_id)
