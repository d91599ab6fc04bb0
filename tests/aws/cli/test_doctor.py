"""`newsletter doctor` on the local cloud: it runs whole, and each line changes when its thing breaks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from cli.doctor import examine
from cli.doctor.checks import CHECKS
from cli.main import main
from newsletter.articles.feeds.feed_state import Failure, FeedState, Hold
from newsletter.container import Container, app
from newsletter.leads.outbox.endpoint_health import EndpointHealth
from newsletter.publication.sending_limits import Feedback
from rehearsal.ses import FakeSes
from rehearsal.settings import ses_settings
from tests.support.cloud import Cloud
from tests.support.issuer import Issuer, issuing
from tests.support.product_over_http import rss
from tests.support.readers import add_reader

Captured = pytest.CaptureFixture[str]
Lines = dict[str, dict[str, str]]


class Doctor:
    """The command in this process, against the emptied stack with an issuer and a feed."""

    def __init__(self, cloud: Cloud, issuer: Issuer, feed: Path, capsys: Captured) -> None:
        self.cloud, self.issuer, self.feed, self._capsys = cloud, issuer, feed, capsys
        self.write_feed(datetime.now(UTC) - timedelta(days=2))

    def write_feed(self, newest: datetime) -> None:
        """The blog's feed, with an article of that moment."""
        item = (
            "<item><title>Otsikko</title><link>https://www.sanaharju.example/a</link><guid>a</guid>"
            f"<pubDate>{format_datetime(newest)}</pubDate></item>"
        )
        self.feed.write_text(rss(item))

    def run(self, *arguments: str) -> tuple[int, Lines]:
        """The exit code, and the lines by key."""
        self._capsys.readouterr()
        code = main(["doctor", *arguments, "--json"])
        said = json.loads(self._capsys.readouterr().out)
        return code, {line["key"]: line for line in said["checks"]}

    def line(self, key: str, *arguments: str) -> tuple[str, str, str]:
        """State, message and mend of one."""
        line = self.run("--only", key, *arguments)[1][key]
        return line["state"], line["message"], line["mend"]

    def is_fine(self, key: str) -> bool:
        return self.line(key)[0] == "fine"


