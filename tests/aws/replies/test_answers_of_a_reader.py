"""What is kept of a reader's answers is theirs to see, is erased with everything else, and is told by the trace."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.container import Container, app
from newsletter.overview.show_reader import show_reader
from newsletter.platform.links.links import LinkPurpose
from newsletter.readers import my_data
from tests.support import commands
from tests.support.commands import Captured
from tests.support.readers.moves import NEW, NEW_ID, move
from tests.support.readers.site import ID, READER, link
from tests.support.replies.answering import MAILING, WORDS, Answering, answering


@pytest.fixture
def answers(tmp_path: Path) -> Iterator[Answering]:
    with answering(tmp_path, keep_words=True) as found:
        yield found


def page(answers: Answering, **headers: str) -> str:
    answer = answers.cloud.http("GET", link(LinkPurpose.MY_DATA), headers=headers)
    assert answer["statusCode"] == 200
    return html.unescape(answer["body"])


def told(capsys: Captured, name: str, what: str = "answer") -> list[str]:
    code, out, err = commands.run(capsys, "trace", name, "--json")
    assert (code, err) == (0, "")
    story: dict[str, Any] = json.loads(out)
    assert READER not in out
    return [line["text"] for line in story["lines"] if line["what"] == what]


def test_readers_see_their_answers_and_the_words(answers: Answering) -> None:
    assert "Vastauksesi kirjeeseen" not in page(answers)
    taken = answers.answer()
    seen = page(answers)
    assert "<dt>Vastauksesi kirjeeseen</dt>" in seen
    assert f": ”{WORDS}”</dd>" in seen
    assert "<dt>Vastauksestasi kerrottu myynnille</dt>" in seen
    assert "<dt>Yhteydenottopyyntö</dt>" not in seen, "they pressed no button"
    assert "Ei avauksia" in seen, "and opened no link"
    records = json.loads(page(answers, accept="application/json"))["records"]
    (kept,) = [each for each in records if each["record"] == f"reply#{taken.id}"]
    assert (kept["mailing"], kept["words"]) == (MAILING, WORDS)


def test_words_that_are_not_to_be_kept_are_nowhere(tmp_path: Path) -> None:
    with answering(tmp_path) as answers:
        lead = app.leads.get(answers.answer().lead)
        assert lead is not None
        assert lead.answers == {}
        seen = page(answers)
        assert "Vastauksesi kirjeeseen" in seen
        assert WORDS not in seen
        for table in ("Subscribers", "Leads", "Content", "Deliveries", "Guards"):
            assert WORDS not in str(answers.cloud.items(table)), table


def test_whoever_is_erased_leaves_no_answer_behind(answers: Answering) -> None:
    answers.answer()
    my_data.erase_every_address(ID, app.now(), app)
    assert WORDS not in str([answers.cloud.items(table) for table in ("Subscribers", "Leads", "Content")])
    records = [item["record"]["S"] for item in answers.cloud.items("Subscribers") if item["id"]["S"] == ID]
    assert records == ["profile"]
    answers.answer("Vielä yksi asia.")
    records = [item["record"]["S"] for item in answers.cloud.items("Subscribers") if item["id"]["S"] == ID]
    assert records == ["profile"], "an answer that comes later is nobody's"


def test_answers_are_found_after_a_change_of_address(answers: Answering, capsys: Captured) -> None:
    first = answers.answer()
    move(answers.cloud)
    second = answers.answer("Vielä yksi asia.", sender=NEW, to=answers.mail().reply_to[0])
    assert (second.subscriber, second.position) == (NEW_ID, 0)
    shown = show_reader(NEW_ID, app.now(), app)
    assert [reply.id for reply in shown.replies] == [first.id, second.id]
    assert [reply.id for reply in my_data.collect_data(NEW_ID, app).replies] == [first.id, second.id]
    assert len(told(capsys, NEW_ID)) == 2


def test_the_trace_tells_answers_and_what_was_done(
    answers: Answering, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = answers.answer()
    (line,) = told(capsys, ID)
    assert line == (
        f"{MAILING}: received mail {taken.id}, taken for a person (nothing shows that a program wrote it); sent on;"
        f" lead {taken.lead}"
    )
    (visit,) = told(capsys, ID, "visit")
    assert visit == f"{MAILING}: mail answered, sparraus: person"
    made = told(capsys, taken.lead, "lead")[0]
    assert "made by an answer from campaign-kevat" in made
    assert WORDS not in str(told(capsys, taken.lead))
    later = app.now() + timedelta(days=31)
    monkeypatch.setattr(Container, "now", lambda _: later)
    assert told(capsys, ID) == [f"{MAILING}: answered, received mail {taken.id}"], "the log is kept for 30 days"
