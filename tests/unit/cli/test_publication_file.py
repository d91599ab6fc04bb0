"""One more feed in publication.toml, and everything else as it was."""

from __future__ import annotations

import tomllib

import pytest

from cli.articles.publication_file import CannotBeEdited, with_feed

URL = "https://muu.example/syöte?a=1"
TABLE = f'[[feeds]]\nurl = "{URL}"\nlanguage = "sv"\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '[[feeds]]\nurl = "a"\nlanguage = "fi"\n# exclude = []\n\n# Topics.\n[[topics]]\nkey = "b"\n',
            f'[[feeds]]\nurl = "a"\nlanguage = "fi"\n# exclude = []\n\n{TABLE}\n# Topics.\n[[topics]]\nkey = "b"\n',
        ),
        (
            '[[feeds]]\nurl = "a"\nlanguage = "fi"\n# About the topic.\n[[topics]]\nkey = "b"\n',
            f'[[feeds]]\nurl = "a"\nlanguage = "fi"\n\n{TABLE}\n# About the topic.\n[[topics]]\nkey = "b"\n',
        ),
        (
            '[[ feeds ]] # one\nurl = "a"\n\n[x]\ny = 1\n\n[[feeds]]\nurl = "b"\n',
            f'[[ feeds ]] # one\nurl = "a"\n\n[x]\ny = 1\n\n[[feeds]]\nurl = "b"\n\n{TABLE}',
        ),
        (
            '[[feeds]]\nurl = "a"\nexclude = [\n  { title = "x" },\n]\n\n[x]\ny = 1',
            f'[[feeds]]\nurl = "a"\nexclude = [\n  {{ title = "x" }},\n]\n\n{TABLE}\n[x]\ny = 1\n',
        ),
        ("name = 'x'\n", f"name = 'x'\n\n{TABLE}"),
    ],
    ids=["a comment of the feed", "a comment of what follows", "the last of several", "a list", "no feed yet"],
)
def test_the_feed_comes_after_the_last_one_and_nothing_else_moves(before: str, after: str) -> None:
    assert with_feed(before, URL, "sv") == after
    assert with_feed(before.replace("\n", "\r\n"), URL, "sv") == after.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [
        'feeds = [{ url = "a", language = "fi" }]\n',
        '[[feeds]]\nurl = "a"\n[feeds.more]\nx = 1\n',
        'x = """\n[[feeds]]\n"""\n',
    ],
    ids=["in one line", "with a table below", "within a text"],
)
def test_a_file_that_is_not_understood_is_left_alone_or_is_right(text: str) -> None:
    try:
        edited = tomllib.loads(with_feed(text, URL, "sv"))
    except CannotBeEdited as refused:
        assert URL in str(refused)  # noqa: PT017 # either will do
    else:
        before = tomllib.loads(text)
        assert edited == {**before, "feeds": [*before.get("feeds", []), {"url": URL, "language": "sv"}]}


def test_quotes_in_an_address_break_nothing() -> None:
    edited = with_feed("", 'https://a.example/"]\n[x]\\', "fi")
    assert tomllib.loads(edited)["feeds"][0]["url"] == 'https://a.example/"]\n[x]\\'
