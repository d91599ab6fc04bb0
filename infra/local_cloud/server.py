"""The local cloud: starts everything the template names in this process, serves it on one port, and cleans up after."""

from __future__ import annotations

import base64
import re
import secrets
import sys
import threading
import time
import tomllib
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from local_cloud import environment, http_server, logs, queues
from local_cloud.backends import Backends
from local_cloud.cloudformation import TemplateError, read_yaml
from local_cloud.crm import Crm
from local_cloud.http_api import Router
from local_cloud.oidc import Issuer
from local_cloud.runtime import Functions, HandlerFailed
from local_cloud.scheduler import Scheduler, UnknownFunction, event, moment, timestamp
from local_cloud.ses.fake import FakeSes
from local_cloud.ses.settings import ConfigurationSet, EventDestination, SesSettings
from local_cloud.stack import load_stack, provision
from local_cloud.web import application

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from local_cloud.stack import Function, Stack

REPOSITORY = Path(__file__).parents[2]
AUDIENCE = "console"
# Recipients per second of the SES fake: quick to rehearse with, and still a rate to keep to.
SEND_RATE = 1_000.0
# A mailing to everybody in a rehearsal is over long before.
DRAIN_SECONDS = 120.0
# A function that still runs at the end is over long before, or hangs.
LAST_SECONDS = 30.0
# How long after an article came out its feed is read, as the schedule of feed_ingest has it.
_BLOG_STEP = timedelta(hours=1)
_SENDER_DOMAIN = "SenderDomain"


class CannotStart(Exception):
    """The local cloud cannot start; the message is one line that says what to do."""


@dataclass(frozen=True)
class Run:
    """One run on demand: what the function returned; whether all queues were empty at the end (`None`: not awaited)."""

    function: str
    now: str
    result: Any
    seconds: float
    drained: bool | None


