"""The start page, running scheduled functions, the queues, the sample blog and what a second terminal needs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import BadRequest, InternalServerError, NotFound
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from rehearsal.clock import FARTHEST
from rehearsal.lambda_.runtime import HandlerFailed
from rehearsal.lambda_.scheduler import UnknownFunction
from rehearsal.site.answers import as_json, json_object

if TYPE_CHECKING:
    from rehearsal.aws.backends import QueueCounts
    from rehearsal.site.protocol import Cloud
    from rehearsal.site.views import PageRoute, Views


@dataclass(frozen=True)
class QueueState:
    """A queue of the pipeline, who reads it, how its messages stand, and how many were given up."""

    name: str
    function: str
    counts: QueueCounts
    dead: int


def queue_states(cloud: Cloud) -> list[QueueState]:
    """The queues that feed functions, in the order of the template."""
    dead_letters = {
        queue.physical_id: queue.properties.get("RedrivePolicy", {}).get("deadLetterTargetArn", "").rpartition(":")[2]
        for queue in cloud.stack.of_type("AWS::SQS::Queue")
    }
    counts = cloud.pollers.counts()
    states = []
    for function in cloud.stack.functions:
        for source in function.queues:
            name, dead = source.queue_name, dead_letters.get(source.queue_name)
            given_up = cloud.backends.visible(dead) if dead else 0
            states.append(QueueState(name, function.folder, counts[name], given_up))
    return states


def start(views: Views, _request: Request) -> Response:
    """The page that links everything."""
    cloud = views.cloud
    scheduled = [function for function in cloud.stack.functions if function.schedules]
    return views.page(
        "start.html",
        scheduled=scheduled,
        queues=queue_states(cloud),
        mails=len(cloud.ses.mailbox),
        now=cloud.clock.now(),
    )


def health(views: Views, _request: Request) -> Response:
    """Everything has started, or this would not answer."""
    views.cloud.ready.wait()
    return as_json({"status": "ok", "started_at": views.cloud.started_at.isoformat(), "url": views.cloud.url})


def run(views: Views, request: Request, function: str) -> Response:
    """Run a scheduled function now: JSON in and out, or the form of the start page and a page for a person."""
    # The type alone says nothing: `curl -d '{...}'` calls its JSON a form, too. Read first, the form is parsed from it.
    request.get_data()
    from_page = "as_page" in request.form
    given = {"now": request.form.get("now") or None} if from_page else json_object(request)
    now, wait = given.get("now"), given.get("wait", True)
    if not isinstance(wait, bool):
        raise BadRequest(f"wait is {wait!r} and must be true or false.")
    unknown = set(given) - {"now", "wait"}
    if unknown:
        raise BadRequest(f"{', '.join(sorted(unknown))} is not known; the body may have now and wait.")
    try:
        done = views.cloud.run(function, now, wait=wait)
    except UnknownFunction as error:
        raise NotFound(str(error)) from None
    except HandlerFailed as error:
        raise InternalServerError(f"{function} failed: {error}. The traceback is in the terminal.") from None
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return views.page("run.html", run=done) if from_page else as_json(asdict(done))


def clock(views: Views, request: Request) -> Response:
    """Move the clock: `{"now": "<ISO 8601>"}` or `{"days": 1}`, `{}` for the computer's own; or a form with these."""
    request.get_data()
    from_page = "as_page" in request.form
    by_form = from_page or "now" in request.form or "days" in request.form
    given = _typed_clock(request) if by_form else json_object(request)
    unknown = set(given) - {"now", "days"}
    if unknown:
        raise BadRequest(f"{', '.join(sorted(unknown))} is not known; the body may have now or days.")
    if "days" in given:
        given = _days_ahead(given, views.cloud.clock.now())
    if "now" in given and given["now"] is None:
        raise BadRequest("now is null and must be an ISO 8601 time; leave it out to bring the real time back.")
    views.cloud.ready.wait()
    try:
        moved = views.cloud.move_clock(given.get("now"))
    except ValueError as error:
        raise BadRequest(f"{error}.") from None
    return redirect("/#clock", 303) if from_page else as_json(asdict(moved))


def clock_now(views: Views, _request: Request) -> Response:
    """What time it is."""
    ahead = views.cloud.clock.ahead.total_seconds()
    return as_json({"now": views.cloud.clock.now().isoformat(), "ahead": round(ahead, 3)})


def _typed_clock(request: Request) -> dict[str, Any]:
    """A time that was typed is in this computer's time zone; else so many days from the present, or the real time."""
    text, days = request.form.get("now", ""), request.form.get("days", "")
    if days:
        return {"days": int(days) if days.isdecimal() and days.isascii() else days}
    try:
        return {"now": datetime.fromisoformat(text).astimezone().isoformat()} if text else {}
    except (ValueError, OverflowError):
        return {"now": text}


def _days_ahead(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    days = given["days"]
    if "now" in given or type(days) is not int or not 1 <= days <= FARTHEST.days:
        raise BadRequest(f"days is {days!r} and must be a number from 1 to {FARTHEST.days}, without now beside it.")
    return {"now": (now + timedelta(days=days)).isoformat()}


def retry(views: Views, _request: Request) -> Response:
    """Deliver what waits for its next try."""
    views.cloud.retry_now()
    return redirect("/#queues", 303)


def environment(views: Views, _request: Request) -> Response:
    """What `eval "$(curl -s .../_local/environment)"` needs to point a second terminal here."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(_variables(views).items())]
    return Response("".join(lines), content_type="text/plain; charset=utf-8")


def environment_json(views: Views, _request: Request) -> Response:
    """The same for `newsletter --local`, and by how many seconds the clock is ahead, for it is to act by this one."""
    return as_json({**_variables(views), "clock_ahead": str(views.cloud.clock.ahead.total_seconds())})


def _variables(views: Views) -> dict[str, str]:
    return {**views.cloud.environment, "AWS_ENDPOINT_URL": f"{views.cloud.url}/_local/aws"}


def blog(views: Views, _request: Request, path: str = "") -> Response:
    """The sample blog."""
    # Imports Babel and Markdown, which the start need not wait for.
    from rehearsal.site.blog import site

    found = site.respond(f"{views.cloud.url}/_local/blog", path, views.cloud.started_at, views.cloud.blog_time)
    if found is None:
        raise NotFound("The sample blog has no such page.")
    media_type, body = found
    return Response(body, content_type=media_type)


ROUTES: list[PageRoute] = [
    ("GET", "/", start),
    ("GET", "/_local", start),
    ("GET", "/_local/health", health),
    ("POST", "/_local/run/<function>", run),
    ("GET", "/_local/clock", clock_now),
    ("POST", "/_local/clock", clock),
    ("POST", "/_local/retry", retry),
    ("GET", "/_local/environment", environment),
    ("GET", "/_local/environment.json", environment_json),
    ("GET", "/_local/blog", blog),
    ("GET", "/_local/blog/", blog),
    ("GET", "/_local/blog/<path:path>", blog),
]
