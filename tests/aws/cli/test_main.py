"""The operator's command, through its front door, against a stack that the environment names."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.mails import spam
from newsletter.articles.article import Article
from newsletter.container import app
from newsletter.mailings.count_audience import AudienceCount, count_audience
from newsletter.mailings.mailing import Audience
from tests.support.commands import Captured, run
from tests.support.readers.readers import add_reader
from tests.support.stack.cloud import Cloud

READER = "maija.lukija@example.com"
FILE = """---
subject: Kevään sparraukset
language: fi
topics: [linkedin]
offer: sparraus
---
Kevät on **hyvää** aikaa aloittaa.
"""


@pytest.fixture(autouse=True)
def without_spamassassin() -> Iterator[None]:
    """It takes a second for each mail, and has tests of its own.

    Patched apart from `monkeypatch`, which must begin after `cloud`: what it puts back is a variable of that stack.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spam, "installed", lambda: False)
        yield


@pytest.fixture
def campaign(cloud: Cloud, tmp_path: Path) -> Path:
    """A campaign in a file, with somebody to get it."""
    assert cloud.mails() == []
    add_reader(READER, "linkedin")
    path = tmp_path / "kevat-2027.md"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_campaign_is_shown_and_sent_once(cloud: Cloud, campaign: Path, capsys: Captured) -> None:
    cloud.subscribe(READER, "linkedin")
    cloud.subscribe("other@example.com", "kriisit")
    code, out, err = run(capsys, "campaign", "send", str(campaign), "--yes")
    assert (code, err) == (0, "")
    assert "Readers in Finnish who chose LinkedIn, or no topic at all: 1 reader at the moment" in out
    assert "Kevät on hyvää aikaa aloittaa." in out
    cloud.drain()
    for _ in range(2):
        code, out, err = run(capsys, "campaign", "send", str(campaign))
        assert (code, err) == (0, "")
        assert re.match(
            r"campaign-kevat-2027 was started on 20\d\d-.+ and is being sent; nothing is sent again\.$", out
        )
    cloud.drain()
    assert [mail.subject for mail in cloud.mails(READER)].count("Kevään sparraukset") == 1
    assert "Kevään sparraukset" not in [mail.subject for mail in cloud.mails("other@example.com")]

    assert run(capsys, "mailing", "cancel", "campaign-kevat-2027", "--yes")[0] == 0
    code, out, err = run(capsys, "campaign", "send", str(campaign))
    assert (code, err) == (0, "")
    assert out.endswith(" and is cancelled; nothing is sent again.\n"), "not said to be sent: most may not have been"

    campaign.write_text(FILE + "Lisää.\n", encoding="utf-8")
    code, out, err = run(capsys, "campaign", "send", str(campaign), "--yes")
    assert (code, out) == (1, "")
    assert err == (
        f"newsletter: {campaign}:1: name: a campaign kevat-2027 was sent with another text; choose another name\n"
    )


def test_counting_stops_early_rather_than_keep_anybody_waiting(cloud: Cloud) -> None:
    for reader in ("a@example.com", "b@example.com", "c@example.com"):
        cloud.subscribe(reader, "linkedin")
    today = app.now().date()
    everybody, nobody = Audience(), Audience(languages=("sv",))
    assert count_audience(everybody, today, app) == AudienceCount(3, complete=True)
    assert count_audience(nobody, today, app) == AudienceCount(0, complete=True)
    early = count_audience(everybody, today, app, at_most=1)
    assert not early.complete
    assert 1 <= early.readers <= 3


def test_nothing_is_sent_without_a_yes(
    cloud: Cloud, campaign: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run(capsys, "campaign", "send", str(campaign))
    assert (code, "--yes" in err) == (1, True)
    for answer, sent in (("", 0), ("no", 0), ("n", 0), ("y", 1)):
        typed = io.StringIO(f"{answer}\n")
        monkeypatch.setattr(typed, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", typed)
        code, _, _ = run(capsys, "campaign", "send", str(campaign))
        assert (code, len(app.mailings.newest(10))) == (1 - sent, sent)
    assert cloud.drain() == []


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        (("[linkedin]", "[linkdin]"), 4, "topics: 'linkdin' is unknown; choose from nakyvyys, linkedin,"),
        (("language: fi", "language: de"), 3, "language: 'de' is unknown; choose from fi, sv, en"),
        (("offer: sparraus", "offer: x"), 5, "offer: 'x' is unknown; choose from sparraus"),
    ],
)
def test_a_value_that_cannot_be_used_is_said_on_its_line(
    cloud: Cloud, campaign: Path, capsys: Captured, wrong: tuple[str, str], line: int, said: str
) -> None:
    campaign.write_text(FILE.replace(*wrong), encoding="utf-8")
    code, out, err = run(capsys, "campaign", "send", str(campaign), "--yes")
    assert (code, out) == (1, "")
    assert err.startswith(f"newsletter: {campaign}:{line}: {said}")
    assert err.count("\n") == 1
    assert cloud.drain() == []


