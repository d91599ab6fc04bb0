"""Lists of readers to import, what an import made of them, and readers of all kinds to export."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cli.imports import import_readers
from cli.readers import consent, export_readers
from newsletter.container import app
from newsletter.readers import my_data
from newsletter.readers.choices import CHOICES, Choices
from newsletter.readers.consents.consent import Consent, imported_record
from newsletter.readers.imports.options import NO_OPTIONS, ImportOptions
from newsletter.readers.subscriber import Status, Subscriber, subscriber_id
from tests.support.readers.stored import all_stored, stored_profile
from tests.support.stack.cloud import PEPPER, Cloud

NOW = datetime.now(UTC).replace(microsecond=0)
EVIDENCE = "messut 2.10.2026, lomake 4"
LEFT = (Status.UNSUBSCRIBED, Status.BOUNCED, Status.COMPLAINED)


def id_of(email: str) -> str:
    return subscriber_id(PEPPER.encode(), email)


def status_of(email: str) -> str:
    profile = stored_profile(app.subscribers, id_of(email))
    return str(profile["status"]) if profile else ""


def bring(
    path: Path, text: str, how: str = "confirmed", *, dry: bool = False, options: ImportOptions = NO_OPTIONS
) -> dict[str, Any]:
    """Import the text as a file; the facts that --json prints."""
    path.write_text(text, encoding="utf-8")
    with io.StringIO() as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        evidence = EVIDENCE if how == "confirmed" else ""
        import_readers.import_file(path, how, evidence, dry=dry, options=options, as_json=True)
        facts: dict[str, Any] = json.loads(out.getvalue())
    return facts


def done(facts: dict[str, Any]) -> dict[str, int]:
    """What became of the rows, without noughts."""
    return {result: count for result, count in facts["results"].items() if count}


def exported(tmp_path: Path) -> str:
    path = tmp_path / "export.csv"
    export_readers.export(path)
    return path.read_text(encoding="utf-8")


def empty(cloud: Cloud) -> None:
    """Another stack, with nobody in it."""
    client, table = cloud.client("dynamodb"), app.settings.subscribers_table
    for item in all_stored(app.subscribers):
        client.delete_item(TableName=table, Key={"id": {"S": item["id"]}, "record": {"S": item["record"]}})


def chain_is_whole(email: str) -> bool:
    with io.StringIO() as out, pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout", out)
        return consent.show(email, as_json=True) == 0


def reader(email: str, status: Status = Status.ACTIVE, **more: Any) -> Subscriber:
    """A reader with usual choices."""
    chosen = Choices(topics=("linkedin",), language="fi", name="Maija")
    choices = replace(chosen, **{name: more.pop(name) for name in CHOICES if name in more})
    usual: dict[str, Any] = {"consent_version": "1"}
    left_at = None if status is Status.ACTIVE else NOW - timedelta(days=3)
    usual |= {"confirmed_at": NOW - timedelta(days=90), "left_at": left_at}
    return Subscriber(id_of(email), email, status, choices, **(usual | more))


def keep(one: Subscriber, how: str = "", why: str = "") -> None:
    act = "given" if one.status is Status.ACTIVE else "withdrawn"
    proof = imported_record(Consent(act, "form", NOW, one.id), app.consents.seal(one.id))
    assert app.subscribers.admit(one, proof, how=how, why=why)


def fill_in(cloud: Cloud, email: str) -> None:
    """The form, without the button behind its mail."""
    assert cloud.http("POST", "/subscribe", f"email={quote(email)}&language=fi&consent=yes")["statusCode"] == 200
    cloud.drain()


def erase(email: str) -> None:
    my_data.erase(id_of(email), NOW, app)
