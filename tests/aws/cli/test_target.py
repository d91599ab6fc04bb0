"""Which stack a command talks to, what it says when there is none, and that it leaves the environment as it was."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import Stubber
from werkzeug.wrappers import Request, Response

from cli import target
from cli.faults import Fault
from cli.main import main
from newsletter.container import app
from rehearsal import address_file
from rehearsal.cloud import LocalCloud
from tests.support.mailings.templates import TEMPLATES
from tests.support.stack.loopback import served
from tests.support.stack.no_stack import without_stack

ENVIRONMENT = {"NEWSLETTER_CONTENT_TABLE": "deployed-content", "NEWSLETTER_TEMPLATES": "/opt", "OTHER": "x"}


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No stack in the environment, and nothing on the port of the local cloud."""
    without_stack(monkeypatch)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("PORT", "1")


@pytest.fixture
def local() -> Iterator[str]:
    """Something that answers as the local cloud does."""

    def app(environ: Any, start_response: Any) -> Any:
        known = Request(environ).path == "/_local/environment.json"
        body = json.dumps({"NEWSLETTER_CONTENT_TABLE": "local-content", "AWS_ACCESS_KEY_ID": "local"})
        return Response(body if known else "", 200 if known else 404)(environ, start_response)

    with served(app) as url:
        yield url


def aws(variables: dict[str, str] | None) -> Callable[[str], Any]:
    """Clients that answer as AWS does and check what they are asked: a stack with these variables, or no stack."""
    formation, functions = boto3.client("cloudformation"), boto3.client("lambda")
    asked = {"StackName": "prod", "LogicalResourceId": "Console"}
    with_formation, with_functions = Stubber(formation), Stubber(functions)
    if variables is None:
        with_formation.add_client_error(
            "describe_stack_resource", "ValidationError", "Stack 'prod' does not exist", expected_params=asked
        )
    else:
        detail = {
            "LogicalResourceId": "Console",
            "PhysicalResourceId": "prod-Console-1",
            "ResourceType": "AWS::Lambda::Function",
            "LastUpdatedTimestamp": "2027-01-05T06:00:00Z",
            "ResourceStatus": "CREATE_COMPLETE",
        }
        with_formation.add_response("describe_stack_resource", {"StackResourceDetail": detail}, asked)
        with_functions.add_response(
            "get_function_configuration",
            {"Environment": {"Variables": variables}},
            {"FunctionName": "prod-Console-1", "Qualifier": "live"},
        )
    with_formation.activate()
    with_functions.activate()
    return lambda service: {"cloudformation": formation, "lambda": functions}[service]


def test_a_deployed_stack_tells_its_functions_environment() -> None:
    found = target.find(target.Wanted(stack="prod"), aws(ENVIRONMENT))
    assert found.variables["NEWSLETTER_CONTENT_TABLE"] == "deployed-content"
    assert "OTHER" not in found.variables
    assert (Path(found.variables["NEWSLETTER_TEMPLATES"]) / "publication.toml").is_file()
    assert not found.local


def test_a_stack_that_is_not_there_or_not_ours_is_said_to_be() -> None:
    with pytest.raises(
        Fault, match=r"in [a-z]+-[a-z]+-\d: Stack 'prod' does not exist; AWS_DEFAULT_REGION names another region"
    ):
        target.find(target.Wanted(stack="prod"), aws(None))
    with pytest.raises(Fault, match="is it this product's stack"):
        target.find(target.Wanted(stack="prod"), aws({}))


def test_missing_credentials_are_one_line() -> None:
    def client(_service: str) -> Any:
        raise NoCredentialsError

    with pytest.raises(Fault, match=r"^AWS cannot be used: Unable to locate credentials; `aws sso login`"):
        target.find(target.Wanted(stack="prod"), client)


