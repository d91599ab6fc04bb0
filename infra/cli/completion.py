"""Scripts with which shells complete the `newsletter` command, made from its parser: one truth for both."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from cli.parsing import commands_of, helps_of, options_of

BASH = """\
# Completion of newsletter for bash.
_newsletter() {{
  local word path= words=
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case "$path $word" in
      {paths}) path="$path $word" ;;
    esac
  done
  case "$path" in
{cases}
  esac
  COMPREPLY=( $(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}") )
}}
complete -o bashdefault -o default -F _newsletter newsletter
"""
ZSH = """\
#compdef newsletter
# Completion of newsletter for zsh.
_newsletter() {{
  local word place=
  local -a found
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    case "$place $word" in
      {paths}) place="$place $word" ;;
    esac
  done
  case "$place" in
{cases}
  esac
  _describe newsletter found || _files
}}
if [ "$funcstack[1]" = _newsletter ]; then _newsletter "$@"; else compdef _newsletter newsletter; fi
"""
FISH = """\
# Completion of newsletter for fish.
function __newsletter_at
    set -l place ''
    for word in (commandline -opc)[2..-1]
        if contains -- (string trim "$place $word") {paths}
            set place (string trim "$place $word")
        end
    end
    test "$place" = "$argv[1]"
end
{lines}
"""


@dataclass(frozen=True)
class Word:
    """What can follow at a place of the command line, and what it is for."""

    text: str
    about: str


def script(shell: str, parser: argparse.ArgumentParser) -> str:
    """The script for `bash`, `zsh` or `fish`."""
    words = {path: list(_words(each)) for each, path in commands_of(parser)}
    return {"bash": _bash, "zsh": _zsh, "fish": _fish}[shell](words)


def _words(parser: argparse.ArgumentParser) -> Iterator[Word]:
    for name, about in helps_of(parser).items():
        yield Word(name, about)
    for action in parser._actions:  # noqa: SLF001
        if not action.option_strings and action.choices and not helps_of(parser):
            yield from (Word(str(choice), action.help or "") for choice in action.choices)
    for name, option in options_of(parser).items():
        yield Word(name, "" if option.help in (None, argparse.SUPPRESS) else str(option.help))


def _bash(words: dict[str, list[Word]]) -> str:
    cases = [
        f"    {_place(path)}) words={shlex.quote(' '.join(w.text for w in each))} ;;" for path, each in words.items()
    ]
    return BASH.format(paths="|".join(_place(path) for path in words if path), cases="\n".join(cases))


def _zsh(words: dict[str, list[Word]]) -> str:
    cases = []
    for path, each in words.items():
        listed = " ".join(shlex.quote(f"{word.text}:{_line(word.about)}") for word in each)
        cases.append(f"    {_place(path)}) found=({listed}) ;;")
    return ZSH.format(paths="|".join(_place(path) for path in words if path), cases="\n".join(cases))


def _fish(words: dict[str, list[Word]]) -> str:
    lines = []
    for path, each in words.items():
        for word in each:
            at = f"complete -c newsletter -n {_fish_quoted(f'__newsletter_at {_fish_quoted(path)}')}"
            kind = f"-l {word.text[2:]}" if word.text.startswith("--") else f"-a {word.text}"
            if word.text.startswith("-") and not word.text.startswith("--"):
                kind = f"-s {word.text[1:]}"
            lines.append(f"{at} {kind} -d {_fish_quoted(_line(word.about))}")
    return FISH.format(paths=" ".join(_fish_quoted(path) for path in words if path), lines="\n".join(lines))


def _place(path: str) -> str:
    """The place as the scripts gather it: a blank before each word."""
    return "''" if not path else "".join(f"' '{shlex.quote(word)}" for word in path.split())


def _fish_quoted(text: str) -> str:
    """The text in single quotes, in which fish knows two escapes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _line(about: str) -> str:
    """On one line, without what argparse and the shells would read as more than text."""
    return " ".join(about.replace("%%", "%").split())
