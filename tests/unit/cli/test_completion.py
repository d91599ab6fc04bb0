"""What shells complete is what the parser knows, and a mistyped word is answered with the one that was meant."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.completion import script
from cli.main import main, parser
from cli.parsing import commands_of, options_of, subcommands_of

COMPLETE = """
source "$1"
COMP_WORDS=(newsletter "${@:2}")
COMP_CWORD=$#
((COMP_CWORD -= 1))
_newsletter
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completed(tmp_path: Path, *words: str) -> set[str]:
    """What bash offers for the last of the words."""
    path = tmp_path / "newsletter.bash"
    path.write_text(script("bash", parser()), encoding="utf-8")
    bash = shutil.which("bash")
    assert bash
    done = subprocess.run(
        [bash, "--norc", "-c", COMPLETE, "bash", str(path), *words], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_bash_completes_every_command_and_option_of_the_parser(tmp_path: Path) -> None:
    for each, path in list(commands_of(parser()))[:12]:
        offered = completed(tmp_path, *path.split(), "")
        assert offered >= {*subcommands_of(each), *options_of(each)}, path


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("camp",), {"campaign"}),
        (("mailing", "ca"), {"cancel"}),
        (("mailing", "show", "digest-2026-W48", "--addr"), {"--addresses"}),
        (("--stack", "newsletter", "leads", "en"), {"endpoint"}),
        (("completion", ""), {"bash", "zsh", "fish"}),
        (("import", "--js"), {"--json"}),
    ],
)
def test_bash_completes_the_word_that_was_begun(tmp_path: Path, words: tuple[str, ...], offered: set[str]) -> None:
    assert completed(tmp_path, *words) >= offered
    if words[-1]:
        assert completed(tmp_path, *words) == offered


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_scripts_of_other_shells_name_every_command_and_option(shell: str) -> None:
    text = script(shell, parser())
    for each, path in commands_of(parser()):
        for word in (*path.split(), *subcommands_of(each)):
            assert word in text
        for option in options_of(each):
            assert (
                option if shell == "zsh" else f"-l {option[2:]}" if option[:2] == "--" else f"-s {option[1:]}"
            ) in text
    shown = shutil.which(shell)
    if shown:
        subprocess.run([shown, "-n"], input=text, text=True, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["campain", "send"], "invalid choice: 'campain'; did you mean campaign?"),
        (["mailing", "shwo", "x"], "invalid choice: 'shwo'; did you mean show?"),
        (["mailing", "show", "x", "--adresses"], "unrecognized arguments: --adresses; did you mean --addresses?"),
        (["leads", "list", "--jsno"], "unrecognized arguments: --jsno; did you mean --json?"),
        (["mailing", "list", "--xyzzy"], "unrecognized arguments: --xyzzy\n"),
        (["xyzzy"], "invalid choice: 'xyzzy' (choose from campaign, audience, mailing, "),
        (["leads", "list", "--limit", "0"], "argument --limit: '0' is not"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_one_that_was_meant(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    root = Path(__file__).parents[3]
    (version,) = [line for line in (root / "pyproject.toml").read_text().splitlines() if line.startswith("version = ")]
    assert capsys.readouterr().out == f"newsletter {version.split(chr(34))[1]}\n"
    assert sys.version_info


def test_every_command_that_runs_has_json() -> None:
    for each, path in commands_of(parser()):
        if each.get_default("run"):
            assert "--json" in options_of(each), path
