"""The `newsletter` command before it does anything."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main

INFRA = Path(__file__).parents[3] / "infra"
HELP = """
import contextlib, sys
sys.path.insert(0, sys.argv[1])
from cli.main import main
for words in ([], ["mailing"], ["mailing", "show"], ["import"], ["check"]):
    with contextlib.suppress(SystemExit):
        main([*words, "--help"])
print(*sorted({"boto3", "newsletter", "rich"} & set(sys.modules)), sep=",")
"""


def test_help_loads_neither_the_product_nor_what_talks_to_aws() -> None:
    """Whoever asks for help does not wait for boto3."""
    done = subprocess.run(
        [sys.executable, "-c", HELP, str(INFRA)], env={}, capture_output=True, text=True, timeout=60, check=True
    )
    assert "Bring readers in from a CSV file." in done.stdout
    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize("arguments", [["trace", "\udcff"], ["mailing", "show", "a\udc80b", "--json"]])
def test_bytes_that_are_no_text_are_refused_by_every_command(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert "is no text: UTF-8 is wanted" in said.err
    assert bool(said.out) is ("--json" in arguments)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(
    "command",
    [
        ["cost", "--readers", "1000", "--digests-per-month", "4"],
        ["cost", "--readers", "1000", "--digests-per-month", "4", "--json"],
        ["mailing", "show", "a\udc80b", "--json"],  # a fault, which is written for programs
    ],
)
def test_what_no_longer_fits_on_the_disk_is_said_in_one_line(command: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        start = [sys.executable, "-c", f"import sys; from cli.main import main; sys.exit(main({command!r}))"]
        done = subprocess.run(start, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "newsletter: the output is not whole: No space left on device; make room, and run it again"
    )


def test_a_command_whose_output_was_closed_does_what_it_was_asked_for() -> None:
    start = f'{sys.executable} -c \'from cli.main import main; raise SystemExit(main(["completion", "bash"]))\' >&-'
    done = subprocess.run(start, shell=True, cwd=INFRA, stderr=subprocess.PIPE, text=True, timeout=60, check=False)  # noqa: S602 (it is the shell that closes it)
    assert (done.returncode, done.stderr) == (0, "")