class LocalCloud:
    """The whole stack on one port. A context manager: started when entered, gone without a trace when left."""

    def __init__(
        self,
        port: int = 0,
        feed_url: str | None = None,
        *,
        root: Path = REPOSITORY,
        templates: Path | None = None,
        crm_url: str | None = None,
        log_level: str = "WARNING",
        auto_deliver: bool = True,
        ingest: bool = True,
    ) -> None:
        """`port` 0 takes a free one. `feed_url`: a URL or file instead of the sample blog.

        `templates`: a folder instead of `root`/templates. `crm_url`: where webhooks go instead of the built-in CRM.
        `auto_deliver`: the SES fake reports each mail as delivered. `ingest`: run feed_ingest at the start."""
        self._wanted_port, self._feed_url, self._root = port, feed_url, root
        self._templates, self._crm_url = templates or root / "templates", crm_url
        self._log_level, self._auto_deliver, self._ingest = log_level, auto_deliver, ingest
        self._exit = ExitStack()
        self.ready = threading.Event()
        self.started_at = datetime.now(UTC)
        self._rehearsed_until = self.started_at

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._exit.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exit.close()

    def _start(self) -> None:
        try:
            listening = self._exit.enter_context(http_server.listen(self._wanted_port))
        except OSError as error:
            port, why = self._wanted_port, error.strerror
            raise CannotStart(
                f"Port {port} cannot be used ({why}). Stop what uses it, or choose another: make demo PORT=8001"
            ) from None
        self.port: int = listening.getsockname()[1]
        self.url = f"http://{http_server.HOST}:{self.port}"
        self.stack: Stack = load_stack(self._root, self._parameters())
        self.environment = self._environment()
        self._exit.enter_context(environment.applied(self.environment))
        self._exit.enter_context(logs.readable_output())
        self.functions = Functions(self.stack.functions, self._root / "functions", self.stack.account)
        self._exit.enter_context(self.functions.importable())
        _reset_container()
        self._exit.callback(_reset_container)

        self.backends = Backends(self.stack.account)
        self.backends.start()
        self._exit.callback(self.backends.stop)
        provision(self.stack, self.backends.client)
        webhook_secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        self.crm = Crm([webhook_secret])
        self.ses = FakeSes(
            ses_settings(self.stack, auto_deliver=self._auto_deliver), self._publish, lambda: datetime.now(UTC)
        )
        self.issuer = Issuer(f"{self.url}/_local/oidc", AUDIENCE)
        self.router = Router(self.stack.functions)
        self.scheduler = Scheduler(self.stack, self.functions)
        self.pollers = queues.Pollers(self.stack, self.functions, self.backends)

        self._exit.enter_context(http_server.serving(listening, application(self)))
        self._exit.callback(self._finish)
        self.pollers.start()
        self._exit.callback(self.pollers.stop)
        self.scheduler.start()
        self._exit.callback(self.scheduler.stop)
        if self._ingest and self.stack.function("feed_ingest"):
            self._first_articles()
        self._put_secrets(webhook_secret)
        self.ready.set()
        threading.Thread(target=self.functions.preload, name="preload", daemon=True).start()

    def run(self, function: str, now: str | None = None, *, wait: bool = True) -> Run:
        """Run a scheduled function (folder or logical id) with its schedule's input, as if it were `now` (ISO 8601).

        `wait`: also until every queue has been worked off. Raises `UnknownFunction`, `ValueError` (now is not a
        time) or `HandlerFailed`."""
        known = self.stack.function(function)
        if known is None or not known.schedules:
            names = ", ".join(self.scheduled())
            raise UnknownFunction(f"{function} is not a scheduled function; those are: {names}")
        schedule = known.schedules[0]
        at = datetime.now(UTC) if now is None else moment(now, schedule.time_zone)
        self._move_blog(at, known)
        given = event(schedule, at)
        started = time.monotonic()
        result = self.functions.invoke(known, given)
        drained = self.drain() if wait else None
        seconds = round(time.monotonic() - started, 3)
        return Run(known.folder, timestamp(at), result, seconds, drained)

    @property
    def blog_time(self) -> datetime:
        """The present of the sample blog: ahead of the clock once a later day was rehearsed, and it never goes back."""
        return max(self._rehearsed_until, datetime.now(UTC))

    def _move_blog(self, at: datetime, function: Function) -> None:
        """Let the sample blog go on until `at`, and have its feed read on the way, as the schedule would have done.

        The last reading is left out when that is what `function` does itself.
        """
        feed_ingest = self.stack.function("feed_ingest")
        if self._feed_url or feed_ingest is None or at - self.blog_time < _BLOG_STEP:
            return
        from local_cloud.blog.site import load_articles

        out = [article.published(self.started_at) for article in reversed(load_articles())]
        for step in (*(each + _BLOG_STEP for each in out if self.blog_time < each + _BLOG_STEP < at), at):
            self._rehearsed_until = step
            if step != at or function != feed_ingest:
                self.functions.invoke(feed_ingest, event(feed_ingest.schedules[0], step))

    def scheduled(self) -> list[str]:
        """The folders of the functions that have a schedule."""
        return [function.folder for function in self.stack.functions if function.schedules]

    def drain(self, timeout: float = DRAIN_SECONDS) -> bool:
        """Wait until no function runs and no message is on its way; `False` after `timeout` seconds.

        Messages that failed and wait for their next try are not waited for (see `retry_now`)."""
        return queues.wait_until(lambda: not (self.pollers.busy or self.functions.running), timeout)

    def retry_now(self) -> int:
        """Deliver what waits for its next try; returns how many messages that is."""
        return self.pollers.retry_now()

    def retrying(self) -> int:
        """How many messages wait for their next try."""
        return sum(each.retrying for each in self.pollers.counts().values())

    def _finish(self) -> None:
        # A function that is cut off here would go on against an AWS that is no longer emulated.
        queues.wait_until(lambda: not self.functions.running, LAST_SECONDS)

    def _first_articles(self) -> None:
        def ingest() -> None:
            try:
                self.run("feed_ingest", wait=False)
            except HandlerFailed:
                logs.write("the feed could not be read at the start; mend it and run feed_ingest from the start page")

        first = threading.Thread(target=ingest, daemon=True)
        first.start()
        # A feed on the Internet may be slow; the start page need not wait for it.
        first.join(timeout=3)

    def _publish(self, topic_arn: str, text: str) -> None:
        self.backends.client("sns").publish(TopicArn=topic_arn, Message=text)

    def _parameters(self) -> dict[str, str]:
        declared = read_yaml(self._root / "template.yaml", "template.yaml").get("Parameters", {})
        known = {
            "PublicUrl": self.url,
            "CrmWebhookUrl": crm_address(self._crm_url) or f"{self.url}/_local/crm/webhook",
            "FeedUrl": feed_address(self._feed_url) or f"{self.url}/_local/blog/feed.xml",
            "OidcIssuer": f"{self.url}/_local/oidc",
            "OidcAudience": AUDIENCE,
        }
        if _SENDER_DOMAIN in declared:
            known[_SENDER_DOMAIN] = sender_domain(self._templates / "publication.toml")
        return {name: value for name, value in known.items() if name in declared}

    def _environment(self) -> dict[str, str]:
        return {
            **environment.of_functions(self.stack),
            **environment.of_aws(self.stack),
            "AWS_ENDPOINT_URL_SESV2": f"{self.url}/_local/ses",
            "NEWSLETTER_TEMPLATES": str(self._templates.resolve()),
            "NEWSLETTER_LOCAL": "1",
            "POWERTOOLS_LOG_LEVEL": self._log_level,
            # Metrics are lines for CloudWatch to read; there is none here.
            "POWERTOOLS_METRICS_DISABLED": "true",
        }

    def _put_secrets(self, webhook_secret: str) -> None:
        path = self.environment.get("NEWSLETTER_SECRETS_PATH")
        if path:
            values = {
                "pepper": secrets.token_hex(32),
                "link_keys": secrets.token_hex(32),
                "webhook_secrets": webhook_secret,
            }
            self.backends.put_secrets({f"{path}/{name}": value for name, value in values.items()})