def test_a_mailing_is_shown_with_its_certificate_and_where_each_recipient_stands(
    cloud: Cloud, campaign: Path, capsys: Captured
) -> None:
    cloud.subscribe(READER, "linkedin")
    run(capsys, "campaign", "send", str(campaign), "--yes")
    _, out, _ = run(capsys, "mailing", "show", "campaign-kevat-2027")
    assert "Still being planned" in out
    cloud.drain()
    _, out, _ = run(capsys, "mailing", "list")
    assert any(line.startswith("campaign-kevat-2027 ") and "Kevään sparraukset" in line for line in out.splitlines())
    code, out, err = run(capsys, "mailing", "show", "campaign-kevat-2027")
    assert (code, err) == (0, "")
    assert "SES accepted every one of 1 mail." in out
    assert "(Europe/Helsinki)" in out

    _, out, _ = run(capsys, "mailing", "show", "campaign-kevat-2027", "--recipients")
    assert "delivered" in out.splitlines()[-1]
    assert READER not in out
    _, out, _ = run(capsys, "mailing", "show", "campaign-kevat-2027", "--addresses")
    assert READER in out.splitlines()[-1]
    _, out, _ = run(capsys, "mailing", "show", "campaign-kevat-2027", "--json", "--recipients")
    data = json.loads(out)
    assert (data["certificate"]["planned"], data["certificate"]["balanced"]) == (1, True)
    assert [(line["standing"], "address" in line) for line in data["recipients"]] == [("delivered", False)]


def test_a_mailing_that_is_not_there_is_said_not_to_be(cloud: Cloud, capsys: Captured) -> None:
    code, out, err = run(capsys, "mailing", "show", "campaign-none")
    assert (code, out) == (1, "")
    assert err == "newsletter: there is no mailing campaign-none; `newsletter mailing list` names them\n"
    assert run(capsys, "mailing", "list")[1] == "Nothing has been sent yet.\n"
    assert cloud.drain() == []


