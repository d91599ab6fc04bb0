"""Another pepper than that of the readers' ids: every form and command refuses, and says how it is put right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from newsletter.container import app
from newsletter.readers.subscriber import subscriber_id
from tests.support.aws.pepper import OTHER, delete, kept, new_container, parameter, put
from tests.support.commands import Captured, run
from tests.support.readers.readers import add_reader
from tests.support.readers.site import FORM, JSON, READER, post
from tests.support.readers.stored import stored_profile
from tests.support.stack.cloud import PEPPER, Cloud


@pytest.fixture(autouse=True)
def _no_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    """`newsletter check` looks at every mail, which takes seconds and has nothing to do with the pepper."""
    monkeypatch.setattr("cli.checks.publication._mails", lambda *_: ())


@pytest.fixture(params=["changed", "deleted"])
def lost(cloud: Cloud, request: pytest.FixtureRequest) -> Cloud:
    """A stack with one active reader whose pepper was changed or deleted since."""
    cloud.subscribe(READER)
    cloud.drain()
    if request.param == "changed":
        put(cloud, OTHER)
    else:
        delete(cloud)
    new_container(cloud)
    return cloud


def test_a_form_is_answered_with_what_did_not_happen_and_nothing_is_kept(lost: Cloud) -> None:
    before, mails = lost.items("Subscribers"), len(lost.mails())
    answer = post(lost, "/subscribe", {**FORM, "email": "uusi@example.com"}, **{"accept-language": "en"})
    assert answer["statusCode"] == 503
    assert "Nothing was saved" in answer["body"]
    assert "Check your mail" not in answer["body"]
    assert answer["headers"]["Retry-After"] == "3600"
    for secret in (PEPPER, OTHER, "pepper", parameter()):
        assert secret not in answer["body"]
    told = lost.http("POST", "/subscribe", json.dumps({**FORM, "email": "uusi@example.com"}), headers=JSON)
    assert told["statusCode"] == 503
    assert set(json.loads(told["body"])) == {"error"}
    lost.drain()
    assert lost.items("Subscribers") == before
    assert len(lost.mails()) == mails


def test_health_says_so_and_recovers_when_the_pepper_is_put_back(lost: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = lost.http("GET", "/health")
    assert answer["statusCode"] == 503
    body = json.loads(answer["body"])
    assert body == {
        "status": "failing",
        "parts": {
            "publication": "ok",
            "link_keys": "ok",
            "pepper": "not the one that readers' ids were made with",
        },
    }
    put(lost, PEPPER)
    monkeypatch.setattr("newsletter.platform.health.FRESH_FOR", 0.0)
    new_container(lost)
    answer = lost.http("GET", "/health")
    assert (answer["statusCode"], json.loads(answer["body"])["status"]) == (200, "ok")
    assert post(lost, "/subscribe", {**FORM, "email": "uusi@example.com"})["statusCode"] == 200


def test_links_in_mails_go_on_working(lost: Cloud) -> None:
    """They carry the id itself: whoever wants to leave can, with whatever pepper."""
    text = lost.mails(READER)[-1].text or ""
    leave = next(word for word in text.split() if "/unsubscribe/" in word)
    assert lost.http("POST", leave, "List-Unsubscribe=One-Click")["statusCode"] == 200
    reader = stored_profile(app.subscribers, subscriber_id(PEPPER.encode(), READER))
    assert reader is not None
    assert reader["status"] == "unsubscribed"


def test_every_command_that_makes_an_id_refuses_before_it_reads_or_writes(
    lost: Cloud, capsys: Captured, tmp_path: Path
) -> None:
    file = tmp_path / "readers.csv"
    file.write_text(f"email\n{READER}\nuusi@example.com\n", encoding="utf-8")
    before = lost.items("Subscribers")
    for command in (
        ("import", str(file), "--as", "confirmed", "--evidence", "fair"),
        ("import", str(file), "--as", "pending", "--dry-run"),
        ("consent", "show", READER),
    ):
        code, _, err = run(capsys, *command)
        assert code == 1
        assert "readers' ids in the table" in err
        assert parameter() in err
        assert "docs/operate.md, Secrets" in err
        assert err.count("newsletter: ") == 1
    assert lost.items("Subscribers") == before
    assert lost.drain() == []
    # What only carries readers away works: it computes no id.
    assert READER in run(capsys, "export")[1]


def test_init_makes_no_pepper_and_check_does_not_advise_it(cloud: Cloud, capsys: Captured) -> None:
    cloud.subscribe(READER)
    delete(cloud)
    new_container(cloud)
    code, out, _ = run(capsys, "check")
    assert code == 1
    (line,) = (line for line in out.splitlines() if line.startswith(parameter()))
    assert "secrets init" not in line
    assert "Put the earlier value back from your copy" in line
    cloud.client("ssm").delete_parameter(Name=f"{app.settings.secrets_path}/webhook_secrets")
    code, out, err = run(capsys, "secrets", "init")
    assert code == 1
    assert f"{app.settings.secrets_path}/webhook_secrets created" in out
    assert f"{parameter()} was not created" in err
    with pytest.raises(cloud.client("ssm").exceptions.ParameterNotFound):
        cloud.client("ssm").get_parameter(Name=parameter())
    put(cloud, PEPPER)
    assert run(capsys, "secrets", "init")[0] == 0
    assert parameter() not in run(capsys, "check")[1]


def test_check_names_the_version_of_the_parameter_that_is_the_right_one(cloud: Cloud, capsys: Captured) -> None:
    cloud.subscribe(READER)
    for value in ("yet-another-pepper-1", OTHER):
        put(cloud, value)
    new_container(cloud)
    code, out, _ = run(capsys, "check")
    assert code == 1
    (line,) = (line for line in out.splitlines() if line.startswith(parameter()))
    assert "version 1 of the parameter is the right one" in line
    assert f"{parameter()}:1" in line
    assert not any(secret in out for secret in (PEPPER, OTHER, "yet-another"))


def test_readers_from_before_fingerprints_count_too(cloud: Cloud, capsys: Captured) -> None:
    add_reader(READER)
    assert kept(cloud) is None
    delete(cloud)
    new_container(cloud)
    code, _, err = run(capsys, "secrets", "init")
    assert code == 1
    assert "was not created" in err
    put(cloud, OTHER)
    new_container(cloud)
    code, out, _ = run(capsys, "check")
    assert code == 1
    assert f"{parameter()}: not the one that readers' ids were made with" in out
    put(cloud, PEPPER)
    assert parameter() not in run(capsys, "check")[1]
