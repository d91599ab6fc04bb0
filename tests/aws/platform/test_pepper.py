"""Readers' ids stand and fall with the pepper: another one is refused before anything happens under a wrong id."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from cli.main import main
from newsletter.container import app
from newsletter.platform.aws.pepper_fingerprints_store import KEY, Fingerprints, pepper_fingerprint
from newsletter.platform.errors import WrongPepper
from newsletter.platform.health import NO_ANSWER, Health
from newsletter.readers.subscriber import subscriber_id
from tests.support.cloud import PEPPER, Cloud
from tests.support.readers import add_reader
from tests.support.site import FORM, JSON, READER, post
from tests.support.stored import all_stored, stored_profile

OTHER = "another-pepper-of-the-tests"
Captured = pytest.CaptureFixture[str]


def parameter() -> str:
    return f"{app.settings.secrets_path}/pepper"


def put(cloud: Cloud, value: str) -> None:
    cloud.client("ssm").put_parameter(Name=parameter(), Value=value, Type="SecureString", Overwrite=True)


def delete(cloud: Cloud) -> None:
    cloud.client("ssm").delete_parameter(Name=parameter())


def new_container(cloud: Cloud) -> None:
    """Whatever this process knew is forgotten, as when Lambda starts another container."""
    assert cloud.stack is not None
    app.reset()


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def kept(cloud: Cloud) -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        cloud.client("dynamodb").get_item(TableName=app.settings.subscribers_table, Key=KEY).get("Item")
    )
    return found


# --- what is kept ----------------------------------------------------------------------------------------------------


def test_the_first_use_keeps_a_fingerprint_that_gives_nothing_away_and_later_ones_only_read_it(cloud: Cloud) -> None:
    assert kept(cloud) is None
    assert app.secrets.pepper == PEPPER.encode()
    item = kept(cloud)
    assert item is not None
    assert item["fingerprint"] == {"S": pepper_fingerprint(PEPPER.encode())}
    assert PEPPER not in json.dumps(item)
    assert len(item["fingerprint"]["S"]) == 16
    new_container(cloud)
    assert app.secrets.pepper == PEPPER.encode()
    assert kept(cloud) == item


@pytest.mark.usefixtures("cloud")
def test_a_container_reads_the_fingerprint_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    before = Fingerprints.kept

    def counted(self: Fingerprints) -> str:
        reads.append(self.table)
        return before(self)

    monkeypatch.setattr(Fingerprints, "kept", counted)
    for number in range(20):
        app.ids.of(f"{number}@example.com")
    assert len(reads) == 2, "once before it is kept, once after"
    app.reset()
    for number in range(20):
        app.ids.of(f"{number}@example.com")
    assert len(reads) == 3


def test_it_is_no_reader_for_anybody(cloud: Cloud, capsys: Captured, tmp_path: Path) -> None:
    add_reader(READER)
    app.secrets.pepper  # noqa: B018 (the first use)
    assert kept(cloud) is not None
    assert {item["email"] for item in all_stored(app.subscribers)} == {READER}
    code, out, _ = run(capsys, "export")
    assert (code, len(out.splitlines())) == (0, 2)
    assert "fingerprint" not in out
    file = tmp_path / "e.csv"
    assert run(capsys, "export", str(file))[0] == 0
    assert file.read_text(encoding="utf-8").count("\n") == 2
    # Neither the planner's index nor that of what is due knows it: it has not what they are made of.
    described = cloud.client("dynamodb").describe_table(TableName=app.settings.subscribers_table)["Table"]
    keys = {index["IndexName"]: index["KeySchema"][0]["AttributeName"] for index in described["GlobalSecondaryIndexes"]}
    assert {"mailable", "due"} <= {name.partition("-")[0] for name in keys}
    assert not (kept(cloud) or {}).keys() & set(keys.values())


def test_two_functions_at_first_use_agree_on_one_pepper(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both find nothing kept; one writes, the other is refused, reads, and compares."""
    together, looked = Barrier(2), Fingerprints.kept

    def look_together(self: Fingerprints) -> str:
        found = looked(self)
        if not found:
            together.wait(5)
        return found

    monkeypatch.setattr(Fingerprints, "kept", look_together)
    said: dict[str, BaseException | None] = {}

    def use(pepper: str) -> None:
        try:
            app.fingerprints.check(pepper.encode(), "p")
            said[pepper] = None
        except WrongPepper as refused:
            said[pepper] = refused

    threads = [Thread(target=use, args=(pepper,)) for pepper in (PEPPER, OTHER)]
    assert app.fingerprints is not None
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(each).__name__ for each in said.values()) == ["NoneType", "WrongPepper"]
    (right,) = (pepper for pepper, refused in said.items() if refused is None)
    assert kept(cloud)["fingerprint"]["S"] == pepper_fingerprint(right.encode())  # type: ignore[index]