def test_schedules_tell_what_they_found_and_decided(
    cloud: Cloud, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No scheduled run" in run(capsys, "decisions")[1]
    assert "No articles yet" in run(capsys, "articles")[1]
    nasty = "A title with [bold]brackets[/bold] and \x1b[31mcolour"
    listed = app.now() - timedelta(hours=1)
    app.articles.put(
        Article("a1", "https://blog.example.com/a", nasty, "", ("linkedin",), (), "fi", "", "", None, listed)
    )
    _, out, _ = run(capsys, "articles")
    assert "A title with [bold]brackets[/bold] and  [31mcolour" in out
    assert "\x1b" not in out
    assert "LinkedIn" in out
    cloud.subscribe("maija@example.com")
    cloud.run("planner", app.now())
    _, out, _ = run(capsys, "decisions")
    assert re.search(r"digest-\S+ +started +1 new article", out)

    monkeypatch.setenv("NEWSLETTER_FEED_URL", str(tmp_path / "feed.xml"))
    assert "last read: never" in run(capsys, "feeds")[1]
    app.reset()
    cloud.run("feed_ingest", app.now())
    code, out, _ = run(capsys, "feeds")
    assert code == 1
    assert "failing since" in out
    assert "No such file" in out


def test_secrets_are_made_once_and_never_shown(cloud: Cloud, capsys: Captured) -> None:
    ssm, path = cloud.client("ssm"), app.settings.secrets_path
    known = ssm.get_parameter(Name=f"{path}/link_keys", WithDecryption=True)["Parameter"]["Value"]
    ssm.delete_parameters(Names=[f"{path}/pepper", f"{path}/webhook_secrets"])
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert f"{path}/pepper: missing; run `newsletter secrets init`" in out

    assert run(capsys, "secrets", "init")[1].splitlines() == [
        f"{path}/pepper created",
        f"{path}/link_keys exists",
        f"{path}/webhook_secrets created",
        f"{path}/crm_inbound_secrets exists",
    ]
    parameters = ssm.get_parameters_by_path(Path=path, WithDecryption=True)["Parameters"]
    values = {parameter["Name"].rpartition("/")[2]: parameter["Value"] for parameter in parameters}
    assert {parameter["Type"] for parameter in parameters} == {"SecureString"}
    assert values["link_keys"] == known
    assert len(values["pepper"]) == 64
    assert values["webhook_secrets"].startswith("whsec_")
    _, out, _ = run(capsys, "secrets", "init")
    assert not any(value in out for value in values.values())
    again = ssm.get_parameters_by_path(Path=path, WithDecryption=True)["Parameters"]
    assert {parameter["Name"].rpartition("/")[2]: parameter["Value"] for parameter in again} == values
    assert path not in run(capsys, "check")[1]


def test_a_weak_or_malformed_secret_is_a_fault(cloud: Cloud, capsys: Captured) -> None:
    ssm, path = cloud.client("ssm"), app.settings.secrets_path
    for name, value in (("link_keys", "long-enough-to-be-one,short"), ("webhook_secrets", "whsec_nonsense!")):
        ssm.put_parameter(Name=f"{path}/{name}", Value=value, Type="SecureString", Overwrite=True)
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert f"{path}/link_keys: a secret of fewer than 16 characters can be guessed" in out
    assert f"{path}/webhook_secrets: secret 1 of 1 is not whsec_" in out
    assert "nonsense" not in out


def test_a_bad_secret_among_good_ones_is_named_by_its_place(cloud: Cloud, capsys: Captured) -> None:
    path = app.settings.secrets_path
    good = app.secrets.webhook_secrets[0]
    for name, value in (("crm_inbound_secrets", f"{good},whsec_c2hvcnQ=,{good}"), ("webhook_secrets", f"{good},")):
        cloud.client("ssm").put_parameter(Name=f"{path}/{name}", Value=value, Type="SecureString", Overwrite=True)
    code, out, _ = run(capsys, "secrets", "check")
    assert code == 1
    assert f"{path}/crm_inbound_secrets: secret 2 of 3 is not whsec_ and 24 to 64 bytes in Base64" in out
    assert f"{path}/webhook_secrets: secret 2 of 2 is not whsec_ and 24 to 64 bytes in Base64" in out
    assert good not in out
    cloud.client("ssm").put_parameter(
        Name=f"{path}/webhook_secrets", Value=f" {good} ", Type="SecureString", Overwrite=True
    )
    cloud.client("ssm").put_parameter(
        Name=f"{path}/crm_inbound_secrets", Value=good, Type="SecureString", Overwrite=True
    )
    assert run(capsys, "secrets", "check")[:2] == (0, f"{path}: no fault found\n")


def test_secrets_are_found_beside_many_parameters_of_somebody_else(cloud: Cloud, capsys: Captured) -> None:
    """SSM gives ten on a page, and fewer where it likes."""
    path, ssm = app.settings.secrets_path, cloud.client("ssm")
    others = [f"{path}/another-{number}" for number in range(10)]
    secret = ",".join(app.secrets.webhook_secrets)
    ssm.delete_parameter(Name=f"{path}/webhook_secrets")
    for name in others:
        ssm.put_parameter(Name=name, Value="x", Type="String")
    ssm.put_parameter(Name=f"{path}/webhook_secrets", Value=secret, Type="SecureString")
    said = run(capsys, "secrets", "check")[:2]
    ssm.delete_parameters(Names=others)
    assert said == (0, f"{path}: no fault found\n")


def test_what_aws_refuses_is_one_line(cloud: Cloud, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_CONTENT_TABLE", "no-such-table")
    code, out, err = run(capsys, "mailing", "list")
    assert (code, out) == (1, "")
    assert err.startswith("newsletter: AWS refused Query: ResourceNotFoundException")
    assert err.count("\n") == 1
    monkeypatch.delenv("NEWSLETTER_DELIVERIES_TABLE")
    code, _, err = run(capsys, "mailing", "show", "x")
    assert (code, "NEWSLETTER_DELIVERIES_TABLE is not set" in err) == (1, True)
    assert cloud.stack is not None
