"""Readers' ids stand and fall with the pepper: another one is refused before anything happens under a wrong id."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from newsletter.container import app
from newsletter.platform.aws.pepper_fingerprints_store import KEY, Fingerprints, pepper_fingerprint
from newsletter.platform.errors import WrongPepper
from newsletter.platform.health import NO_ANSWER, TIMEOUT, Health
from tests.support.aws.pepper import OTHER, delete, kept, new_container, parameter
from tests.support.commands import Captured, run
from tests.support.readers.readers import add_reader
from tests.support.readers.site import READER
from tests.support.readers.stored import all_stored
from tests.support.stack.cloud import PEPPER, Cloud

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
    asking, given_up = Event(), Event()
    waited: list[float | None] = []

    class UntilItHangs(Thread):
        def join(self, timeout: float | None = None) -> None:
            waited.append(timeout)
            assert asking.wait(60)

    def hangs() -> None:
        asking.set()
        given_up.wait(60)

    monkeypatch.setattr("newsletter.platform.health.Thread", UntilItHangs)
    hanging = Health({"first": lambda: None, "hangs": hangs, "behind": lambda: None}, {})
    assert hanging.check() == {"first": "ok", "hangs": NO_ANSWER, "behind": NO_ANSWER}
    assert waited == [TIMEOUT]
    given_up.set()


def test_what_is_wrong_is_said_in_words_without_a_secret(cloud: Cloud) -> None:
    assert cloud.stack is not None

    def broken() -> None:
        message = "AccessDenied for arn:aws:iam::123456789012:role/x"
        raise RuntimeError(message)

    assert Health({"pepper": broken}, {}).check() == {"pepper": "cannot be read"}
