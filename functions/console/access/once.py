"""`Idempotency-Key`: a request of a program that is sent twice is carried out once, and answered twice.

As draft-ietf-httpapi-idempotency-key-header-07 says, and as payment services do it: the first answer is kept for a day
under the user and the key. A refusal is not kept, since nothing was done.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from console.principal import Principal
from console.request import Request
from newsletter.container import app
from newsletter.platform.errors import InvalidInput, NewsletterError, NotNow
from newsletter.platform.web.answer import Answer, json_answer
from newsletter.platform.web.kept_answers_store import LEASE, MAX_BODY, KeptAnswer

HEADER = "Idempotency-Key"
MAX_KEY = 255
QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"', re.ASCII)
"""A String of RFC 9651, 3.3.3, as the draft has it."""
BARE = re.compile(r"[A-Za-z0-9._:~+/=-]+", re.ASCII)
"""What most programs send instead: a UUID without quotes."""
KEPT_HEADERS = ("Location", "ETag")


class BadKey(NewsletterError):
    """The header is no key; the message says what would be."""


class InProgress(NotNow):
    """The first request with this key has not been answered yet."""

    seconds = int(LEASE.total_seconds())


@dataclass(frozen=True)
class Attempt:
    """One try of a request with a key; what it makes gets ids of its own, the same at every try."""

    digest: str
    began: datetime

    @property
    def draft_id(self) -> str:
        """For a draft (edit_drafts.DRAFT_ID)."""
        return f"{self.began:%Y%m%d%H%M%S}-{self.digest[:12]}"

    @property
    def nonce(self) -> str:
        """For anything else."""
        return self.digest


def key_of(request: Request) -> str:
    """The key; empty where the request has none. Raises BadKey."""
    if not request.has_header(HEADER.lower()):
        return ""
    given = request.header(HEADER.lower()).strip()
    quoted = QUOTED.fullmatch(given)
    key = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else given if BARE.fullmatch(given) else ""
    if not key:
        right = f'1 to {MAX_KEY} characters of ASCII in quotes, such as "8e03978e-40d5-43dd-bc93-6894a57f9324"'
        raise BadKey(f"{HEADER}: give one key, {right}")
    if len(key) > MAX_KEY:
        raise BadKey(f"{HEADER}: {len(key)} characters; at most {MAX_KEY}")
    return key


def once(
    request: Request,
    who: Principal,
    work: Callable[[], Answer],
    *,
    refused: Callable[[Exception], bool],
    shown_again: Callable[[], Answer] | None,
) -> Answer:
    """What `work` answers, or what it answered before for this key and this request.

    `refused` tells an error after which nothing was done from one after which nobody knows. Where answers show a
    reader, they are not kept: `shown_again` shows once more what the request was about, as it is now.

    Raises BadKey, InProgress, InvalidInput for a key that another request has used.
    """
    key = key_of(request)
    if not key:
        return work()
    name = hashlib.sha256(f"{who.digest}\n{key}".encode()).hexdigest()
    attempt = app.nonce()
    claim = app.kept_answers.claim(name, _digest(request), attempt, app.now())
    if not claim.same:
        raise InvalidInput(HEADER, "was used for another request within a day; give each request a key of its own")
    if claim.answer:
        return _again(claim.answer, shown_again)
    if not claim.mine:
        raise InProgress("the first request with this Idempotency-Key has not been answered yet; try again later")
    request.attempt = Attempt(name, claim.began)
    try:
        answer = work()
    except Exception as error:
        (app.kept_answers.forget if refused(error) else app.kept_answers.give_back)(name, attempt)
        raise
    if answer.status >= 400 or len(answer.body.encode()) > MAX_BODY:
        (app.kept_answers.forget if 400 <= answer.status < 500 else app.kept_answers.give_back)(name, attempt)
        return answer
    headers = {header: answer.headers[header] for header in KEPT_HEADERS if header in answer.headers}
    kept = KeptAnswer(answer.status, headers, None if shown_again else answer.body)
    app.kept_answers.finish(name, attempt, kept)
    return answer


def _again(kept: KeptAnswer, shown_again: Callable[[], Answer] | None) -> Answer:
    body = kept.body if kept.body is not None or shown_again is None else shown_again().body
    answer = json_answer(kept.status, {}, {**kept.headers, "Idempotent-Replayed": "true"})
    return Answer(answer.status, answer.headers, body or "")


def _digest(request: Request) -> str:
    """Of what is asked for, however its JSON is written."""
    try:
        body = json.dumps(request.json_object(), sort_keys=True).encode()
    except InvalidInput:
        body = request.body
    asked = [request.method, request.path, request.query_string, request.header("if-match")]
    return hashlib.sha256(json.dumps(asked).encode() + b"\n" + body).hexdigest()
