"""`newsletter doctor` on the local cloud: it runs whole, and each line changes when its thing breaks."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.doctor.checks import CHECKS
from cli.main import main
from newsletter.container import Container, app
from newsletter.publication.sending_limits import Feedback
from rehearsal.ses import FakeSes
from rehearsal.settings import ses_settings
from tests.support.doctor.local_doctor import Doctor, doctor_of
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def doctor(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> Iterator[Doctor]:
    """Everything works."""
    with doctor_of(cloud, tmp_path, monkeypatch, capsys) as made:
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


def test_a_configuration_set_that_was_changed_is_held_against_the_template(doctor: Doctor) -> None:
    (name,) = ses_settings(doctor.cloud.stack, auto_deliver=True).configuration_sets
    kept = ses_settings(doctor.cloud.stack, auto_deliver=True).configuration_sets[name]
    ses_with(doctor, configuration_sets={name: replace(kept, suppressed_reasons=frozenset(), tls_policy="OPTIONAL")})
    assert doctor.line("configuration_set")[:2] == ("warning", "mails may go out unencrypted")
    state, message, _ = doctor.line("suppression")
    assert (state, "mails again who had bounces and complaints" in message) == ("fault", True)
    ses_with(doctor, configuration_sets={name: replace(kept, event_topics=())})
    state, message, _ = doctor.line("event_flow")
    assert (state, "reports to no SNS topic" in message) == ("fault", True)


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
    (tmp_path / "publication.toml").write_text('name = "Blog"\n', encoding="utf-8")
    monkeypatch.setenv("NEWSLETTER_TEMPLATES", str(tmp_path))
    code, lines = doctor.run()
    assert (code, lines["publication"]["state"]) == (1, "fault")
    assert "newsletter check" in lines["publication"]["mend"]
    assert lines["ses_access"]["state"] == "fine"
    assert lines["identity"]["state"] == "unknown"
    assert {key for key, line in lines.items() if line["state"] == "fault"} == {"publication", "site"}
