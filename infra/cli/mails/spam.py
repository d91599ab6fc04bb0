"""The spam score of a mail by SpamAssassin, where it is installed: its rules as shipped, without network tests (-L)."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from cli.faults import Fault

SPAM_POINTS = 5.0
"""SpamAssassin's own threshold: a mailbox that uses it takes a mail with as many points for spam."""
WARNING_POINTS = 3.0
TIMEOUT = 300
"""Seconds, for all mails together."""
MISSING = "SpamAssassin is not installed, so no mail has a score; on Debian: apt-get install spamassassin"

_STATUS = re.compile(rb"^X-Spam-Status: \w+, score=(-?[\d.]+) .*?tests=(.*?)\s+autolearn", re.MULTILINE | re.DOTALL)
# Rules about mail that was never sent: no server has received it, and its Message-ID is not that of SES.
NOT_ABOUT_THE_MAIL = frozenset({"NO_RECEIVED", "NO_RELAYS", "MSGID_SHORT", "NONE"})


@dataclass(frozen=True)
class Score:
    """Points, and the names of the rules that gave or took any."""

    points: float
    rules: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.points} points, where {SPAM_POINTS} are spam: {', '.join(self.rules) or 'no rule'}"


def installed() -> bool:
    """Whether SpamAssassin is installed."""
    return shutil.which("spamassassin") is not None


def scores(mails: Sequence[EmailMessage]) -> list[Score]:
    """The score of each mail. Raises Fault when SpamAssassin fails."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number:04}.eml") for number in range(len(mails))]
        for path, mail in zip(paths, mails, strict=True):
            path.write_bytes(mail.as_bytes())
        preferences = Path(folder, "preferences")
        preferences.touch()
        command = ["spamassassin", "-t", "-L", "-x", "-p", str(preferences), *map(str, paths)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=True)  # noqa: S603
        except (subprocess.SubprocessError, OSError) as error:
            raise Fault(f"SpamAssassin failed: {error}") from error
    found = [
        Score(float(points), tuple(sorted(set(re.findall(r"\w+", rules.decode())) - NOT_ABOUT_THE_MAIL)))
        for points, rules in _STATUS.findall(done.stdout)
    ]
    if len(found) != len(mails):
        raise Fault(f"SpamAssassin judged {len(found)} of {len(mails)} mails")
    return found