@pytest.fixture
def doctor(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Iterator[Doctor]:
    """Everything works."""
    feed = tmp_path / "feed.xml"
    with issuing() as issuer:
        monkeypatch.setenv("NEWSLETTER_OIDC_ISSUER", issuer.url)
        monkeypatch.setenv("NEWSLETTER_FEED_URL", feed.as_uri())
        monkeypatch.setattr(examine, "_client", cloud.client)
        app.reset()
        made = Doctor(cloud, issuer, feed, capsys)
        read = FeedState(first_fetched_at=app.now(), read_at=app.now(), entries=("a",))
        assert app.feed_states.put(feed.as_uri(), read)
        yield made


def test_the_local_cloud_is_examined_as_far_as_it_goes(doctor: Doctor) -> None:
    add_reader("maija.lukija@example.com", "linkedin")
    code, lines = doctor.run()
    assert list(lines) == [check.key for check in CHECKS]
    assert {key: line["message"] for key, line in lines.items() if line["state"] not in ("fine", "unknown")} == {}
    assert code == 0
    not_there = {key for key, line in lines.items() if line["state"] == "unknown"}
    assert all("the local cloud" in lines[key]["message"] for key in not_there)
    assert len(not_there) < len(lines) / 2
    assert "a mailing to 1 reader takes 1 min" in lines["ses_quota"]["message"]
    assert "maija" not in json.dumps(lines)


def test_people_get_a_line_for_each_and_what_mends_it(doctor: Doctor, capsys: Captured) -> None:
    doctor.cloud.crm_status = 401
    capsys.readouterr()
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert all(check.name in said for check in CHECKS)
    assert "\nCRM:\n    Look whether it knows webhook_secrets" in said
    assert "1 at fault" in said.splitlines()[-1]


def test_wrong_options_are_refused_by_name(capsys: Captured) -> None:
    for words, said in (
        (["--only", "nothing"], "none of the checks: ses_access,"),
        (["--resolver", "ns.example.com"], "not the IP address of a name server"),
        (["--resolver", "127.0.0.1:70000"], "not the IP address of a name server"),
        (["--wait", "0"], "from 1 to 900"),
    ):
        with pytest.raises(SystemExit) as left:
            main(["doctor", *words])
        assert left.value.code == 2
        assert said in capsys.readouterr().err


# --- SES and its events ----------------------------------------------------------------------------------------------


def ses_with(doctor: Doctor, **settings: Any) -> None:
    """Another account in SES."""
    cloud = doctor.cloud
    cloud.ses = FakeSes(
        replace(ses_settings(cloud.stack, auto_deliver=True), **settings),
        lambda topic, text: cloud.client("sns").publish(TopicArn=topic, Message=text),
        lambda: datetime.now(UTC),
    )


def test_mails_to_the_simulator_come_back_to_the_ledger_and_concern_nobody(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Container, "sleep", lambda *_: doctor.cloud.drain())
    state, message, _ = doctor.line("event_flow", "--send")
    assert (state, "delivery, bounce and complaint of the simulator came back" in message) == ("fine", True)
    now = app.now()
    assert app.reputation.last_day(now) == Feedback(0, 0, 0)
    assert doctor.cloud.items("Subscribers") == []
    assert doctor.is_fine("dead_letters")


def test_events_that_do_not_come_are_named(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Container, "sleep", lambda *_: None)
    state, message, mend = doctor.line("event_flow", "--send", "--wait", "1")
    assert (state, "not in the ledger: delivered, bounced, complained" in message) == ("fault", True)
    assert "newsletter dead-letters show feedback --local" in mend


def test_a_queue_that_nothing_goes_to_is_noticed_without_a_mail(doctor: Doctor) -> None:
    sns = doctor.cloud.client("sns")
    mails = len(doctor.cloud.mails())
    (subscription,) = sns.list_subscriptions()["Subscriptions"]
    arn = subscription["SubscriptionArn"]
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RawMessageDelivery", AttributeValue="false")
    assert doctor.line("event_flow")[:2] == (
        "fault",
        "the feedback queue gets events in SNS's envelope, which the product does not open",
    )
    sns.unsubscribe(SubscriptionArn=arn)
    state, message, mend = doctor.line("event_flow")
    assert (state, "nothing goes from the topic" in message) == ("fault", True)
    assert mend.startswith("aws sns subscribe --topic-arn arn:aws:sns:")
    assert len(doctor.cloud.mails()) == mails


def test_the_sandbox_and_a_domain_that_is_not_there_are_faults(doctor: Doctor) -> None:
    ses_with(doctor, sandbox=True, max_24_hour_send=200.0)
    assert doctor.line("ses_access")[0] == "fault"
    assert doctor.line("ses_quota")[0] == "fault"
    ses_with(doctor, identities=frozenset({"other.example"}))
    state, message, _ = doctor.line("identity")
    assert (state, "is not there" in message) == ("fault", True)
    assert doctor.line("event_flow", "--send")[0] == "fault", "SES refuses the mail"


# --- what the stack keeps --------------------------------------------------------------------------------------------


def test_secrets_that_are_missing_or_others_are_named_without_their_values(doctor: Doctor) -> None:
    ssm, path = doctor.cloud.client("ssm"), app.settings.secrets_path
    assert app.secrets.pepper, "whoever reads it first keeps its fingerprint"
    ssm.delete_parameter(Name=f"{path}/webhook_secrets")
    state, message, mend = doctor.line("secrets")
    assert (state, message, mend) == ("fault", "webhook_secrets: missing", "newsletter secrets init --local")
    pepper = ssm.get_parameter(Name=f"{path}/pepper", WithDecryption=True)["Parameter"]["Value"]
    ssm.put_parameter(Name=f"{path}/pepper", Value="another-pepper-for-a-while", Type="SecureString", Overwrite=True)
    state, message, mend = doctor.line("secrets")
    assert (state, "not the one that readers' ids were made with" in message) == ("fault", True)
    assert "aws ssm put-parameter --overwrite" in mend
    assert pepper not in message + mend
    assert "another-pepper-for-a-while" not in message + mend


def test_a_table_without_expiry_and_a_queue_that_was_changed_are_mended_by_a_command(doctor: Doctor) -> None:
    table = os.environ["NEWSLETTER_DELIVERIES_TABLE"]
    specification = {"Enabled": False, "AttributeName": "expires"}
    doctor.cloud.client("dynamodb").update_time_to_live(TableName=table, TimeToLiveSpecification=specification)
    state, _, mend = doctor.line("tables")
    assert (state, mend.startswith(f"aws dynamodb update-time-to-live --table-name {table}")) == ("fault", True)
    sqs, url = doctor.cloud.client("sqs"), app.settings.plan_queue
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "1"})
    state, _, mend = doctor.line("queues")
    assert (state, mend.startswith(f"aws sqs set-queue-attributes --queue-url {url}")) == ("fault", True)