def test_an_endpoint_that_is_not_aws_is_one_line(local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell with the local cloud's variables, and --stack: it has no CloudFormation."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", local)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(Fault, match=rf"^what answers at {local} \(AWS_ENDPOINT_URL\) is not AWS; .+ use --local "):
        target.find(target.Wanted(stack="newsletter-local"))


def test_a_local_cloud_is_used_by_itself_where_nothing_else_is_named(
    local: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", local.rpartition(":")[2])
    found = target.find(target.Wanted())
    assert (found.variables["NEWSLETTER_CONTENT_TABLE"], found.local) == ("local-content", True)
    assert target.find(target.Wanted(local=local)) == found
    main(["decisions"])
    assert f"newsletter: using the local cloud at {local}\n" in capsys.readouterr().err
    monkeypatch.setenv("NEWSLETTER_CONTENT_TABLE", "named")
    assert target.find(target.Wanted()).variables == {}


def test_a_local_cloud_is_found_on_whatever_port_it_listens(
    local: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PORT")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert target.local_urls() == ("http://127.0.0.1:8000",)
    address_file.write("http://127.0.0.1:1")
    address_file.write(local)
    assert target.find(target.Wanted()).name == f"the local cloud at {local}"
    monkeypatch.setenv("PORT", "1")
    assert target.local_urls() == ("http://127.0.0.1:1",)
    monkeypatch.delenv("PORT")
    # A stack that is named comes before any local cloud.
    assert target.find(target.Wanted(stack="prod"), aws(ENVIRONMENT)).name == "the stack prod"
    monkeypatch.setenv("NEWSLETTER_CONTENT_TABLE", "named")
    assert not target.find(target.Wanted()).local
    monkeypatch.delenv("NEWSLETTER_CONTENT_TABLE")
    # One that was killed left its address; another that ran and ended takes only its own away.
    address_file.write("http://127.0.0.1:1")
    assert target.find(target.Wanted()).name == f"the local cloud at {local}"
    address_file.remove("http://127.0.0.1:1")
    assert address_file.read() == (local,)
    address_file.remove(local)
    assert address_file.read() == ()


def test_it_is_said_which_addresses_were_tried_and_another_server_is_passed_over(
    local: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PORT")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        gone = f"http://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setattr(target, "DEFAULT_PORT", int(gone.rpartition(":")[2]))
    other = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    try:
        address_file.write(local)
        address_file.write(f"http://127.0.0.1:{other.server_port}")
        assert target.find(target.Wanted()).name == f"the local cloud at {local}"
        assert target.find(target.Wanted(local=target.ANY)).name == f"the local cloud at {local}"
        address_file.remove(local)
        for wanted in (target.Wanted(), target.Wanted(local=target.ANY)):
            with pytest.raises(Fault, match=f"; tried http://127.0.0.1:{other.server_port}, {gone}$"):
                target.find(wanted)
    finally:
        other.shutdown()
        other.server_close()


@pytest.mark.parametrize(
    "said", ["", "http://evil.example", "https://127.0.0.1:8000", "http://127.0.0.1:8000/x", "\xff"]
)
def test_what_is_no_address_of_this_computer_is_not_believed(
    said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    address_file.write("http://127.0.0.1:8123")
    (file,) = tmp_path.iterdir()
    file.write_text(said, encoding="latin-1")
    assert address_file.read() == ()
    file.unlink()
    (tmp_path / "elsewhere").write_text("http://127.0.0.1:8123")
    file.symlink_to(tmp_path / "elsewhere")
    assert address_file.read() == ()
    address_file.write("http://127.0.0.1:8124")
    assert address_file.read() == ("http://127.0.0.1:8124",)
    assert (tmp_path / "elsewhere").read_text() == "http://127.0.0.1:8123"


def test_with_nothing_to_talk_to_it_is_said_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decisions"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert all(way in said for way in ("--stack NAME", "make demo", "--local", "NEWSLETTER_*"))
    assert main(["decisions", "--local"]) == 1
    assert (
        capsys.readouterr().err
        == "newsletter: no local cloud answers; start it with `make demo`, or name one with --local URL; "
        "tried http://127.0.0.1:1\n"
    )
    assert main(["decisions", "--local", "--stack", "prod"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--local", "mailing", "show", "x"],
        ["mailing", "show", "--local", "x"],
        ["mailing", "show", "x", "--local"],
    ],
)
def test_local_alone_takes_no_other_word_for_its_url(
    arguments: list[str], local: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", local.rpartition(":")[2])
    seen: list[str] = []

    def show(mailing: str, **_: bool) -> int:
        seen.append(f"{mailing} {os.environ['AWS_ACCESS_KEY_ID']}")
        return 0

    monkeypatch.setattr("cli.mailings.show_mailings.show", show)
    assert main(arguments) == 0
    at = arguments.index("--local") + 1
    assert main([*arguments[:at], local, *arguments[at:]]) == 0
    assert seen == ["x local", "x local"]


def test_a_command_leaves_the_environment_as_it_was(local: str, monkeypatch: pytest.MonkeyPatch) -> None:
    here, deployed = target.find(target.Wanted(local=local)), target.find(target.Wanted(stack="prod"), aws(ENVIRONMENT))
    monkeypatch.setenv("AWS_PROFILE", "of-the-person-at-the-keyboard")
    before = dict(os.environ)
    with target.applied(here):
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["NEWSLETTER_CONTENT_TABLE"] == "local-content"
    with target.applied(deployed):
        assert os.environ["AWS_PROFILE"] == "of-the-person-at-the-keyboard"
    assert dict(os.environ) == before
    app.reset()


def test_the_local_cloud_is_reached_from_another_process(tmp_path: Path) -> None:
    campaign = tmp_path / "kevat.md"
    campaign.write_text("---\nsubject: Moi\nlanguage: fi\n---\nMoi.\n", encoding="utf-8")
    paths = os.pathsep.join(str(target.REPOSITORY / folder) for folder in ("functions", "infra"))
    with LocalCloud(ingest=False, templates=TEMPLATES) as cloud:

        def newsletter(*arguments: str) -> str:
            words = [sys.executable, "-m", "cli.main", *arguments, "--local", cloud.url]
            environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths}
            return subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout

        readers = tmp_path / "lukijat.csv"
        readers.write_text("email\nmaija@example.com\n", encoding="utf-8")
        newsletter("import", str(readers), "--as", "confirmed", "--evidence", "messut 2026")
        assert "Started campaign-kevat." in newsletter("campaign", "send", str(campaign), "--yes")
        assert cloud.drain()
        report = json.loads(newsletter("mailing", "show", "campaign-kevat", "--json"))
        assert (report["planned_to_the_end"], report["certificate"]["planned"]) == (True, 1)
        assert newsletter("secrets", "init").count(" exists\n") == 4


@pytest.mark.parametrize(
    "arguments", [[], ["campaign"], ["nonsense"], ["mailing", "show"], ["decisions", "--limit", "0"]]
)
def test_wrong_usage_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: newsletter" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Exit codes: 0 done, 1 a fault or not done, 2 wrong usage, 130 stopped"),
        (["campaign", "send"], "subject: Kevään sparraukset"),
        (["mailing", "show"], "one line per recipient"),
        (["check"], "Each fault is said with its place and what mends it"),
        (["secrets", "init"], "no value is printed"),
    ],
)
def test_help_helps(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--help"])
    assert left.value.code == 0
    assert said in " ".join(capsys.readouterr().out.split())