def ses_settings(stack: Stack, *, auto_deliver: bool) -> SesSettings:
    """Identities, configuration sets and event destinations of the stack, as the SES fake takes them."""
    topics: dict[str, list[EventDestination]] = {
        each.physical_id: [] for each in stack.of_type("AWS::SES::ConfigurationSet")
    }
    for each in stack.of_type("AWS::SES::ConfigurationSetEventDestination"):
        destination = each.properties["EventDestination"]
        if not destination.get("Enabled", True):
            continue
        if "SnsDestination" not in destination:
            raise TemplateError(
                f"{each.file}: {each.logical_id}: the local cloud reports SES events to SNS topics only"
            )
        to = EventDestination(destination["SnsDestination"]["TopicARN"], frozenset(destination["MatchingEventTypes"]))
        topics[each.properties["ConfigurationSetName"]].append(to)
    return SesSettings(
        identities=frozenset(each.physical_id for each in stack.of_type("AWS::SES::EmailIdentity")),
        configuration_sets={
            each.physical_id: ConfigurationSet(tuple(topics[each.physical_id]), _suppressed_reasons(each.properties))
            for each in stack.of_type("AWS::SES::ConfigurationSet")
        },
        max_send_rate=SEND_RATE,
        region=stack.account.region,
        account_id=stack.account.account_id,
        auto_deliver=auto_deliver,
    )


def _suppressed_reasons(configuration_set: Mapping[str, Any]) -> frozenset[str] | None:
    options = configuration_set.get("SuppressionOptions")
    return None if options is None else frozenset(options.get("SuppressedReasons", ()))


def sender_domain(publication: Path) -> str:
    """The domain of the sender address in publication.toml; `CannotStart` when the file has a fault."""
    from newsletter.platform.errors import InvalidPublication
    from newsletter.publication.publication import parse_publication

    try:
        sender = parse_publication(tomllib.loads(publication.read_text(encoding="utf-8"))).sender
    except OSError as error:
        raise CannotStart(f"{publication} cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, InvalidPublication) as error:
        raise CannotStart(f"{publication}: {error}") from None
    return sender.address.rpartition("@")[2]


def feed_address(given: str | None) -> str | None:
    """The feed as a URL: http(s) as it is, a file as file://. `CannotStart` when the file is missing."""
    if not given or given.startswith(("http://", "https://")):
        return given or None
    path = Path(given.removeprefix("file://")).expanduser()
    if not path.is_file():
        raise CannotStart(
            f"NEWSLETTER_FEED_URL: there is no file {given}; give a file that exists, or an http(s) address"
        )
    return path.resolve().as_uri()


def templates_folder(given: str | None) -> Path | None:
    """The folder that NEWSLETTER_TEMPLATES names. `CannotStart` when there is no publication.toml in it."""
    if not given:
        return None
    path = Path(given).expanduser()
    if not (path / "publication.toml").is_file():
        raise CannotStart(
            f"NEWSLETTER_TEMPLATES: there is no publication.toml in {given}; give a folder made like templates/"
        )
    return path


def crm_address(given: str | None) -> str | None:
    """The CRM's address. `CannotStart` when it is not http(s)."""
    if given and not re.fullmatch(r"https?://[^\s/]+\S*", given):
        raise CannotStart(
            f"NEWSLETTER_CRM_URL is {given!r} and must be an http(s) address, like http://127.0.0.1:9000/webhook"
        )
    return given or None


def _reset_container() -> None:
    container = sys.modules.get("newsletter.container")
    if container is not None:
        container.app.reset()
