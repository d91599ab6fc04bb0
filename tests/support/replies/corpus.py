"""The corpus of incoming mails, and what is expected of each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from newsletter.replies.judging.judge_reply import OwnSenders, ReplyJudgement, judge_reply
from newsletter.replies.parsing.incoming_mail import IncomingMail
from newsletter.replies.parsing.read_mail import read_mail

FOLDER = Path(__file__).with_name("mails")
OWN = OwnSenders(
    sender="uutiset@kirje.example.fi",
    forward_to="myynti@example.fi",
    list_id="<uutiset.kirje.example.fi>",
    reply_domain="vastaa.example.fi",
    domains=frozenset({"example.fi", "kirje.example.fi"}),
)


@dataclass(frozen=True)
class Sample:
    """`kind` is the beginning of the file's name."""

    name: str
    raw: bytes
    held_out: bool

    @property
    def kind(self) -> str:
        return self.name.partition("_")[0]

    @property
    def mail(self) -> IncomingMail:
        return read_mail(self.raw)

    def judged(self) -> ReplyJudgement:
        mail = self.mail
        return judge_reply(mail, mail.header("return-path"), OWN)


def samples() -> list[Sample]:
    return [
        Sample(path.stem, path.read_bytes(), path.parent.name == "held_out") for path in sorted(FOLDER.glob("*/*.eml"))
    ]


def expected() -> dict[str, dict[str, str]]:
    """Of each person's mail, by name: `wish` and `words`."""
    return tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
