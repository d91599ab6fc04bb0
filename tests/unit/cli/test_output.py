"""What commands print acts on no terminal, and looks as it was written."""

from __future__ import annotations

import pytest

from cli.output import say, table


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Näin 👩‍💻 ja ❤️‍🔥\nuusi rivi", "Näin 👩‍💻 ja ❤️‍🔥\nuusi rivi"),
        ("a\x1b[31mb\x9b1mc\rd\x07", "a [31mb 1mc d "),
        ("\u202eabc\u2028d\ue000", "abc d "),
    ],
)
def test_no_control_character_is_printed(text: str, printed: str, capsys: pytest.CaptureFixture[str]) -> None:
    say(text)
    assert capsys.readouterr().out == f"{printed}\n"


def test_what_is_to_be_copied_stands_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    id_ = "a1" * 20
    columns = ("Id", *"abcdefgh")
    table(columns, [(id_, *(["many words " * 9] * 8))], whole=("Id",))
    assert id_ in capsys.readouterr().out
