"""Campaign files: what is written arrives as written, and every fault names file, line and field."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.faults import Fault
from cli.mailings.campaign_file import read_campaign
from newsletter.mailings.campaign import Campaign
from newsletter.mailings.experiments.experiment import Experiment
from newsletter.platform.errors import InvalidInput

LINE = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=40)


def written(folder: Path, text: str, name: str = "kevat-2027.md") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def test_a_whole_file_becomes_a_campaign(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "---\nsubject: Kevään sparraukset\nlanguage: fi\ntopics: [linkedin, tekoaly, linkedin]\n"
        'languages:\n  - fi\n  - sv\noffer: sparraus\npreheader: "Aikoja: kolme"\n---\n\n## Moi\n\n---\n\nLoppu.\n',
    )
    assert read_campaign(path).campaign == Campaign(
        name="kevat-2027",
        subject="Kevään sparraukset",
        body="## Moi\n\n---\n\nLoppu.",
        language="fi",
        topics=("linkedin", "tekoaly"),
        languages=("fi", "sv"),
        offer="sparraus",
        preheader="Aikoja: kolme",
    )


AB = "ab:\n  subjects: [Yksi, 2026]\n  share: 0.25\n  hours: 6\n"


def test_an_ab_test_stands_in_the_front_matter_and_its_first_subject_is_that_of_the_file(tmp_path: Path) -> None:
    campaign = read_campaign(written(tmp_path, f"---\nlanguage: fi\n{AB}---\nMoi\n")).campaign
    assert (campaign.subject, campaign.ab) == ("Yksi", Experiment(("Yksi", "2026"), 0.25, 6))
    inline = "ab: {subjects: [Yksi, Kaksi], preheaders: [Eka, Toka]}\n"
    campaign = read_campaign(written(tmp_path, f"---\nsubject: Oma\nlanguage: fi\n{inline}---\nMoi\n")).campaign
    assert (campaign.subject, campaign.ab) == ("Oma", Experiment(("Yksi", "Kaksi"), preheaders=("Eka", "Toka")))


@pytest.mark.parametrize(
    ("front", "place"),
    [
        ("ab: Yksi\n", "3: ab: "),
        ("ab:\n  share: 0.2\n", "3: ab.subjects: missing"),
        ("ab:\n  subjects: []\n", "4: ab.subjects: "),
        ("ab:\n  subjects: [Yksi, [Kaksi]]\n", "4: ab.subjects: give a list of texts"),
        ("ab:\n  subjects: [Yksi, Kaksi]\n  share: fifth\n", "5: ab.share: "),
        ("ab:\n  subjects: [Yksi, Kaksi]\n  hours: 4.5\n", "5: ab.hours: "),
        ("ab:\n  subjects: [Yksi, Kaksi]\n  winner: 1\n", "5: ab.winner: unknown field"),
    ],
)
def test_a_wrong_ab_test_is_told_with_its_line(tmp_path: Path, front: str, place: str) -> None:
    path = written(tmp_path, f"---\nlanguage: fi\n{front}---\nMoi\n")
    with pytest.raises(Fault) as wrong:
        read_campaign(path)
    assert str(wrong.value).startswith(f"{path}:{place}")


def test_what_an_ab_test_may_not_be_is_told_with_its_line(tmp_path: Path) -> None:
    file = read_campaign(written(tmp_path, f"---\nlanguage: fi\n{AB}---\nMoi\n"))
    assert str(file.fault(InvalidInput("ab.share", "too much"))) == f"{file.path}:5: ab.share: too much"
    assert str(file.fault(InvalidInput("ab.preheaders", "one"))) == f"{file.path}:3: ab.preheaders: one"


@pytest.mark.parametrize(("line", "said"), [("archive: true\n", True), ("archive: false\n", False), ("", None)])
def test_a_campaign_says_whether_the_archive_shows_it_or_leaves_it_open(
    tmp_path: Path,
    line: str,
    said: bool | None,  # noqa: FBT001
) -> None:
    path = written(tmp_path, f"---\nsubject: Moi\nlanguage: fi\n{line}---\nMoi\n")
    assert read_campaign(path).campaign.archive is said


@given(subject=LINE, name=LINE, topics=st.lists(LINE, min_size=1, max_size=5, unique=True), body=LINE)
def test_whatever_yaml_can_say_arrives_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, subject: str, name: str, topics: list[str], body: str
) -> None:
    front = yaml.safe_dump({"subject": subject, "name": name, "language": "fi", "topics": topics}, allow_unicode=True)
    path = written(tmp_path_factory.mktemp("campaign"), f"---\n{front}---\n{body}\n")
    campaign = read_campaign(path).campaign
    assert (campaign.subject, campaign.name, campaign.topics) == (subject, name, tuple(topics))
    assert campaign.body == body


@pytest.mark.parametrize("word", ["no", "yes", "on", "null", "2027", "1.5", "0x10", "2027-01-05", "~"])
def test_a_word_that_yaml_has_another_idea_of_stays_a_word(tmp_path: Path, word: str) -> None:
    path = written(tmp_path, f"---\nsubject: {word}\nname: {word}\nlanguage: {word}\n---\nMoi\n")
    campaign = read_campaign(path).campaign
    assert (campaign.subject, campaign.name, campaign.language) == (word, word, word)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path, newline: str) -> None:
    text = "---\nsubject: Moi\nlanguage: fi\n---\nYksi\n\nKaksi\n"
    path = written(tmp_path, "\ufeff" + text.replace("\n", newline))
    assert read_campaign(path).campaign == read_campaign(written(tmp_path, text)).campaign


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "no front matter"),
        ("subject: Moi\n", 1, "no front matter"),
        ("---\nsubject: Moi\n", 3, "the front matter has no end"),
        ("---\n---\nMoi\n", 1, "subject: missing"),
        ("---\nsubject: Moi\n---\nMoi\n", 1, "language: missing"),
        ("---\nsubject: Moi\nlangauge: fi\n---\nMoi\n", 3, "langauge: unknown field; there are name, subject,"),
        ("---\nsubject: Moi\nlanguage: fi\nsubject: Hei\n---\nMoi\n", 4, "subject: stands on line 2 already"),
        ("---\nsubject: Sparraus: kolme aikaa\nlanguage: fi\n---\nMoi\n", 2, "not YAML"),
        ("---\nsubject: [a, b]\nlanguage: fi\n---\nMoi\n", 2, "subject: give a text"),
        ("---\nsubject:\nlanguage: fi\n---\nMoi\n", 2, "subject: give a text"),
        ("---\nsubject: Moi\nlanguage: fi\ntopics: []\n---\nMoi\n", 4, "topics: give a list"),
        ("---\nsubject: Moi\nlanguage: fi\ntopics:\n  a: b\n---\nMoi\n", 4, "topics: give a list"),
        ("---\nsubject: Moi\nlanguage: fi\narchive: ei\n---\nMoi\n", 4, "archive: give true or false"),
        ("---\n- subject\n---\nMoi\n", 2, "begin the file with ---"),
        ("---\nsubject: \x07\n---\nMoi\n", 2, "not YAML"),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(Fault) as caught:
        read_campaign(path)
    assert str(caught.value).startswith(f"{path}:{line}: {said}")


def test_a_value_that_cannot_be_used_is_said_on_its_line(tmp_path: Path) -> None:
    file = read_campaign(written(tmp_path, "---\nsubject: Moi\n\ntopics: [x]\nlanguage: fi\n---\n\nMoi\n"))
    assert str(file.fault(InvalidInput("topics", "unknown"))) == f"{file.path}:4: topics: unknown"
    assert str(file.fault(InvalidInput("body", "too long"))) == f"{file.path}:8: body: too long"


def test_a_file_that_is_not_there_or_not_text_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="No such file"):
        read_campaign(tmp_path / "nothing.md")
    path = tmp_path / "latin.md"
    path.write_bytes("---\nsubject: Kevään\n---\n".encode("latin-1"))
    with pytest.raises(Fault, match="not UTF-8"):
        read_campaign(path)
    path.write_bytes(b"x" * 400_001)
    with pytest.raises(Fault, match="longer than"):
        read_campaign(path)