def test_dead_letters_are_counted_by_queue(doctor: Doctor) -> None:
    sqs = doctor.cloud.client("sqs")
    sqs.send_message(QueueUrl=doctor.cloud._url("BatchDeadLetters"), MessageBody="{}")  # noqa: SLF001
    sqs.send_message(QueueUrl=app.settings.schedule_dead_letters, MessageBody="{}")
    code, lines = doctor.run("--only", "dead_letters")
    line = lines["dead_letters"]
    assert (code, line["state"], line["message"]) == (
        3,
        "warning",
        "1 of batch, 1 of schedule could not be handled",
    )
    assert "newsletter dead-letters redrive batch --local" in line["mend"]
    assert "newsletter dead-letters drop schedule --local" in line["mend"]


def test_a_publication_that_cannot_be_read_is_one_fault_and_no_crash(
    doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "publication.toml").write_text('name = "Sanaharju"\n', encoding="utf-8")
    monkeypatch.setenv("NEWSLETTER_TEMPLATES", str(tmp_path))
    code, lines = doctor.run()
    assert (code, lines["publication"]["state"]) == (1, "fault")
    assert "newsletter check" in lines["publication"]["mend"]
    assert lines["ses_access"]["state"] == "unknown" or lines["ses_access"]["state"] == "fine"
    assert lines["identity"]["state"] == "unknown"
    assert "fault" not in {line["state"] for key, line in lines.items() if key != "publication"}


# --- outside ---------------------------------------------------------------------------------------------------------


def test_a_feed_is_looked_at_now_and_as_the_stack_sees_it(doctor: Doctor) -> None:
    assert doctor.is_fine("feeds")
    doctor.write_feed(datetime.now(UTC) - timedelta(days=100))
    assert "has nothing new since" in doctor.line("feeds")[1]
    doctor.feed.write_text("<html>Not found</html>")
    state, message, mend = doctor.line("feeds")
    assert (state, "cannot be read" in message, "newsletter feeds check file://" in mend) == ("fault", True, True)
    doctor.write_feed(datetime.now(UTC))
    url, now = doctor.feed.as_uri(), app.now()
    for state_of, said in (
        ({"failure": Failure(now - timedelta(days=2), "HTTP 500")}, "cannot read"),
        ({"hold": Hold(now, "only 1 of 9 entries are left")}, "is held since"),
        ({"read_at": now - timedelta(hours=5)}, "and should every hour"),
    ):
        kept = app.feed_states.get(url)
        base = replace(kept, failure=None, hold=None, read_at=now)
        assert app.feed_states.put(url, replace(base, **state_of))
        found, message, mend = doctor.line("feeds")
        assert (found, said in message, "newsletter " in mend) == ("warning", True, True), message


def test_a_crm_that_refuses_is_off_or_verifies_nothing_is_said_to(doctor: Doctor) -> None:
    state, message, _ = doctor.line("crm")
    assert (state, message.startswith("it has taken a signed test event (HTTP 200")) == ("fine", True)
    (event,) = doctor.cloud.webhooks
    assert event.json["data"]["test"] is True
    assert "webhook-signature" in event.headers
    state, message, mend = doctor.line("crm", "--send")
    assert (state, "wrong signature too" in message) == ("warning", True)
    assert "webhook-signature" in mend
    doctor.cloud.crm_status = 500
    assert doctor.line("crm")[0] == "fault"
    doctor.cloud.crm_status = 200
    app.crm_endpoint.change(lambda _: EndpointHealth(resting_until=app.now() + timedelta(minutes=9)))
    state, message, _ = doctor.line("crm")
    assert (state, "it rests until" in message) == ("warning", True)
    app.crm_endpoint.change(lambda _: EndpointHealth(off_at=app.now(), off_why="HTTP 410"))
    state, message, mend = doctor.line("crm")
    assert (state, "is switched off" in message) == ("fault", True)
    assert mend == "newsletter leads endpoint --on --local"


def test_an_issuer_that_is_down_or_without_keys_is_a_fault(doctor: Doctor) -> None:
    assert doctor.is_fine("issuer")
    doctor.issuer.published = []
    state, message, _ = doctor.line("issuer")
    assert (state, "publishes no key" in message) == ("fault", True)
    doctor.issuer.down = True
    state, message, mend = doctor.line("issuer")
    assert (state, message.startswith("nobody can sign in")) == ("fault", True)
    assert "/.well-known/openid-configuration" in mend


def test_a_clock_that_is_wrong_is_told_from_that_of_aws(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.is_fine("clock")
    monkeypatch.setattr(Container, "wall_clock", lambda _: datetime.now(UTC) - timedelta(minutes=7))
    state, message, mend = doctor.line("clock")
    assert (state, "seconds behind AWS" in message, "timedatectl" in mend) == ("fault", True, True)
