"""`newsletter picture`: the same pictures as in the console and the API, by the same rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from newsletter.container import app
from tests.support.articles.pictures import chunk, png

pytestmark = pytest.mark.usefixtures("cloud")
Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    code = main(("picture", *arguments))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_picture_is_kept_once_and_its_line_is_printed(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "meri.jpg"  # what it is called does not matter
    file.write_bytes(png(30, 20, chunk(b"tEXt", b"Author\0Maija")))
    code, out, _ = run(capsys, "add", str(file), "--alt", "Meri")
    (kept,) = app.pictures.all()
    assert code == 0
    assert out.splitlines()[0] == f"![Meri]({app.settings.public_url}/pictures/{kept.name})"
    assert app.pictures.get(kept.name) == png(30, 20)
    again = json.loads(run(capsys, "add", str(file), "--json")[1])
    assert again["picture"]["name"] == kept.name
    assert kept.name in json.loads(run(capsys, "list", "--json")[1])["pictures"][0]["url"]
    (line,) = {each.act for each in app.audit.page(f"{app.now():%Y-%m}", 10, now=app.now()).lines}
    assert line == "picture uploaded"


@pytest.mark.parametrize(
    ("data", "alt", "said"),
    [
        (png(2_001, 1), "", "2,001 × 1 pixels; at most 2,000 wide"),
        (b"x" * 1_000_002, "", "1,000,002 bytes; at most 1,000,000: make it smaller"),
        (b"GIF89a", "", "damaged"),
        (png(1, 1), "x" * 301, "--alt: 301 characters; at most 300"),
    ],
)
def test_what_is_refused_names_the_file_and_what_would_be_right(
    capsys: Captured, tmp_path: Path, data: bytes, alt: str, said: str
) -> None:
    file = tmp_path / "kuva.png"
    file.write_bytes(data)
    code, out, err = run(capsys, "add", str(file), "--alt", alt)
    assert (code, out) == (1, "")
    assert said in err
    assert alt or str(file) in err
    assert app.pictures.all() == []


def test_a_file_that_is_not_there_is_named(capsys: Captured, tmp_path: Path) -> None:
    code, _, err = run(capsys, "add", str(tmp_path / "puuttuu.png"))
    assert (code, "puuttuu.png: cannot be read" in err) == (1, True)
    assert "There are no pictures yet" in run(capsys, "list")[1]
