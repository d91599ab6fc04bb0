"""`make audit`, whole: against a service of advisories of the test's own, and against none."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from supply.audit import WITNESS
from tests.skips import DEPLOY_TOOLS, require

ROOT = Path(__file__).parents[2]
WEAK = {"id": "GHSA-1", "summary": "Bad.", "affected": [], "modified": "2026-11-01T00:00:00Z"}


@contextmanager
def osv(answers: dict[str, Any]) -> Iterator[str]:
    """A service that answers as OSV does, and knows what is wrong with the witness; the address to ask."""

    @Request.application
    def answer(request: Request) -> Response:
        package = json.loads(request.get_data())["package"]["name"]
        return Response(
            json.dumps(({WITNESS[0]: {"vulns": [WEAK]}} | answers).get(package, {})), content_type="application/json"
        )

    server = make_server("127.0.0.1", 0, answer, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}/v1/query"
    finally:
        server.shutdown()
        thread.join()


def run(lock: Path, url: str, *options: str) -> tuple[int, str]:
    """`make audit` of one lock, with a service of advisories of the test's own."""
    ran = subprocess.run(
        [require(DEPLOY_TOOLS), "-m", "supply.audit", "--lock", lock, "--osv-url", url, *options],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT / "infra"), "HOME": str(lock.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, ran.stdout + ran.stderr


def test_the_command_finds_what_a_source_knows_and_goes_on_where_none_answers(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "idna==3.20 \\\n    --hash=sha256:" + "0" * 64 + "\nsix==1.17.0 \\\n    --hash=sha256:" + "1" * 64 + "\n"
    )
    with osv({"idna": {"vulns": [WEAK]}}) as url:
        status, said = run(lock, url)
    assert status == 1
    assert "lock.txt: idna 3.20 has GHSA-1, not mended in any version" in said
    with osv({}) as url:
        assert run(lock, url) == (0, "lock.txt: nothing known against it at OSV\n")
    status, said = run(lock, url)
    assert status == 0
    assert said.startswith("lock.txt: NOT held against advisories, no source answered (OSV: ")
    assert run(lock, url, "--required")[0] == 1


@pytest.mark.parametrize("nonsense", [{}, [], None, {"vulns": 7}])
def test_a_source_that_answers_and_knows_nothing_is_none(tmp_path: Path, nonsense: object) -> None:
    """As a proxy does that says yes to everything."""
    lock = tmp_path / "lock.txt"
    lock.write_text("idna==3.20 --hash=sha256:" + "0" * 64 + "\n")
    with osv(dict.fromkeys(("idna", WITNESS[0]), nonsense)) as url:
        status, said = run(lock, url, "--required")
    assert status == 1
    assert "NOT held against advisories, no source answered (OSV: " in said
