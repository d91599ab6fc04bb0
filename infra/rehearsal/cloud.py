"""The local cloud: starts everything the template names in this process, serves it on one port, and cleans up after."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rehearsal import environment
from rehearsal.aws.backends import Backends
from rehearsal.aws.dynamodb import Database
from rehearsal.clock import Clock
from rehearsal.lambda_ import logs, pollers
from rehearsal.lambda_.log_groups import LogGroups
from rehearsal.lambda_.runtime import Functions, HandlerFailed
from rehearsal.lambda_.scheduler import Scheduler
from rehearsal.lambda_.versions import Containers, Version
from rehearsal.limits import front_door
from rehearsal.playing import DRAIN_SECONDS, Engine, Moved, Player, Run
from rehearsal.ses.fake import FakeSes
from rehearsal.ses.receiving.receiver import Receiver
from rehearsal.settings import CannotStart, crm_address, domains, feed_address, ses_settings
from rehearsal.site import crm_views, http_server, inbound_views, mail_views, oidc_views, start_views
from rehearsal.site.crm import Crm
from rehearsal.site.http_api import Router
from rehearsal.site.oidc import Issuer
from rehearsal.site.views import PageRoute, Views
from rehearsal.site.web import AWS_PREFIX, application
from rehearsal.template.cloudformation import read_yaml
from rehearsal.template.provision import provision
from rehearsal.template.stack import load_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from types import TracebackType

    from rehearsal.template.model import Stack

REPOSITORY = Path(__file__).parents[2]
AUDIENCE = "console"
# A function that still runs at the end is over long before, or hangs.
LAST_SECONDS = 30.0
# For how long items that expired are still there. AWS: "typically within a few days".
EXPIRY_SECONDS = 2 * 86_400.0
_PAGES: tuple[PageRoute, ...] = (
    *start_views.ROUTES,
    *mail_views.ROUTES,
    *inbound_views.ROUTES,
    *crm_views.ROUTES,
    *oidc_views.ROUTES,
)


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
        """`port` 0 takes a free one. `feed_url`: a URL, a file or `publication` instead of the sample blog.

        `templates`: a folder instead of `root`/templates. `crm_url`: where webhooks go instead of the built-in CRM.
        `auto_deliver`: the SES fake reports each mail as delivered. `ingest`: run feed_ingest at the start."""
        self._wanted_port, self._feed_url, self._root = port, feed_url, root
        self._templates, self._crm_url = templates or root / "templates", crm_url
        self._log_level, self._auto_deliver, self._ingest = log_level, auto_deliver, ingest
        self._exit = ExitStack()
        self.ready = threading.Event()
        self.clock = Clock()

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
        self.log_groups = LogGroups.of_stack(self.stack, self.clock.timestamp)
        self._exit.enter_context(logs.readable_output(self.log_groups.of_function, self._log_level))
        containers = Containers({"AWS_ENDPOINT_URL": f"{self.url}{AWS_PREFIX}"})
        self._exit.callback(containers.stop)
        self._first = Version(1, self._root / "functions", self._templates)
        self.functions = Functions(
            self.stack.functions, self._first, self.stack.account, containers, self.clock.seconds_ahead
        )
        self._exit.enter_context(self.functions.importable())
        self._exit.enter_context(_product_with(self.clock))

        self.database = Database(now=self.clock.timestamp, expiry_delay=EXPIRY_SECONDS)
        self.backends = Backends(self.stack.account, self.clock.timestamp, self.database, self.log_groups)
        self.backends.start()
        self._exit.callback(self.backends.stop)
        provision(self.stack, self.backends.client)
        webhook_secret, inbound_secret = _webhook_secret(), _webhook_secret()
        crm_token = secrets.token_urlsafe(24)
        self.crm = Crm([webhook_secret], self.clock.now, token=crm_token, inbound_secret=inbound_secret)
        self.ses = FakeSes(ses_settings(self.stack, auto_deliver=self._auto_deliver), self._publish, self.clock.now)
        self.receiver = Receiver(self.stack, self.backends.store, self._publish, self.clock.now)
        self.issuer = Issuer(f"{self.url}/_local/oidc", AUDIENCE, self.clock.timestamp)
        self.router = Router(self.stack.functions)
        self.front_door = front_door.of_stack(self.stack, time.monotonic)
        self.scheduler = Scheduler(self.stack, self.functions, self.clock)
        self.pollers = pollers.Pollers(self.stack, self.functions, self.backends)
        engine = Engine(self.stack, self.functions, self.pollers, self.scheduler)
        self.player = Player(self.clock, engine, sample_blog=not self._feed_url)

        self._exit.enter_context(http_server.serving(listening, application(self, Views(self, _PAGES))))
        self._exit.callback(self._finish)
        self.pollers.start()
        self._exit.callback(self.pollers.stop)
        self.scheduler.start()
        self._exit.callback(self.scheduler.stop)
        if self._ingest and self.stack.function("feed_ingest"):
            self._first_articles()
        self._put_secrets(webhook_secret, inbound_secret, crm_token)
        self.ready.set()
        threading.Thread(target=self.functions.preload, name="preload", daemon=True).start()

    def run(self, function: str, now: str | None = None, *, wait: bool = True) -> Run:
        """Run a scheduled function (folder or logical id) with its schedule's input, as if it were `now` (ISO 8601).

        `wait`: also until every queue has been worked off. Raises `UnknownFunction`, `ValueError` (now is not a
        time) or `HandlerFailed`."""
        return self.player.run(function, now, wait=wait)

    def move_clock(self, now: object) -> Moved:
        """Move the clock of everything to a later time (ISO 8601 with its offset) and play what happens until then;
        `None` brings the computer's clock back. Raises `ValueError`."""
        if now is not None:
            return self.player.move_to(now)
        moved = self.player.reset()
        _free_lanes(self.clock)
        return moved

    def deploy(self, *, code: Path | None = None, templates: Path | None = None) -> Iterator[str]:
        """Let the functions go over to a new version with this code and these templates, one after the other, in the
        order of the template; without either, back to what the local cloud was started with.

        Yields the name of each function that has, so that things can happen in between. Runs that are under way end
        with what they began with. A function without an alias has no versions: its code comes first and its templates
        later, as AWS has a call for each.
        """
        first, publish = self._first, self.functions.publish
        back = code is None and templates is None
        whole = first if back else publish(code or first.code, templates or first.templates)
        for function in self.stack.functions:
            alias = self.functions.aliases[function.logical_id]
            if not function.alias:
                alias.point_to(publish(whole.code, alias.chosen().templates))
                yield function.folder
            alias.point_to(whole)
            yield function.folder

    @property
    def started_at(self) -> datetime:
        """When it was started."""
        return self.player.started_at

    @property
    def blog_time(self) -> datetime:
        """The present of the sample blog."""
        return self.player.blog_time

    def scheduled(self) -> list[str]:
        """The folders of the functions that have a schedule."""
        return [function.folder for function in self.stack.functions if function.schedules]

    def drain(self, timeout: float = DRAIN_SECONDS) -> bool:
        """Wait until no function runs and no message is on its way; `False` after `timeout` seconds.

        Messages that failed and wait for their next try are not waited for (see `retry_now`)."""
        return self.player.drain(timeout)

    def retry_now(self) -> int:
        """Deliver what waits for its next try; returns how many messages that is."""
        return self.pollers.retry_now()

    def retrying(self) -> int:
        """How many messages wait for their next try."""
        return sum(each.retrying for each in self.pollers.counts().values())

    def _finish(self) -> None:
        # A function that is cut off here would go on against an AWS that is no longer emulated.
        pollers.wait_until(lambda: not self.functions.running, LAST_SECONDS)

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
            "FeedUrl": feed_address(self._feed_url, f"{self.url}/_local/blog/feed.xml"),
            "OidcIssuer": f"{self.url}/_local/oidc",
            "OidcAudience": AUDIENCE,
        }
        if "SenderDomain" in declared:
            known["SenderDomain"], known["ReplyDomain"] = domains(self._templates / "publication.toml")
        return {name: value for name, value in known.items() if name in declared}

    def _environment(self) -> dict[str, str]:
        return {
            **environment.of_functions(self.stack),
            **environment.of_aws(self.stack),
            "AWS_ENDPOINT_URL_SESV2": f"{self.url}/_local/ses",
            "NEWSLETTER_TEMPLATES": str(self._templates.resolve()),
            "NEWSLETTER_LOCAL": "1",
            # All that is kept in Lambda is kept here; the terminal shows what was asked for.
            "POWERTOOLS_LOG_LEVEL": "DEBUG" if self._log_level == "DEBUG" else "INFO",
            # Metrics are lines for CloudWatch to read; there is none here.
            "POWERTOOLS_METRICS_DISABLED": "true",
        }

    def _put_secrets(self, webhook_secret: str, inbound_secret: str, crm_token: str) -> None:
        path = self.environment.get("NEWSLETTER_SECRETS_PATH")
        if path:
            values = {
                "pepper": secrets.token_hex(32),
                "link_keys": secrets.token_hex(32),
                "webhook_secrets": webhook_secret,
                "crm_inbound_secrets": inbound_secret,
                "crm_token": crm_token,
            }
            self.backends.put_secrets({f"{path}/{name}": value for name, value in values.items()})


def _webhook_secret() -> str:
    """As Standard Webhooks want it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _free_lanes(clock: Clock) -> None:
    """The sender keeps until when it has promised the rate of SES; after a day to come that would be a long wait."""
    from newsletter.container import app
    from newsletter.platform.rate_limit import BULK, QUEUED, TRANSACTIONAL

    if app.settings.guards_table:
        for lane in (TRANSACTIONAL, BULK, QUEUED):
            app.rate_limiter.release(lane, clock.timestamp())


@contextmanager
def _product_with(clock: Clock) -> Iterator[None]:
    """The product has forgotten what it knew of another stack, and takes the present from this clock."""
    from newsletter.container import app

    app.reset()
    vars(app)["now"] = clock.now
    try:
        yield
    finally:
        del vars(app)["now"]
        app.reset()