def test_the_lost_answer_to_the_first_write_is_not_somebody_elses_pepper(cloud: Cloud) -> None:
    """The write took effect, its answer was lost, and boto3 repeated it: refused, and ours all the same."""
    real = app.fingerprints

    class Repeating:
        exceptions = real._client.exceptions  # noqa: SLF001

        def __init__(self) -> None:
            self.lost = True

        def get_item(self, **request: Any) -> Any:
            return real._client.get_item(**request)  # noqa: SLF001

        def put_item(self, **request: Any) -> Any:
            real._client.put_item(**request)  # noqa: SLF001
            return real._client.put_item(**request)  # noqa: SLF001

    repeating: Any = Repeating()
    Fingerprints(repeating, real.table).check(PEPPER.encode(), "p")
    assert kept(cloud) is not None

    class Broken(Repeating):
        def put_item(self, **request: Any) -> Any:
            real._client.put_item(**request)  # noqa: SLF001
            raise ReadTimeoutError(endpoint_url="https://dynamodb")

    broken: Any = Broken()
    cloud.client("dynamodb").delete_item(TableName=real.table, Key=KEY)
    with pytest.raises(ReadTimeoutError):
        Fingerprints(broken, real.table).check(PEPPER.encode(), "p")
    Fingerprints(broken, real.table).check(PEPPER.encode(), "p")


# --- another pepper --------------------------------------------------------------------------------------------------


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


def test_a_stack_that_never_had_a_reader_can_forget_its_pepper(cloud: Cloud, capsys: Captured) -> None:
    app.secrets.pepper  # noqa: B018 (the first use)
    delete(cloud)
    new_container(cloud)
    code, _, err = run(capsys, "secrets", "init")
    assert code == 1
    assert f"aws dynamodb delete-item --table-name {app.settings.subscribers_table}" in err
    cloud.client("dynamodb").delete_item(TableName=app.settings.subscribers_table, Key=KEY)
    assert run(capsys, "secrets", "init")[0] == 0
    assert run(capsys, "check")[1].count(parameter()) == 0


# --- health ----------------------------------------------------------------------------------------------------------


def test_before_the_secrets_are_made_nothing_says_that_all_is_well(cloud: Cloud, capsys: Captured) -> None:
    path = app.settings.secrets_path
    cloud.client("ssm").delete_parameters(Names=[f"{path}/{name}" for name in ("pepper", "link_keys")])
    new_container(cloud)
    answer = cloud.http("GET", "/health")
    assert answer["statusCode"] == 503
    assert json.loads(answer["body"])["parts"] == {"publication": "ok", "link_keys": "missing", "pepper": "missing"}
    form = cloud.http("GET", "/subscribe", headers={"accept-language": "en"})
    assert form["statusCode"] == 503
    assert run(capsys, "secrets", "init")[0] == 0
    new_container(cloud)
    assert cloud.http("GET", "/health")["statusCode"] == 200
    assert cloud.http("GET", "/subscribe")["statusCode"] == 200


def test_health_asks_anew_only_after_a_while_and_never_waits_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = [0.0], []
    health = Health({"part": lambda: asked.append(now[0])}, {}, lambda: now[0])
    for second in range(0, 61, 10):
        now[0] = float(second)
        assert health.check() == {"part": "ok"}
    assert asked == [0.0, 30.0, 60.0]
    monkeypatch.setattr("newsletter.platform.health.TIMEOUT", 0.05)
    never = Barrier(2)
    hanging = Health({"first": lambda: None, "hangs": lambda: never.wait(10), "behind": lambda: None}, {})
    assert hanging.check() == {"first": "ok", "hangs": NO_ANSWER, "behind": NO_ANSWER}
    never.abort()


def test_what_is_wrong_is_said_in_words_without_a_secret(cloud: Cloud) -> None:
    assert cloud.stack is not None

    def broken() -> None:
        message = "AccessDenied for arn:aws:iam::123456789012:role/x"
        raise RuntimeError(message)

    assert Health({"pepper": broken}, {}).check() == {"pepper": "cannot be read"}
